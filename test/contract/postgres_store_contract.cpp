#include "postgres_databases.h"
#include "store_contract.h"

namespace firstcome::test {
namespace {

class PostgresStoreWorld : public StoreWorld {
 public:
  PostgresStoreWorld() {
    auto opened = store::open_postgres_store(database_.address());
    if (!opened.ok()) ADD_FAILURE() << opened.error().text();
    store_ = std::move(*opened);
    const auto made =
        store_->create_if_missing({kStoreJournal, std::vector<std::uint64_t>(kStorePartitions, kEmptyHash)});
    EXPECT_TRUE(made.ok() && *made);
  }
  store::Store& store() override { return *store_; }

 private:
  const MigratedDatabase database_;
  std::unique_ptr<store::PostgresStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract,
                         testing::Values(StoreFactory{"server",
                                                      [] { return std::make_unique<PostgresStoreWorld>(); }}),
                         store_factory_name);

}  // namespace
}  // namespace firstcome::test
