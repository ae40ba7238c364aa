#include <random>

#include "store/simulated/simulated_store.h"
#include "store_contract.h"

namespace firstcome::test {
namespace {

class SimulatedStoreWorld : public StoreWorld {
 public:
  store::Store& store() override { return store_; }

 private:
  static PartitionState fresh() {
    PartitionState state;
    state.state_hash = kEmptyHash;
    return state;
  }
  std::mt19937_64 chance_{1};
  store::SimulatedStore store_{
      {kStorePartitions, 1, kStoreJournal, *InstallationKey::from_hex(std::string(64, '5'))},
      fresh(),
      chance_};
};

INSTANTIATE_TEST_SUITE_P(Simulated, StoreContract,
                         testing::Values(StoreFactory{
                             "memory", [] { return std::make_unique<SimulatedStoreWorld>(); }}),
                         store_factory_name);

}  // namespace
}  // namespace firstcome::test
