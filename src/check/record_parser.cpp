#include "check/record_parser.h"

#include <simdjson.h>

#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "check/writer_key.h"
#include "text/byte_order_mark.h"

namespace firstcome::check {
namespace {

namespace dom = simdjson::dom;

struct Unreadable {};

/// The fields of an object by name. A name that occurs twice makes the record unreadable, because parsers differ
/// on which of the two counts.
class Fields {
 public:
  explicit Fields(dom::object object) : object_(object) {}

  [[nodiscard]] std::optional<dom::element> find(std::string_view name) const {
    std::optional<dom::element> found;
    for (const auto field : object_) {
      if (field.key != name) continue;
      if (found) throw Unreadable{};
      found = field.value;
    }
    return found;
  }

  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const {
    const auto value = find(name);
    if (!value) return std::nullopt;
    std::int64_t number = 0;
    if (value->get_int64().get(number) != simdjson::SUCCESS) throw Unreadable{};
    return number;
  }

  [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
    const auto value = find(name);
    if (!value) return std::nullopt;
    std::string_view text;
    if (value->get_string().get(text) != simdjson::SUCCESS) throw Unreadable{};
    if (text.find('\0') != std::string_view::npos) throw Unreadable{};
    return std::string(text);
  }

  [[nodiscard]] std::optional<bool> flag(std::string_view name) const {
    const auto value = find(name);
    if (!value) return std::nullopt;
    bool flag = false;
    if (value->get_bool().get(flag) != simdjson::SUCCESS) throw Unreadable{};
    return flag;
  }

  [[nodiscard]] std::int64_t id(std::string_view name) const {
    const auto number = integer(name);
    if (!number || *number < 1) throw Unreadable{};
    return *number;
  }

  /// At most this number of bytes, without control characters.
  [[nodiscard]] std::optional<std::string> line(std::string_view name, std::size_t most) const {
    auto found = text(name);
    if (!found) return std::nullopt;
    if (found->size() > most) throw Unreadable{};
    for (const char c : *found) {
      if (const auto byte = static_cast<unsigned char>(c); byte <= 31 || byte == 127) throw Unreadable{};
    }
    return found;
  }

  /// Null clears the time.
  [[nodiscard]] Changed<Timestamp> time(std::string_view name) const {
    const auto value = find(name);
    if (!value) return {};
    if (value->is_null()) return {.named = true, .value = std::nullopt};
    const auto time = parse_rfc3339(*text(name));
    if (!time) throw Unreadable{};
    return {.named = true, .value = time};
  }

