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

/// A dead letter about to be stored; `id` is given by the file.
struct DeadLetters {
  Partition partition = 0;
  Timestamp appended_at;
  std::string_view frames;
  std::size_t count = 0;
  std::vector<Offset> ids{};
};

/// The journal's file through its one writing connection.
class BatchFile {
 public:
  enum class CommitOutcome : std::uint8_t {
    Committed,
    RolledBack,  ///< certainly not in the file
    Unknown,     ///< the COMMIT failed: a crash may bring it to light; see write_over()
  };
  struct Written {
    CommitOutcome outcome = CommitOutcome::Committed;
    Error error{};
  };

  /// With Access::Create the file is made when it is missing. `partitions`: nothing = as the file has it.
  static Result<BatchFile> open(const std::string& path, sqlite::Access access,
                                std::optional<std::int32_t> partitions, milliseconds busy_timeout);

  [[nodiscard]] const std::string& identity() const { return meta_.identity; }
  [[nodiscard]] std::int32_t partitions() const { return meta_.partitions; }
  Result<std::vector<PartitionEnd>> ends() { return read_ends(database_, meta_.partitions); }

  /// Marks the file as open, see sqlite/open_mark.h. The first write does it, too.
  Status own();
  /// A new incarnation from the ends on, for the tickets of this run.
  Status begin_incarnation();
  [[nodiscard]] const Incarnations& incarnations() const { return meta_.incarnations; }
  /// Moves what a crash left in the log into the file: the system may hold rows of it in memory alone, which
  /// it could not write before the crash and does not try to write again.
  Status settle();
  /// After a write whose outcome is Unknown and whose records are not seen: one more commit in the same place
  /// of the log. Once it is done, no crash brings those records to light.
  Status write_over() { return database_.execute("PRAGMA user_version = 1"); }
  /// Leaves everything in the file and no log beside it, if this process owns it.
  Status close_whole();

  /// One transaction: the batches, where their partitions (those with `moved` set) now end, dead letters.
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
