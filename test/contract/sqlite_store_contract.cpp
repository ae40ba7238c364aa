#include "store/sqlite/sqlite_store.h"
#include "store_contract.h"
#include "temporary_folder.h"

namespace firstcome::test {
namespace {

class SqliteStoreWorld : public StoreWorld {
 public:
  SqliteStoreWorld() {
    auto opened = store::open_sqlite_store(folder_.file("store.db"));
    if (!opened.ok()) ADD_FAILURE() << opened.error().text();
    store_ = std::move(*opened);
    const auto made =
        store_->create_if_missing({kStoreJournal, std::vector<std::uint64_t>(kStorePartitions, kEmptyHash)});
    EXPECT_TRUE(made.ok() && *made);
  }
  store::Store& store() override { return *store_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<store::SqliteStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         testing::Values(StoreFactory{"file",
                                                      [] { return std::make_unique<SqliteStoreWorld>(); }}),
                         store_factory_name);

}  // namespace
}  // namespace firstcome::test
