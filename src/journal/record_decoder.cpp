#include "journal/record_json.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "text/byte_order_mark.h"

namespace firstcome::journal {
namespace {

namespace dom = simdjson::dom;

/// The reason why a value is invalid; becomes Undecodable.
struct Unreadable {
  std::string reason;
};

[[noreturn]] void refuse(std::string_view field, std::string_view why) {
  throw Unreadable{fmt::format("{} {}", field, why)};
}

std::int64_t read_integer(std::string_view field, const dom::element& value) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) != simdjson::SUCCESS) refuse(field, "must be an integer of 64 bits");
  return number;
}

std::int64_t read_id(std::string_view field, const dom::element& value) {
  const std::int64_t number = read_integer(field, value);
  if (number < 1) refuse(field, "must be 1 or more");
  return number;
}

std::int32_t read_ordinal(std::string_view field, const dom::element& value) {
  const std::int64_t number = read_id(field, value);
  if (number > INT32_MAX) refuse(field, "is out of range");
  return static_cast<std::int32_t>(number);
}

std::string read_text(std::string_view field, const dom::element& value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) refuse(field, "must be a string");
  // JSON allows it, but PostgreSQL cannot store it in a text column.
  if (text.find('\0') != std::string_view::npos) refuse(field, "must not have a NUL character");
  return std::string(text);
}

Changed<Timestamp> read_time(std::string_view field, const dom::element& value) {
  if (value.is_null()) return {.named = true, .value = std::nullopt};
  const auto time = parse_rfc3339(read_text(field, value));
  if (!time) refuse(field, "must be an RFC 3339 time with an offset, in the years 1 to 9999 of UTC");
  return {.named = true, .value = time};
}

/// Rejects a second field of the same name, because JSON parsers differ on which one they use.
class SeenFields {
 public:
  void mark(std::size_t index, std::string_view field) {
    const unsigned bit = 1U << index;
    if ((seen_ & bit) != 0) refuse(field, "is present twice");
    seen_ |= bit;
  }
  [[nodiscard]] bool has(std::size_t index) const { return (seen_ & (1U << index)) != 0; }

 private:
  unsigned seen_ = 0;
};

void read(const dom::object& object, IssueRequest& request) {
  SeenFields seen;
  for (const auto [key, value] : object) {
    if (key == "userId") {
      seen.mark(0, key);
      request.user = UserId{read_id(key, value)};
    } else if (key == "policyId") {
      seen.mark(1, key);
      request.policy = PolicyId{read_id(key, value)};
    } else if (key == "sequenceNumber") {
      seen.mark(2, key);
      request.sequence_number = static_cast<std::uint64_t>(read_integer(key, value));
    } else if (key == "ordinal") {
      seen.mark(3, key);
      request.ordinal = read_ordinal(key, value);
    }
  }
  if (!seen.has(0)) refuse("userId", "is missing");
  if (!seen.has(1)) refuse("policyId", "is missing");
}

Changed<milliseconds> read_valid_for(std::string_view field, const dom::element& value) {
  if (value.is_null()) return {.named = true, .value = std::nullopt};
  return {.named = true, .value = milliseconds{read_integer(field, value)}};
}

OnCancel read_on_cancel(std::string_view field, const dom::element& value) {
  const std::string name = read_text(field, value);
  for (const OnCancel on_cancel : {OnCancel::Return, OnCancel::Keep}) {
    if (name == name_of(on_cancel)) return on_cancel;
  }
  refuse(field, "is unknown to this version");
}

Eligible read_eligible(std::string_view field, const dom::element& value) {
  const std::string name = read_text(field, value);
  for (const Eligible eligible : {Eligible::Everyone, Eligible::Listed}) {
    if (name == name_of(eligible)) return eligible;
  }
  refuse(field, "must be EVERYONE or LISTED");
}

std::vector<UserId> read_users(std::string_view field, const dom::element& value) {
  dom::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS) refuse(field, "must be a list");
  if (list.size() > kImportChunkMost) refuse(field, "must have at most 1000 entries");
  std::vector<UserId> users;
  users.reserve(list.size());
  for (const dom::element user : list) users.emplace_back(read_id(field, user));
  return users;
}