 private:
  dom::object object_;
};

void read_request(const Fields& fields, ParsedRecord& read) {
  read.user = UserId{fields.id("userId")};
  read.policy = PolicyId{fields.id("policyId")};
  read.sequence_number = fields.integer("sequenceNumber").value_or(0);
  read.ordinal = fields.integer("ordinal").value_or(1);
  if (read.ordinal < 1 || read.ordinal > INT32_MAX) throw Unreadable{};
  read.kind = ParsedRecord::Kind::Request;
}

std::vector<UserId> read_users(const dom::element& value) {
  dom::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS || list.size() > 1'000) throw Unreadable{};
  std::vector<UserId> users;
  for (const dom::element user : list) {
    std::int64_t number = 0;
    if (user.get_int64().get(number) != simdjson::SUCCESS || number < 1) throw Unreadable{};
    users.emplace_back(number);
  }
  return users;
}

std::vector<std::string> read_codes(const dom::element& value) {
  dom::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS || list.size() > 1'000) throw Unreadable{};
  std::vector<std::string> codes;
  for (const dom::element code : list) {
    std::string_view text;
    if (code.get_string().get(text) != simdjson::SUCCESS || text.empty() || text.size() > 64)
      throw Unreadable{};
    for (const char c : text) {
      if (c < '!' || c > '~') throw Unreadable{};
    }
    codes.emplace_back(text);
  }
  return codes;
}

/// Null clears it.
Changed<milliseconds> read_valid_for(const Fields& fields) {
  const auto value = fields.find("validForMs");
  if (!value) return {};
  if (value->is_null()) return {.named = true, .value = std::nullopt};
  return {.named = true, .value = milliseconds{*fields.integer("validForMs")}};
}

void read_life(const Fields& fields, PolicyCommand& command) {
  command.valid_for = read_valid_for(fields);
  if (const auto name = fields.text("onCancel")) {
    if (name != "RETURN" && name != "KEEP") throw Unreadable{};
    command.on_cancel = name == "RETURN" ? OnCancel::Return : OnCancel::Keep;
  }
  command.reissue = fields.flag("reissue");
  if (const auto name = fields.text("codes")) {
    if (name != "NONE" && name != "GENERATED" && name != "IMPORTED") throw Unreadable{};
    command.codes = CodeKind::None;
    if (name == "GENERATED") command.codes = CodeKind::Generated;
    if (name == "IMPORTED") command.codes = CodeKind::Imported;
  }
  command.code_prefix = fields.text("codePrefix");
  if (const auto name = fields.text("eligible")) {
    if (name != "EVERYONE" && name != "LISTED") throw Unreadable{};
    command.eligible = name == "EVERYONE" ? Eligible::Everyone : Eligible::Listed;
  }
  command.listed.first = command.coupon_codes.first = fields.integer("first").value_or(0);
  if (const auto codes = fields.find("couponCodes")) command.coupon_codes.codes = read_codes(*codes);
  if (const auto users = fields.find("users")) command.listed.users = read_users(*users);
  if (const auto key = fields.text("createKey")) {
    constexpr std::size_t kKeyMost = 128;
    if (command.kind != PolicyCommand::Kind::Create || key->empty() || key->size() > kKeyMost) {
      throw Unreadable{};
    }
    for (const char c : *key) {
      if (c < ' ' || c > '~') throw Unreadable{};
    }
    command.create_key = *key;
  }
}

PolicyCommand::Kind read_command_kind(const std::optional<std::string>& name) {
  using Kind = PolicyCommand::Kind;
  if (name == "create") return Kind::Create;
  if (name == "change") return Kind::Change;
  if (name == "pause") return Kind::Pause;
  if (name == "resume") return Kind::Resume;
  if (name == "close") return Kind::Close;
  if (name == "import") return Kind::Import;
  if (name == "list") return Kind::List;
  if (name == "codes") return Kind::Codes;
  throw Unreadable{};
}

/// [[user, milliseconds], ...]
std::vector<ImportedCoupon> read_coupons(const dom::element& value) {
  constexpr std::size_t kChunkMost = 1'000;
  dom::array list;
  if (value.get_array().get(list) != simdjson::SUCCESS || list.size() > kChunkMost) throw Unreadable{};
  std::vector<ImportedCoupon> coupons;
  for (const dom::element entry : list) {
    std::vector<std::int64_t> numbers;
    dom::array pair;
    if (entry.get_array().get(pair) != simdjson::SUCCESS) throw Unreadable{};
    for (const dom::element number : pair) {
      if (number.get_int64().get(numbers.emplace_back()) != simdjson::SUCCESS) throw Unreadable{};
    }
    if (numbers.size() != 2 || numbers[0] < 1 || numbers[1] < 0) throw Unreadable{};
    const Timestamp at = from_millis(numbers[1]);
    if (at >= parse_rfc3339("9999-12-31T23:59:59.999Z").value() + milliseconds{1}) throw Unreadable{};
    coupons.push_back({UserId{numbers[0]}, at});
  }
  return coupons;
}

void read_import(const Fields& fields, PolicyCommand& command) {
  command.importing = fields.flag("importing").value_or(false);
  ImportChunk& chunk = command.chunk;
  chunk.first = fields.integer("first").value_or(0);
  if (const auto coupons = fields.find("coupons")) chunk.coupons = read_coupons(*coupons);
  chunk.left_out = fields.integer("couponsLeftOut").value_or(0);
  chunk.paused = fields.flag("paused").value_or(false);
  const auto count = fields.integer("count");
  const auto hash = fields.text("hash");
  if (count.has_value() != hash.has_value()) throw Unreadable{};
  if (!count) return;
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (hash->size() != 16 || hash->find_first_not_of(kDigits) != std::string::npos) throw Unreadable{};
  chunk.total = {*count, std::stoull(*hash, nullptr, 16)};
}

void read_command(const Fields& fields, ParsedRecord& read) {
  PolicyCommand& command = read.command;
  read.policy = command.policy = PolicyId{fields.id("policyId")};
  read.sequence_number = fields.integer("sequenceNumber").value_or(0);
  command.kind = read_command_kind(fields.text("command"));
  command.name = fields.text("name");
  command.who = fields.text("who").value_or("");
  command.max_count = fields.integer("maxCount");
  if (const auto limit = fields.integer("perUserLimit")) {
    if (*limit < INT32_MIN || *limit > INT32_MAX) throw Unreadable{};
    command.per_user_limit = static_cast<std::int32_t>(*limit);
  }
  command.revision = fields.integer("revision");
  using Kind = PolicyCommand::Kind;
  const bool needs_revision = command.kind == Kind::Change || command.kind == Kind::Pause ||
                              command.kind == Kind::Resume || command.kind == Kind::Close;
  if (needs_revision && !command.revision) throw Unreadable{};
  command.issue_starts_at = fields.time("issueStartsAt");
  command.issue_ends_at = fields.time("issueEndsAt");
  command.valid_from = fields.time("validFrom");
  command.valid_until = fields.time("validUntil");
  read_life(fields, command);
  read_import(fields, command);
  read.kind = ParsedRecord::Kind::Command;
}

CouponCommand::Kind read_coupon_kind(const std::optional<std::string>& name) {
  using Kind = CouponCommand::Kind;
  if (name == "reserve") return Kind::Reserve;
  if (name == "use") return Kind::Use;
  if (name == "release") return Kind::Release;
  if (name == "restore") return Kind::Restore;
  if (name == "cancel") return Kind::Cancel;
  throw Unreadable{};
}

void read_coupon_command(const Fields& fields, ParsedRecord& read) {
  constexpr std::int64_t kSequenceMost = 1'000'000'000;
  constexpr std::size_t kReferenceMost = 64;
  constexpr std::size_t kReasonMost = 200;
  constexpr std::int64_t kHoldLeast = 1'000;
  constexpr std::int64_t kHoldMost = 604'800'000;
  CouponCommand& coupon = read.coupon;
  read.policy = coupon.policy = PolicyId{fields.id("policyId")};
  read.sequence_number = fields.integer("sequenceNumber").value_or(0);
  coupon.kind = read_coupon_kind(fields.text("command"));
  coupon.sequence = fields.id("sequence");
  coupon.reference = fields.line("reference", kReferenceMost).value_or("");
  if (coupon.sequence > kSequenceMost || coupon.reference.empty()) throw Unreadable{};
  if (fields.find("userId")) coupon.user = UserId{fields.id("userId")};
  const auto hold = fields.integer("holdForMs");
  if (hold.has_value() != (coupon.kind == CouponCommand::Kind::Reserve)) throw Unreadable{};
  if (hold && (*hold < kHoldLeast || *hold > kHoldMost)) throw Unreadable{};
  coupon.hold_for = milliseconds{hold.value_or(0)};
  const auto reason = fields.line("reason", kReasonMost);
  if (reason && coupon.kind != CouponCommand::Kind::Cancel) throw Unreadable{};
  coupon.reason = reason.value_or("");
  coupon.who = fields.text("who").value_or("");
  read.kind = ParsedRecord::Kind::Coupon;
}

void read_rules(const Fields& fields, ParsedRecord& read) {
  read.version = fields.id("version");
  if (read.version > INT32_MAX) throw Unreadable{};
  read.kind = ParsedRecord::Kind::Rules;
}

template <class Number>
Number read_digits(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) throw Unreadable{};
  return number;
}

Place read_origin(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) throw Unreadable{};
  return {read_digits<Partition>(text.substr(0, colon)), read_digits<Offset>(text.substr(colon + 1))};
}

}  // namespace

