#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "journal/sqlite/meta.h"
#include "journal/sqlite/record_batch.h"
#include "sqlite/database.h"

namespace firstcome::journal {

/// Dead letters to store. write() sets `ids`.
struct DeadLetters {
  Partition partition = 0;
  Timestamp appended_at;
  std::string_view frames;
  std::size_t count = 0;
  std::vector<Offset> ids{};
};

/// The file of the journal, with its only writing connection.
class BatchFile {
 public:
  enum class CommitOutcome : std::uint8_t {
    Committed,
    RolledBack,  ///< certainly not in the file
    Unknown,     ///< COMMIT failed: the records may appear after a crash; see write_over()
  };
  struct Written {
    CommitOutcome outcome = CommitOutcome::Committed;
    Error error{};
  };

  /// Access::Create creates a missing file. `partitions`: none = as in the file.
  static Result<BatchFile> open(const std::string& path, sqlite::Access access,
                                std::optional<std::int32_t> partitions, milliseconds busy_timeout);

  [[nodiscard]] const std::string& identity() const { return meta_.identity; }
  [[nodiscard]] std::int32_t partitions() const { return meta_.partitions; }
  Result<std::vector<PartitionEnd>> ends() { return read_ends(database_, meta_.partitions); }

  /// Marks the file as open, see sqlite/open_mark.h. The first write does this too.
  Status own();
  /// Begins a new incarnation at the ends of the partitions, for the tickets of this run.
  Status begin_incarnation();
  [[nodiscard]] const Incarnations& incarnations() const { return meta_.incarnations; }
  /// Copies the WAL file that a crash left into the database file. The kernel may have some of its pages only
  /// in memory, because it failed to write them before the crash and does not try again.
  Status settle();
  /// After a write with the outcome Unknown whose records are not visible: commits once more at the same
  /// position of the WAL file. Afterwards no crash can make those records visible.
  Status write_over() { return database_.execute("PRAGMA user_version = 1"); }
  /// If this process owns the file: leaves all data in it and removes the WAL file.
  Status close_completely();

  /// Writes in one transaction: the batches, the new ends of their partitions (those set in `moved`), dead
  /// letters.
  Written write(std::span<const std::shared_ptr<const RecordBatch>> batches,
                std::span<const std::optional<PartitionEnd>> moved, std::span<DeadLetters> dead_letters);

 private:
  explicit BatchFile(sqlite::Database database) : database_(std::move(database)) {}
  Status set_up(std::optional<std::int32_t> partitions);
  Status create(std::int32_t partitions);
  Status check(std::optional<std::int32_t> partitions);
  bool insert(const RecordBatch& batch);
  bool insert(DeadLetters& letters);
  bool move_end(Partition partition, const PartitionEnd& end);

  sqlite::Database database_;
  sqlite::Statement insert_batch_;
  sqlite::Statement insert_dead_letter_;
  sqlite::Statement move_end_;
  Meta meta_;
  bool owned_ = false;
};

}  // namespace firstcome::journal