CodeKind read_codes(std::string_view field, const dom::element& value) {
  const std::string name = read_text(field, value);
  for (const CodeKind codes : {CodeKind::None, CodeKind::Generated, CodeKind::Imported}) {
    if (name == name_of(codes)) return codes;
  }
  refuse(field, "is unknown to this version");
}

std::vector<std::string> read_coupon_codes(std::string_view field, const dom::element& value) {
  dom::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS) refuse(field, "must be a list");
  if (list.size() > kImportChunkMost) refuse(field, "must have at most 1000 entries");
  std::vector<std::string> codes;
  codes.reserve(list.size());
  for (const dom::element code : list) {
    codes.push_back(read_text(field, code));
    if (!is_imported_code(codes.back())) refuse(field, "must have 1 to 64 visible ASCII characters each");
  }
  return codes;
}

std::string read_create_key(std::string_view field, const dom::element& value) {
  std::string key = read_text(field, value);
  const bool is_printable = std::ranges::all_of(key, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (key.empty() || key.size() > kCreateKeyLimit || !is_printable) {
    refuse(field, "must be 1 to 128 printable ASCII characters");
  }
  return key;
}

PolicyCommand::Kind read_kind(const std::string& name) {
  for (const PolicyCommand::Kind kind : kCommandKinds) {
    if (name == name_of(kind)) return kind;
  }
  refuse("command", "is unknown to this version");
}

bool read_flag(std::string_view field, const dom::element& value) {
  bool flag = false;
  if (value.get_bool().get(flag) != simdjson::SUCCESS) refuse(field, "must be true or false");
  return flag;
}

ImportedCoupon read_coupon(std::string_view field, const dom::element& value) {
  dom::array pair;
  if (value.get_array().get(pair) != simdjson::SUCCESS || pair.size() != 2) {
    refuse(field, "must be pairs of user id and milliseconds");
  }
  const std::int64_t user = read_id(field, pair.at(0).value_unsafe());
  const std::int64_t issued_at = read_integer(field, pair.at(1).value_unsafe());
  if (issued_at < 0 || issued_at > kLatestMillis) refuse(field, "must have times in the years 1970 to 9999");
  return {UserId{user}, from_millis(issued_at)};
}

std::vector<ImportedCoupon> read_coupons(std::string_view field, const dom::element& value) {
  dom::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS) refuse(field, "must be a list");
  if (list.size() > kImportChunkMost) refuse(field, "must have at most 1000 entries");
  std::vector<ImportedCoupon> coupons;
  coupons.reserve(list.size());
  for (const dom::element coupon : list) coupons.push_back(read_coupon(field, coupon));
  return coupons;
}

std::uint64_t read_hash(std::string_view field, const dom::element& value) {
  const auto hash = parse_import_hash(read_text(field, value));
  if (!hash) refuse(field, "must be 16 hex digits");
  return *hash;
}

/// Two fields set the total, in any order.
ImportTotal& total_of(ImportChunk& chunk) {
  if (!chunk.total) chunk.total.emplace();
  return *chunk.total;
}

struct CommandField {
  std::string_view name;
  void (*read)(PolicyCommand&, std::string_view, const dom::element&);
};

