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

/// A record of the journal. The views are valid during one call.
struct JournalRecord {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const RecordHeader> headers;
  /// When it became visible to readers, on the clock of the history; empty if not known.
  std::optional<Moment> visible_at;
  bool foreign = false;  ///< from a producer that is not in the history
};

/// A record as the naive model reads it.
struct ParsedRecord {
  enum class Kind : std::uint8_t { Unreadable, Request, Command, Rules, Coupon };
  Kind kind = Kind::Unreadable;
  PolicyId policy;
  UserId user;  ///< of a request
  std::int64_t sequence_number = 0;
  std::int64_t ordinal = 1;  ///< of a request
  std::int64_t version = 0;  ///< of the rules
  std::optional<Place> origin;
  PolicyCommand command;
  CouponCommand coupon;
};

/// Reads records field by field. Keeps a parser, so an instance belongs to one thread.
class RecordParser {
 public:
  RecordParser();
  ~RecordParser();
  RecordParser(RecordParser&&) noexcept;
  /// `writer`: a command, rules or relayed record without a MAC of this key is Unreadable. Null: no MACs are
  /// verified.
  ParsedRecord parse(Partition partition, const JournalRecord& record, const WriterKey* writer);

 private:
  struct Json;
  std::unique_ptr<Json> json_;
};

}  // namespace firstcome::check
