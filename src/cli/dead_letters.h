#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/place_options.h"
#include "domain/result.h"
#include "journal/journal.h"

namespace firstcome::cli {

/// Says of a record that it was a dead letter before, and of which place.
inline constexpr std::string_view kReplayedHeader = "firstcome-replayed";

/// What stands in a dead letter: the record as it was, and where it stood. From its headers, which anybody
/// can have written: what is not there, or in another form than firstcome's and Spring's, is left out.
struct DeadLetter {
  Partition partition = 0;  ///< among the dead letters
  Offset offset = 0;
  Timestamp at;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;  ///< the record's own
  std::string reason;
  std::string topic;
  std::optional<Partition> original_partition;
  std::optional<Offset> original_offset;
  std::optional<Timestamp> original_time;
  std::string replayed;  ///< the place of the dead letter that it was replayed from; empty: none
  std::optional<std::int64_t> cut_from;  ///< not all of it is here; how long its value was

  [[nodiscard]] std::string place() const { return std::to_string(partition) + ':' + std::to_string(offset); }
  /// Where it stood, in words.
  [[nodiscard]] std::string original_place() const;
};

DeadLetter read_dead_letter(Partition partition, const journal::RawRecord& raw);

/// The dead letters of a place, read like a journal. Nothing is locked or made; servers may be at work.
Result<std::unique_ptr<journal::JournalReader>> open_dead_letters(const node::DataPlace& place);

/// Hands over those of one partition from `from` up to, not with, `end`, in order, until `take` says false.
Status read_dead_letters(journal::JournalReader& letters, Partition partition, journal::Bounds stretch,
                         const std::function<bool(DeadLetter)>& take);

/// One of them; an error that says what there is when it is not there.
Result<DeadLetter> find_dead_letter(journal::JournalReader& letters, Partition partition, Offset offset);

/// "PARTITION:OFFSET"; nothing when it is not.
std::optional<std::pair<Partition, Offset>> parse_place(std::string_view text);

/// The folder of `data`, or the journal alone of `journal`: dead letters need no store.
Result<node::DataPlace> dead_letters_place(const Values& values);

}  // namespace firstcome::cli