constexpr std::array<CommandField, 28> kCommandFields{{
    {"command", [](PolicyCommand& c, std::string_view f,
                   const dom::element& v) { c.kind = read_kind(read_text(f, v)); }},
    {"policyId",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.policy = PolicyId{read_id(f, v)}; }},
    {"name", [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.name = read_text(f, v); }},
    {"maxCount",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.max_count = read_integer(f, v); }},
    {"perUserLimit",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) {
       const std::int64_t limit = read_integer(f, v);
       if (limit < INT32_MIN || limit > INT32_MAX) refuse(f, "is out of range");
       c.per_user_limit = static_cast<std::int32_t>(limit);
     }},
    {"issueStartsAt", [](PolicyCommand& c, std::string_view f,
                         const dom::element& v) { c.issue_starts_at = read_time(f, v); }},
    {"issueEndsAt",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.issue_ends_at = read_time(f, v); }},
    {"validFrom",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.valid_from = read_time(f, v); }},
    {"validUntil",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.valid_until = read_time(f, v); }},
    {"validForMs",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.valid_for = read_valid_for(f, v); }},
    {"onCancel",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.on_cancel = read_on_cancel(f, v); }},
    {"reissue",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.reissue = read_flag(f, v); }},
    {"codes",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.codes = read_codes(f, v); }},
    {"codePrefix",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.code_prefix = read_text(f, v); }},
    {"createKey", [](PolicyCommand& c, std::string_view f,
                     const dom::element& v) { c.create_key = read_create_key(f, v); }},
    {"importing",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.importing = read_flag(f, v); }},
    {"eligible",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.eligible = read_eligible(f, v); }},
    {"first",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) {
       c.chunk.first = c.listed.first = c.coupon_codes.first = read_integer(f, v);
     }},
    {"users",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.listed.users = read_users(f, v); }},
    {"couponCodes", [](PolicyCommand& c, std::string_view f,
                       const dom::element& v) { c.coupon_codes.codes = read_coupon_codes(f, v); }},
    {"coupons", [](PolicyCommand& c, std::string_view f,
                   const dom::element& v) { c.chunk.coupons = read_coupons(f, v); }},
    {"couponsLeftOut", [](PolicyCommand& c, std::string_view f,
                          const dom::element& v) { c.chunk.left_out = read_integer(f, v); }},
    {"count", [](PolicyCommand& c, std::string_view f,
                 const dom::element& v) { total_of(c.chunk).count = read_integer(f, v); }},
    {"hash", [](PolicyCommand& c, std::string_view f,
                const dom::element& v) { total_of(c.chunk).hash = read_hash(f, v); }},
    {"paused",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.chunk.paused = read_flag(f, v); }},
    {"revision",
     [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.revision = read_integer(f, v); }},
    {"who", [](PolicyCommand& c, std::string_view f, const dom::element& v) { c.who = read_text(f, v); }},
    {"sequenceNumber",
     [](PolicyCommand& c, std::string_view f,
        const dom::element& v) { c.sequence_number = static_cast<std::uint64_t>(read_integer(f, v)); }},
}};

constexpr std::size_t field_index(std::string_view name) {
  std::size_t index = 0;
  while (kCommandFields.at(index).name != name) ++index;
  return index;
}
constexpr std::size_t kCountField = field_index("count");
constexpr std::size_t kHashField = field_index("hash");
constexpr std::size_t kRevisionField = field_index("revision");

void read(const dom::object& object, PolicyCommand& command) {
  SeenFields seen;
  for (const auto [key, value] : object) {
    for (std::size_t i = 0; i < kCommandFields.size(); ++i) {
      if (key != kCommandFields[i].name) continue;
      seen.mark(i, key);
      kCommandFields[i].read(command, key, value);
    }
  }
  if (!seen.has(0)) refuse("command", "is missing");
  if (!seen.has(1)) refuse("policyId", "is missing");
  if (seen.has(kCountField) != seen.has(kHashField))
    refuse("count", "and hash must both be present or absent");
  if (needs_revision(command.kind) && !seen.has(kRevisionField)) refuse("revision", "is missing");
  if (!command.create_key.empty() && command.kind != PolicyCommand::Kind::Create) {
    refuse("createKey", "is only for create");
  }
}

CouponCommand::Kind read_coupon_kind(const std::string& name) {
  for (const CouponCommand::Kind kind : kCouponCommandKinds) {
    if (name == name_of(kind)) return kind;
  }
  refuse("command", "is unknown to this version");
}

std::int64_t read_sequence(std::string_view field, const dom::element& value) {
  const std::int64_t sequence = read_id(field, value);
  if (sequence > kMaxCountLimit) refuse(field, "is out of range");
  return sequence;
}

std::string read_reference(std::string_view field, const dom::element& value) {
  std::string reference = read_text(field, value);
  if (!is_reference(reference)) refuse(field, "must be 1 to 64 bytes without control characters");
  return reference;
}

