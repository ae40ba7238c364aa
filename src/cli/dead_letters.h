#pragma once

#include <fmt/core.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/location_options.h"
#include "domain/result.h"
#include "journal/journal.h"

namespace firstcome::cli {

/// The header of a replayed record: the id of the dead letter that it was.
inline constexpr std::string_view kReplayedHeader = "firstcome-replayed";

/// A dead letter: the original record and its source. Any program can write its headers, so a missing header,
/// or one in another format than that of firstcome and Spring, leaves its field empty.
struct DeadLetter {
  Partition partition = 0;  ///< of the dead letter topic or table
  Offset offset = 0;
  Timestamp at;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>>
      headers;  ///< the headers of the original record
  std::string reason;
  std::string topic;
  std::optional<Partition> original_partition;
  std::optional<Offset> original_offset;
  std::optional<Timestamp> original_time;
  std::string replayed;                  ///< id of the dead letter that it was replayed from; empty: none
  std::optional<std::int64_t> cut_from;  ///< the length of the original value, if this is only a part of it

  /// "PARTITION:OFFSET"
  [[nodiscard]] std::string id() const { return fmt::format("{}:{}", partition, offset); }
  /// "TOPIC PARTITION:OFFSET" of the original record, or "unknown".
  [[nodiscard]] std::string source() const;
};

DeadLetter read_dead_letter(Partition partition, const journal::RawRecord& raw);

/// Opens the dead letters as a journal. Takes no locks and creates nothing; servers may run.
Result<std::unique_ptr<journal::JournalReader>> open_dead_letters(const node::DataLocation& location);

/// Passes the dead letters of one partition within `range` to `take`, in order, until `take` returns false.
Status read_dead_letters(journal::JournalReader& letters, Partition partition, journal::Bounds range,
                         const std::function<bool(DeadLetter)>& take);

/// Reads one dead letter. If it does not exist, the error names the offsets that exist.
Result<DeadLetter> find_dead_letter(journal::JournalReader& letters, Partition partition, Offset offset);

/// Parses "PARTITION:OFFSET".
std::optional<std::pair<Partition, Offset>> parse_letter_id(std::string_view text);

/// The folder of `data`, or the journal of `journal` without a store, which dead letters do not need.
Result<node::DataLocation> dead_letters_location(const Values& values);

}  // namespace firstcome::cli