struct RecordParser::Json {
  dom::parser parser;
  std::vector<char> padded;

  Fields parse(std::string_view value) {
    if (value.starts_with(text::kByteOrderMark)) throw Unreadable{};
    if (padded.size() < value.size() + simdjson::SIMDJSON_PADDING) {
      padded.resize(2 * value.size() + simdjson::SIMDJSON_PADDING);
    }
    std::memcpy(padded.data(), value.data(), value.size());
    dom::object object;
    if (parser.parse(padded.data(), value.size(), false).get_object().get(object) != simdjson::SUCCESS) {
      throw Unreadable{};
    }
    return Fields(object);
  }
};

RecordParser::RecordParser() : json_(std::make_unique<Json>()) {}
RecordParser::~RecordParser() = default;
RecordParser::RecordParser(RecordParser&&) noexcept = default;

ParsedRecord RecordParser::parse(Partition partition, const JournalRecord& record, const WriterKey* writer) {
  constexpr std::size_t kRequestMost = std::size_t{16} * 1024;
  constexpr std::size_t kCommandMost = std::size_t{256} * 1024;
  ParsedRecord read;
  std::optional<std::string_view> kind;
  std::optional<std::string_view> origin;
  for (const RecordHeader& header : record.headers) {
    if (header.key == "kind") kind = header.value;
    if (header.key == "origin") origin = header.value;
  }
  try {
    if (!record.value) throw Unreadable{};
    if (writer != nullptr && (kind || origin) && !has_valid_mac(*writer, partition, record))
      throw Unreadable{};
    if (origin) read.origin = read_origin(*origin);
    if (!kind) {
      if (record.value->size() > kRequestMost) throw Unreadable{};
      read_request(json_->parse(*record.value), read);
    } else if (*kind == "policy") {
      if (record.value->size() > kCommandMost) throw Unreadable{};
      read_command(json_->parse(*record.value), read);
    } else if (*kind == "coupon") {
      if (record.value->size() > kRequestMost) throw Unreadable{};
      read_coupon_command(json_->parse(*record.value), read);
    } else if (*kind == "rules") {
      if (writer != nullptr && writer->skipped_rules.contains({partition, record.offset})) throw Unreadable{};
      read_rules(json_->parse(*record.value), read);
    }
  } catch (const Unreadable&) {
    read.kind = ParsedRecord::Kind::Unreadable;
  }
  return read;
}

}  // namespace firstcome::check
