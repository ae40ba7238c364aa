#include "journal/sqlite/sqlite_journal.h"
#include "journal_contract.h"
#include "sqlite/database.h"
#include "temporary_folder.h"

namespace firstcome::test {
namespace {

class SqliteWorld : public JournalWorld {
 public:
  explicit SqliteWorld(std::size_t recent_bytes) : recent_bytes_(recent_bytes) {}

  journal::Journal& open() override {
    journal::SqliteJournalSettings settings;
    settings.partitions = 3;
    settings.recent_bytes = recent_bytes_;
    auto opened = journal::open_sqlite_journal(folder_.file("journal.db"), settings);
    if (!opened.ok()) ADD_FAILURE() << opened.error().text();
    journal_ = std::move(*opened);
    return *journal_;
  }
  void close() override { journal_.reset(); }
  void delete_all_records() override {
    auto file =
        sqlite::Database::open(folder_.file("journal.db"), sqlite::Access::ReadWrite, milliseconds{0});
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->execute("DELETE FROM record_batch").ok());
  }

 private:
  TemporaryFolder folder_;
  const std::size_t recent_bytes_;
  std::unique_ptr<journal::Journal> journal_;
};

std::unique_ptr<JournalWorld> from_memory() { return std::make_unique<SqliteWorld>(16 * 1024 * 1024); }
/// Has one batch of each partition in memory, so nearly all batches are read from the file.
std::unique_ptr<JournalWorld> from_file() { return std::make_unique<SqliteWorld>(0); }

const auto kBoth =
    testing::Values(JournalFactory{"from_memory", from_memory}, JournalFactory{"from_file", from_file});

INSTANTIATE_TEST_SUITE_P(Sqlite, JournalContract, kBoth, factory_name);
INSTANTIATE_TEST_SUITE_P(Sqlite, DurableJournalContract, kBoth, factory_name);

}  // namespace
}  // namespace firstcome::test
