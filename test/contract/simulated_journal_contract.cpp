#include <random>

#include "journal/simulated/simulated_journal.h"
#include "journal_contract.h"

namespace firstcome::test {
namespace {

/// Without faults and delays it does everything immediately.
class SimulatedWorld : public JournalWorld {
 public:
  journal::Journal& open() override { return journal_; }

 private:
  std::mt19937_64 chance_{1};
  journal::SimulatedJournal journal_{3, from_millis(1'800'000'000'000), chance_};
};

INSTANTIATE_TEST_SUITE_P(Simulated, JournalContract,
                         testing::Values(JournalFactory{"memory",
                                                        [] { return std::make_unique<SimulatedWorld>(); }}),
                         factory_name);

}  // namespace
}  // namespace firstcome::test
