#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "journal_kit.h"

/// The contract of every journal. An implementation instantiates the suites with its factory, in its own
/// source file: JournalContract, and DurableJournalContract if it is durable.
namespace firstcome::test {

/// The storage of one journal, empty at first.
class JournalWorld {
 public:
  virtual ~JournalWorld() = default;
  /// Opens the journal with three partitions; a durable one again after close().
  virtual journal::Journal& open() = 0;
  virtual void close() {}
  /// Removes all stored records. The journal must be closed.
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

/// Tests with threads and restarts, which a simulation in virtual time does not have.
class DurableJournalContract : public JournalContract {};

}  // namespace firstcome::test