milliseconds read_hold(std::string_view field, const dom::element& value) {
  const milliseconds hold{read_integer(field, value)};
  if (hold < kShortestHold || hold > kLongestHold) refuse(field, "must be 1 second to 7 days");
  return hold;
}

std::string read_reason(std::string_view field, const dom::element& value) {
  std::string reason = read_text(field, value);
  if (!is_reason(reason)) refuse(field, "must be at most 200 bytes without control characters");
  return reason;
}

struct CouponField {
  std::string_view name;
  void (*read)(CouponCommand&, std::string_view, const dom::element&);
};

constexpr std::array<CouponField, 9> kCouponFields{{
    {"command", [](CouponCommand& c, std::string_view f,
                   const dom::element& v) { c.kind = read_coupon_kind(read_text(f, v)); }},
    {"policyId",
     [](CouponCommand& c, std::string_view f, const dom::element& v) { c.policy = PolicyId{read_id(f, v)}; }},
    {"sequence",
     [](CouponCommand& c, std::string_view f, const dom::element& v) { c.sequence = read_sequence(f, v); }},
    {"reference",
     [](CouponCommand& c, std::string_view f, const dom::element& v) { c.reference = read_reference(f, v); }},
    {"holdForMs",
     [](CouponCommand& c, std::string_view f, const dom::element& v) { c.hold_for = read_hold(f, v); }},
    {"reason",
     [](CouponCommand& c, std::string_view f, const dom::element& v) { c.reason = read_reason(f, v); }},
    {"userId",
     [](CouponCommand& c, std::string_view f, const dom::element& v) { c.user = UserId{read_id(f, v)}; }},
    {"who", [](CouponCommand& c, std::string_view f, const dom::element& v) { c.who = read_text(f, v); }},
    {"sequenceNumber",
     [](CouponCommand& c, std::string_view f, const dom::element& v) {
       c.sequence_number = static_cast<std::uint64_t>(read_integer(f, v));
     }},
}};
/// The first fields of the table, which every coupon command has.
constexpr std::size_t kCouponFieldsNeeded = 4;
constexpr std::size_t kHoldField = 4;
constexpr std::size_t kReasonField = 5;
static_assert(kCouponFields[kHoldField].name == "holdForMs" && kCouponFields[kReasonField].name == "reason");

void read(const dom::object& object, CouponCommand& command) {
  SeenFields seen;
  for (const auto [key, value] : object) {
    for (std::size_t i = 0; i < kCouponFields.size(); ++i) {
      if (key != kCouponFields[i].name) continue;
      seen.mark(i, key);
      kCouponFields[i].read(command, key, value);
    }
  }
  for (std::size_t i = 0; i < kCouponFieldsNeeded; ++i) {
    if (!seen.has(i)) refuse(kCouponFields[i].name, "is missing");
  }
  const bool is_reserve = command.kind == CouponCommand::Kind::Reserve;
  if (is_reserve && !seen.has(kHoldField)) refuse("holdForMs", "is missing");
  if (!is_reserve && seen.has(kHoldField)) refuse("holdForMs", "is only for reserve");
  if (command.kind != CouponCommand::Kind::Cancel && seen.has(kReasonField)) {
    refuse("reason", "is only for cancel");
  }
}

void read(const dom::object& object, RulesChange& rules) {
  SeenFields seen;
  for (const auto [key, value] : object) {
    if (key != "version") continue;
    seen.mark(0, key);
    const std::int64_t version = read_integer(key, value);
    if (version < 1 || version > INT32_MAX) refuse(key, "is out of range");
    rules.version = static_cast<std::int32_t>(version);
  }
  if (!seen.has(0)) refuse("version", "is missing");
}

std::optional<std::string_view> last_header(std::span<const Header> headers, std::string_view key) {
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (header->key == key) return header->value;
  }
  return std::nullopt;
}

Origin read_origin(std::string_view text) {
  Origin origin;
  const char* const end = text.data() + text.size();
  const auto [colon, bad_partition] = std::from_chars(text.data(), end, origin.partition);
  if (bad_partition != std::errc{} || colon == end || *colon != ':')
    refuse("origin", "is not partition:offset");
  const auto [rest, bad_offset] = std::from_chars(colon + 1, end, origin.offset);
  if (bad_offset != std::errc{} || rest != end || origin.partition < 0 || origin.offset < 0) {
    refuse("origin", "is not partition:offset");
  }
  return origin;
}

}  // namespace

