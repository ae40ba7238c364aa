#include "check/history_line.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace firstcome::check {
namespace {

namespace dom = simdjson::dom;

[[noreturn]] void reject(std::string_view field, std::string_view what) {
  throw BadLine{fmt::format("\"{}\" {}", field, what)};
}

std::int64_t integer(std::string_view field, const dom::element& value, std::int64_t least,
                     std::int64_t most = INT64_MAX) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) != simdjson::SUCCESS) reject(field, "must be an integer");
  if (number < least || number > most) reject(field, "is out of range");
  return number;
}

std::string_view text(std::string_view field, const dom::element& value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) reject(field, "must be a string");
  return text;
}

Timestamp time(std::string_view field, const dom::element& value) {
  const auto time = parse_rfc3339(text(field, value));
  if (!time) reject(field, "must be an RFC 3339 time");
  return *time;
}

/// Of `asOf` and `place`.
Place read_place_object(std::string_view field, const dom::element& value) {
  dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) reject(field, "must be an object");
  std::optional<std::int64_t> partition;
  std::optional<std::int64_t> offset;
  for (const auto [key, part] : object) {
    const auto number = [&, key = key](std::int64_t most) {
      return integer(fmt::format("{}.{}", field, key), part, 0, most);
    };
    if (key == "partition") partition = number(INT32_MAX);
    if (key == "offset") offset = number(INT64_MAX);
  }
  if (!partition || !offset) reject(field, "needs a partition and an offset");
  return {static_cast<Partition>(*partition), *offset};
}

RequestKind read_request(std::string_view field, std::string_view word) {
  if (word == "coupon") return RequestKind::Coupon;
  if (word == "ticket") return RequestKind::Ticket;
  if (word == "command") return RequestKind::Command;
  if (word == "couponCommand") return RequestKind::CouponCommand;
  reject(field, "must be coupon, ticket, command or couponCommand");
}

PolicyCommand::Kind read_command(std::string_view word) {
  using Kind = PolicyCommand::Kind;
  for (const Kind kind : kCommandKinds) {
    if (word == name_of(kind)) return kind;
  }
  reject("command", "must be create, change, pause, resume, close or import");
}

CouponCommand::Kind read_coupon_command(std::string_view word) {
  for (const CouponCommand::Kind kind : kCouponCommandKinds) {
    if (word == name_of(kind)) return kind;
  }
  reject("command", "must be reserve, use, release, restore or cancel");
}

std::optional<Code> code_named(std::string_view name) {
  for (const CodeRow& known : kCodes) {
    if (known.name == name) return known.code;
  }
  return std::nullopt;
}

}  // namespace

/// Fields of a line before they are copied to the row.
struct LineReader::Line {
  std::optional<RequestKind> request;
  std::optional<Moment> sent;
  std::string_view command;
  std::string_view reference;
  std::int64_t status = 0;
  std::string_view result;
  std::string_view ticket;
  std::optional<Place> as_of;
  std::optional<Place> place;
};

namespace {

void read_response(std::int64_t status, std::string_view result, HistoryRow& row) {
  const bool from_an_intermediary = status >= 500 && result.empty();  // which does not know the journal
  if (result == "PENDING") {
    row.response = ResponseKind::Pending;
  } else if (result == "OUTCOME_UNKNOWN" || from_an_intermediary) {
    row.response = ResponseKind::Unknown;
  } else if (const auto code = code_named(result); code && !(code == Code::Invalid && status == 422)) {
    row.response = ResponseKind::Decided;
    row.code = *code;
  } else if (row.request == RequestKind::Ticket && status == 404) {
    row.response = ResponseKind::NotFound;
  } else if (status >= 400) {
    row.response = ResponseKind::NotAppended;
  } else {
    reject("result", result.empty() ? "is missing" : "is not known to this version");
  }
}

}  // namespace

void LineReader::read_place(const Line& line, HistoryRow& row) {
  if (row.request == RequestKind::CouponCommand) {
    // Its response has no ticket, and its asOf says to which place the fields of the coupon refer.
    if (line.place) row.set_place(PlaceKind::Ticket, *line.place);
    return;
  }
  if (line.as_of) row.set_place(PlaceKind::AsOf, *line.as_of);
  if (line.ticket.empty()) {
    if (row.request == RequestKind::Ticket) reject("ticket", "is missing");
    return;
  }
  const auto ticket = read_ticket(line.ticket);
  if (!ticket) {
    if (row.response != ResponseKind::NotFound) reject("ticket", "cannot be read by this version");
    row.response = ResponseKind::NotAppended;  // not a ticket, and the server returned 404
    return;
  }
  if (!era_) era_ = ticket->era;
  if (era_ != ticket->era) reject("ticket", "is of another era than the tickets before it");
  row.set_place(PlaceKind::Ticket, ticket->place);
  if (row.request == RequestKind::Ticket) {
    if (!row.policy.valid()) row.policy = ticket->policy;
    if (!row.user.valid()) row.user = ticket->user;
  }
  row.ticket_of_another = ticket->policy != row.policy || ticket->user != row.user;
}

