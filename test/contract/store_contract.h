#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "store_kit.h"

/// The contract of every store. An implementation instantiates the suite with its factory, in its own source
/// file.
namespace firstcome::test {

inline constexpr std::int32_t kStorePartitions = 3;
/// The first state hash of every partition in these tests.
inline constexpr std::uint64_t kEmptyHash = 0xFEDCBA9876543210;
inline constexpr const char* kStoreJournal = "the journal's name";

/// One store, filled for a journal as above.
class StoreWorld {
 public:
  virtual ~StoreWorld() = default;
  virtual store::Store& store() = 0;
};

struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<StoreWorld>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const StoreFactory& factory) {
  return out << factory.name;
}
inline std::string store_factory_name(const testing::TestParamInfo<StoreFactory>& info) {
  return info.param.name;
}

class StoreContract : public testing::TestWithParam<StoreFactory> {
 protected:
  StoreContract() : world_(GetParam().make()), writer_(a_writer()), reader_(a_reader()) {}

  std::unique_ptr<store::Writer> a_writer() { return std::move(*world_->store().make_writer()); }
  std::unique_ptr<store::Reader> a_reader() { return std::move(*world_->store().make_reader()); }
  Snapshot load() { return test::load(*reader_); }

  std::unique_ptr<StoreWorld> world_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<store::Reader> reader_;
};

}  // namespace firstcome::test
