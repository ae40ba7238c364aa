#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "journal_kit.h"

/// What every journal must do. An implementation joins by instantiating the suites with its factory, in a
/// source of its own: JournalContract always, DurableJournalContract when it outlives its process.
namespace firstcome::test {

/// A place for one journal, empty at first.
class JournalWorld {
 public:
  virtual ~JournalWorld() = default;
  /// Opens the journal with three partitions; a durable one again after close().
  virtual journal::Journal& open() = 0;
  virtual void close() {}
  /// Removes every record that is stored. The journal is closed.
  virtual void delete_all_records() {}
};

struct JournalFactory {
  std::string name;
  std::function<std::unique_ptr<JournalWorld>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const JournalFactory& factory) {
  return out << factory.name;
}
inline std::string factory_name(const testing::TestParamInfo<JournalFactory>& info) {
  return info.param.name;
}

class JournalContract : public testing::TestWithParam<JournalFactory> {
 protected:
  JournalContract() : world_(GetParam().make()) {}
  std::unique_ptr<JournalWorld> world_;
};

/// Threads and restarts, which a simulation under virtual time does not have.
class DurableJournalContract : public JournalContract {};

}  // namespace firstcome::test