namespace {

/// The fields of a command, of a policy or of a coupon.
void set_command(RequestKind request, std::string_view command, std::string_view reference, HistoryRow& row,
                 std::vector<std::string>& references) {
  if (request != RequestKind::Command && request != RequestKind::CouponCommand) return;
  if (command.empty()) reject("command", "is missing");
  row.user = UserId{};
  if (request == RequestKind::Command) {
    row.command = read_command(command);
    return;
  }
  row.coupon_command = read_coupon_command(command);
  if (row.sequence == 0) reject("sequence", "is missing");
  if (reference.empty()) reject("reference", "is missing");
  references.emplace_back(reference);
  row.reference = static_cast<std::uint32_t>(references.size());
}

}  // namespace

HistoryRow LineReader::row(const dom::element& element, std::vector<std::string>& references) {
  static constexpr std::array<std::string_view, 16> kFields{
      "asked",    "policyId", "userId", "sent",    "answered", "status",   "result",    "sequence",
      "issuedAt", "ticket",   "asOf",   "command", "maxCount", "revision", "reference", "place"};
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) throw BadLine{"it is not a JSON object"};
  HistoryRow row;
  Line line;
  std::uint32_t seen = 0;
  for (const auto [key, value] : object) {
    const auto index =
        static_cast<unsigned>(std::find(kFields.begin(), kFields.end(), key) - kFields.begin());
    if (index == kFields.size() || (value.is_null() && index != 0)) continue;
    if ((seen & 1U << index) != 0) reject(key, "occurs twice");
    seen |= 1U << index;
    switch (index) {
      case 0: line.request = read_request(key, text(key, value)); break;
      case 1: row.policy = PolicyId{integer(key, value, 1)}; break;
      case 2: row.user = UserId{integer(key, value, 1)}; break;
      case 3: line.sent = Moment{integer(key, value, INT64_MIN)}; break;
      case 4: row.answered = Moment{integer(key, value, INT64_MIN)}; break;
      case 5: line.status = integer(key, value, 100, 999); break;
      case 6: line.result = text(key, value); break;
      case 7: row.sequence = static_cast<std::int32_t>(integer(key, value, 1, INT32_MAX)); break;
      case 8: row.issued_at = time(key, value); break;
      case 9: line.ticket = text(key, value); break;
      case 10: line.as_of = read_place_object(key, value); break;
      case 11: line.command = text(key, value); break;
      case 12: row.max_count = static_cast<std::int32_t>(integer(key, value, 1, INT32_MAX)); break;
      case 13: row.revision = static_cast<std::int32_t>(integer(key, value, 1, INT32_MAX)); break;
      case 14: line.reference = text(key, value); break;
      case 15: line.place = read_place_object(key, value); break;
      default: break;
    }
  }
  if (!line.request) reject("asked", "is missing");
  if (!line.sent) reject("sent", "is missing");
  row.request = *line.request;
  row.sent = *line.sent;
  set_command(row.request, line.command, line.reference, row, references);
  const bool needs_policy =
      row.request == RequestKind::Coupon || row.request == RequestKind::CouponCommand ||
      (row.request == RequestKind::Command && row.command != PolicyCommand::Kind::Create);
  if (needs_policy && !row.policy.valid()) reject("policyId", "is missing");
  if (row.request == RequestKind::Coupon && !row.user.valid()) reject("userId", "is missing");
  if (row.answered < row.sent) reject("answered", "is before \"sent\"");
  if (row.answered != kNever) {
    if (line.status == 0) reject("status", "is missing");
    read_response(line.status, line.result, row);
  } else if (line.status != 0) {
    reject("answered", "is missing, but \"status\" is present");
  }
  read_place(line, row);
  return row;
}

bool LineReader::head(const dom::element& line, History& history) {
  std::int64_t version = 0;
  dom::element field;
  if (line["history"].get(field) != simdjson::SUCCESS) return false;
  if (field.get_int64().get(version) != simdjson::SUCCESS || version != 1) {
    reject("history", "must be 1, the version that this program reads");
  }
  if (line["startedAt"].get(field) == simdjson::SUCCESS) history.started_at = time("startedAt", field);
  if (line["maxStalenessMs"].get(field) == simdjson::SUCCESS) {
    history.max_staleness = milliseconds{integer("maxStalenessMs", field, 1)};
  }
  return true;
}

}  // namespace firstcome::check
