#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "check/history_row.h"
#include "domain/record.h"

namespace firstcome::check {

struct RecordHeader {
  std::string_view key;
  std::string_view value;
  bool is_null = false;
};

struct WriterKey;

/// A record as the journal holds it; the views live during one call.
struct JournalRecord {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const RecordHeader> headers;
  /// When it could first be read, by the clock of the history; nothing where nobody knows.
  std::optional<Moment> visible_at;
  bool foreign = false;  ///< known to come from a producer that is not in the history
};

/// What the naive reading of a record gives.
struct ReadRecord {
  enum class Kind : std::uint8_t { Unreadable, Request, Command, Rules };
  Kind kind = Kind::Unreadable;
  PolicyId policy;
  UserId user;
  std::int64_t sequence_number = 0;
  std::int64_t ordinal = 1;  ///< of a request
  std::int64_t version = 0;  ///< of the rules
  std::optional<Place> origin;
  PolicyCommand command;
};

/// Reads values as DESIGN §4 has them, one field after the other. Keeps a parser: one thread.
class RecordReader {
 public:
  RecordReader();
  ~RecordReader();
  RecordReader(RecordReader&&) noexcept;
  /// `writer`: a command, rules or a moved record that has no MAC by it is Unreadable; null: all are
  /// believed.
  ReadRecord read(Partition partition, const JournalRecord& record, const WriterKey* writer);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace firstcome::check