std::shared_ptr<const TraceContext> trace_of(const RawRecord& raw) {
  const auto traceparent = last_header(raw.headers, kTraceparent);
  if (!traceparent) return nullptr;
  return TraceContext::parse_shared(*traceparent, last_header(raw.headers, kTracestate).value_or(""));
}

struct RecordDecoder::Parser {
  dom::parser json;
  std::vector<char> padded = std::vector<char>(4096);

  dom::object parse(std::string_view value) {
    if (value.starts_with(text::kByteOrderMark)) throw Unreadable{"The value begins with a byte order mark."};
    if (padded.size() < value.size() + simdjson::SIMDJSON_PADDING) {
      padded.resize(2 * value.size() + simdjson::SIMDJSON_PADDING);
    }
    std::memcpy(padded.data(), value.data(), value.size());
    dom::element root;
    const auto error = json.parse(padded.data(), value.size(), /*realloc_if_needed=*/false).get(root);
    if (error != simdjson::SUCCESS) throw Unreadable{simdjson::error_message(error)};
    dom::object object;
    if (root.get_object().get(object) != simdjson::SUCCESS)
      throw Unreadable{"The value is not a JSON object."};
    return object;
  }

  template <class Content>
  void read_into(std::string_view value, Record& record) {
    Content content;
    read(parse(value), content);
    record.content = std::move(content);
  }
};

RecordDecoder::RecordDecoder(RecordTrust trust, Partition partition)
    : trust_(std::move(trust)), partition_(partition), parser_(std::make_unique<Parser>()) {}
RecordDecoder::~RecordDecoder() = default;
RecordDecoder::RecordDecoder(RecordDecoder&& other) noexcept = default;
RecordDecoder& RecordDecoder::operator=(RecordDecoder&& other) noexcept = default;

void RecordDecoder::decode(const RawRecord& raw, std::int32_t /*rules*/, Record& record) {
  record.offset = raw.offset;
  record.appended_at = raw.timestamp;
  record.has_log_append_time = raw.log_append_time;
  record.origin.reset();
  record.trace.reset();
  try {
    if (!raw.value) throw Unreadable{"The value is null."};
    if (raw.headers.empty()) {
      if (raw.value->size() > kIssueValueLimit) throw Unreadable{"The value is longer than 16 KiB."};
      return parser_->read_into<IssueRequest>(*raw.value, record);
    }
    const auto origin = last_header(raw.headers, kOriginHeader);
    const auto kind = last_header(raw.headers, kKindHeader);
    if ((origin || kind) && !trust_.trusts(partition_, raw)) {
      throw Unreadable{
          "It has a header `kind` or `origin` but no valid `mac`: a node of this installation did not write "
          "it."};
    }
    if (origin) record.origin = read_origin(*origin);
    record.trace = trace_of(raw);
    if (!kind) {
      if (raw.value->size() > kIssueValueLimit) throw Unreadable{"The value is longer than 16 KiB."};
      parser_->read_into<IssueRequest>(*raw.value, record);
    } else if (*kind == kPolicyKind) {
      if (raw.value->size() > kCommandValueLimit) throw Unreadable{"The value is longer than 256 KiB."};
      parser_->read_into<PolicyCommand>(*raw.value, record);
    } else if (*kind == kCouponKind) {
      if (raw.value->size() > kIssueValueLimit) throw Unreadable{"The value is longer than 16 KiB."};
      parser_->read_into<CouponCommand>(*raw.value, record);
    } else if (*kind == kRulesKind) {
      if (trust_.skips_rules({partition_, raw.offset}))
        throw Unreadable{"An operator has marked this rules record as skipped."};
      parser_->read_into<RulesChange>(*raw.value, record);
    } else {
      throw Unreadable{"The kind is unknown to this version."};
    }
  } catch (Unreadable& unreadable) {
    record.content = Undecodable{std::move(unreadable.reason)};
  }
}

}  // namespace firstcome::journal
