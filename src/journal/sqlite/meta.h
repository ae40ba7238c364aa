#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "domain/incarnations.h"
#include "journal/journal.h"
#include "sqlite/database.h"

/// The metadata of a journal's file, for its writer and its readers.
namespace firstcome::journal {

inline constexpr std::int32_t kFormat = 2;

struct Meta {
  std::string identity;
  std::int32_t partitions = 0;
  Incarnations incarnations;
};

/// The end of a partition. The time never goes back.
struct PartitionEnd {
  Offset next_offset = 0;
  Timestamp last_appended_at;
  bool operator==(const PartitionEnd&) const = default;
};

/// Fails if the records have another format.
Result<Meta> read_meta(sqlite::Database& database);
Result<std::vector<PartitionEnd>> read_ends(sqlite::Database& database, std::int32_t partitions);

Status check_partition(const std::string& path, Partition partition, std::int32_t partitions);
/// Fails if the partition cannot be read from `from` on.
Status check_within(const Bounds& held, const std::string& path, Partition partition, Offset from);

}  // namespace firstcome::journal
