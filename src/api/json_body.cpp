#include "api/json_body.h"

#include <simdjson.h>

#include <functional>
#include <utility>

#include "api/body_fields.h"
#include "api/coupon_body.h"
#include "api/import_body.h"
#include "domain/check.h"
#include "domain/duration.h"
#include "domain/policy.h"
#include "text/byte_order_mark.h"

namespace firstcome::api {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

constexpr std::string_view kOrdinalRule = "must be a whole number from 1 to 10000";

std::optional<std::int32_t> ordinal_in(ondemand::value value) {
  std::int64_t number = 0;
  if (value.get_int64().get(number) != simdjson::SUCCESS || number < 1 || number > kOrdinalMost)
    return std::nullopt;
  return static_cast<std::int32_t>(number);
}

constexpr std::string_view kTimeRule =
    "must be a time like 2026-11-23T14:00:00Z or 2026-11-23T23:00:00+09:00, in the years 1 to 9999 of UTC";

std::optional<UserId> user_id(ondemand::value value) {
  ondemand::json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return std::nullopt;
  if (type == ondemand::json_type::number) {
    std::int64_t number = 0;
    if (value.get_int64().get(number) != simdjson::SUCCESS || number < 1) return std::nullopt;
    return UserId{number};
  }
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
    if (const auto number = parse_id(text)) return UserId{*number};
  }
  return std::nullopt;
}

/// Reads the fields of a policy command.
class PolicyFields : public BodyFields {
 public:
  using BodyFields::BodyFields;

  void require(const PolicyCommand& command, std::string_view name) {
    if (command.kind == PolicyCommand::Kind::Create) wrong(name, "is missing");
  }

  void id(PolicyCommand& command) {
    const auto field = find("id");
    if (!field) return;
    const auto number = id_of(*field);
    if (!number) return wrong("id", kIdRule);
    command.policy = PolicyId{*number};
  }

  void name(PolicyCommand& command) {
    const auto field = find("name");
    if (!field) return require(command, "name");
    std::string_view text;
    if (field->get_string().get(text) != simdjson::SUCCESS || text.empty() ||
        text.size() > kPolicyNameLimit || text.find('\0') != std::string_view::npos) {
      return wrong("name", "must be a string of 1 to 200 bytes without zero bytes");
    }
    command.name.emplace(text);
  }

  void max_count(PolicyCommand& command) {
    const auto field = find("maxCount");
    if (!field) return require(command, "maxCount");
    std::int64_t number = 0;
    // A new policy with imported codes has no code yet.
    const std::int64_t least = command.codes == CodeKind::Imported ? 0 : 1;
    if (field->get_int64().get(number) != simdjson::SUCCESS || number < least || number > kMaxCountLimit) {
      return wrong("maxCount", least == 0 ? "must be a whole number from 0 to 1000000000"
                                          : "must be a whole number from 1 to 1000000000");
    }
    command.max_count = number;
  }

  void per_user_limit(PolicyCommand& command) {
    const auto field = find("perUserLimit");
    if (!field) return;
    std::int64_t number = 0;
    if (field->get_int64().get(number) != simdjson::SUCCESS || number < 1 || number > kPerUserLimitMost) {
      return wrong("perUserLimit", "must be a whole number from 1 to 1000");
    }
    command.per_user_limit = static_cast<std::int32_t>(number);
  }

  void valid_for(PolicyCommand& command) {
    const auto field = find("validFor");
    if (!field) return;
    command.valid_for.named = true;
    if (field->is_null()) return;
    std::string_view text;
    if (field->get_string().get(text) == simdjson::SUCCESS) command.valid_for.value = parse_duration(text);
    const auto& duration = command.valid_for.value;
    if (!duration || *duration < kShortestValidFor || *duration > kLongestValidFor) {
      wrong("validFor",
            "must be a duration of 1 second to 100 years like P30D, P2W or PT36H, without months and years");
    }
  }

  void reissue(PolicyCommand& command) {
    bool flag = false;
    if (!find("reissue")) return;
    boolean("reissue", flag);
    command.reissue = flag;
  }

  void codes(PolicyCommand& command) {
    choice("codes", command.codes, {CodeKind::None, CodeKind::Generated, CodeKind::Imported});
    const auto field = find("codePrefix");
    if (!field) return;
    std::string_view text;
    if (field->get_string().get(text) != simdjson::SUCCESS || !is_code_prefix(text)) {
      return wrong("codePrefix", "must be 2 to 12 characters A-Z and 0-9, the first a letter");
    }
    command.code_prefix.emplace(text);
  }

  void time(std::string_view name, Changed<Timestamp>& changed) {
    const auto field = find(name);
    if (!field) return;
    changed.named = true;
    if (field->is_null()) return;
    std::string_view text;
    if (field->get_string().get(text) == simdjson::SUCCESS) changed.value = parse_rfc3339(text);
    if (!changed.value) wrong(name, kTimeRule);
  }

  void window(std::string_view end_name, const Changed<Timestamp>& start, const Changed<Timestamp>& end) {
    if (start.value && end.value && *end.value <= *start.value) wrong(end_name, "must be after the start");
  }
};

std::string list(const std::vector<FieldError>& errors) {
  std::string text;
  for (const FieldError& error : errors) {
    if (!text.empty()) text += "; ";
    text += error.field + " " + error.message;
  }
  return text + ".";
}

bool changes_nothing(const PolicyCommand& command) {
  return !command.name && !command.max_count && !command.per_user_limit && !command.issue_starts_at.named &&
         !command.issue_ends_at.named && !command.valid_from.named && !command.valid_until.named &&
         !command.valid_for.named && !command.on_cancel && !command.reissue && !command.codes &&
         !command.code_prefix && !command.eligible;
}

}  // namespace

struct BodyReader::Parsers {
  /// Longer than any body of an issue request, so that the parser does not allocate again.
  Parsers() { CHECK(hot.allocate(1024) == simdjson::SUCCESS); }

  ondemand::parser hot;
  dom::parser whole;
  dom::object object;  ///< of the last parse_object()
};

BodyReader::BodyReader() : parsers_(std::make_unique<Parsers>()) {}
BodyReader::~BodyReader() = default;

std::nullopt_t BodyReader::refuse(Problem problem, std::string_view detail) {
  error_.problem = problem;
  error_.detail = detail;
  error_.fields.clear();
  return std::nullopt;
}

std::nullopt_t BodyReader::refuse_field(std::string_view field, std::string_view why) {
  error_.problem = Problem::Invalid;
  error_.fields = {{std::string{field}, std::string{why}}};
  error_.detail = list(error_.fields);
  return std::nullopt;
}

bool BodyReader::is_json(std::string_view body) {
  return parsers_->whole.parse(body.data(), body.size()).error() == simdjson::SUCCESS;
}

std::optional<RequestedCoupon> BodyReader::issue(std::string& body, UserId otherwise) {
  constexpr std::string_view kNoJson = R"(The body is not JSON; send {"userId":42}.)";
  if (body.starts_with(text::kByteOrderMark)) return refuse(Problem::BadRequest, kNoJson);
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  ondemand::document document;
  const simdjson::padded_string_view padded(body.data(), body.size(), body.capacity());
  if (parsers_->hot.iterate(padded).get(document) != simdjson::SUCCESS)
    return refuse(Problem::BadRequest, kNoJson);
  ondemand::object object;
  const auto not_object = document.get_object().get(object);
  if (not_object == simdjson::INCORRECT_TYPE && is_json(body)) {
    return refuse(Problem::Invalid, R"(The body must be a JSON object; send {"userId":42}.)");
  }
  if (not_object != simdjson::SUCCESS) return refuse(Problem::BadRequest, kNoJson);

  std::optional<UserId> user;
  std::optional<std::int32_t> ordinal;
  bool names_user = false;
  bool names_ordinal = false;
  bool others = false;
  for (auto entry : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(entry).get(field) != simdjson::SUCCESS ||
        field.unescaped_key().get(key) != simdjson::SUCCESS) {
      return refuse(Problem::BadRequest, kNoJson);
    }
    if (key == "userId") {
      if (std::exchange(names_user, true)) return refuse_field("userId", "appears twice");
      user = user_id(field.value());
      if (!user) break;
    } else if (key == "ordinal") {
      if (std::exchange(names_ordinal, true)) return refuse_field("ordinal", "appears twice");
      ordinal = ordinal_in(field.value());
      if (!ordinal) break;
    } else {
      others = true;
    }
  }
  const bool wrong_ordinal = names_ordinal && !ordinal;
  // On-demand parsing does not check what it skips: a value of the wrong type, or an unknown field that is not JSON.
  if ((!user || wrong_ordinal || others || document.current_location().error() != simdjson::OUT_OF_BOUNDS) &&
      !is_json(body)) {
    return refuse(Problem::BadRequest, kNoJson);
  }
  if (wrong_ordinal) return refuse_field("ordinal", kOrdinalRule);
  if (!names_user && !otherwise.valid()) return refuse_field("userId", "is missing");
  if (names_user && !user) return refuse_field("userId", kIdRule);
  return RequestedCoupon{user.value_or(otherwise), ordinal.value_or(1)};
}

bool BodyReader::parse_object(std::string_view body) {
  error_ = {};
  dom::element element;
  if (body.starts_with(text::kByteOrderMark) ||
      parsers_->whole.parse(body.data(), body.size()).get(element) != simdjson::SUCCESS) {
    error_.detail = "The body is not JSON.";
    return false;
  }
  error_.problem = Problem::Invalid;
  if (element.get_object().get(parsers_->object) == simdjson::SUCCESS) return true;
  error_.detail = "The body must be a JSON object.";
  return false;
}

std::optional<PolicyCommand> BodyReader::import_chunk(std::string_view body) {
  if (!parse_object(body)) return std::nullopt;
  PolicyCommand command;
  command.kind = PolicyCommand::Kind::Import;
  command.chunk = read_chunk(parsers_->object, error_.fields);
  if (error_.fields.empty()) return command;
  error_.detail = list(error_.fields);
  return std::nullopt;
}

std::optional<PolicyCommand> BodyReader::list_chunk(std::string_view body) {
  if (!parse_object(body)) return std::nullopt;
  PolicyCommand command;
  command.kind = PolicyCommand::Kind::List;
  command.listed = read_listed(parsers_->object, error_.fields);
  if (error_.fields.empty()) return command;
  error_.detail = list(error_.fields);
  return std::nullopt;
}

std::optional<PolicyCommand> BodyReader::code_chunk(std::string_view body) {
  if (!parse_object(body)) return std::nullopt;
  PolicyCommand command;
  command.kind = PolicyCommand::Kind::Codes;
  command.coupon_codes = read_codes(parsers_->object, error_.fields);
  if (error_.fields.empty()) return command;
  error_.detail = list(error_.fields);
  return std::nullopt;
}

std::optional<CouponCommand> BodyReader::coupon_command(std::string_view body, CouponCommand::Kind kind) {
  if (!parse_object(body)) return std::nullopt;
  CouponCommand command = read_coupon_command(parsers_->object, kind, error_.fields);
  if (error_.fields.empty()) return command;
  error_.detail = list(error_.fields);
  return std::nullopt;
}

std::optional<PolicyCommand> BodyReader::policy(std::string_view body, PolicyCommand::Kind kind) {
  if (!parse_object(body)) return std::nullopt;
  PolicyCommand command;
  command.kind = kind;
  PolicyFields fields(parsers_->object, error_.fields);
  if (kind == PolicyCommand::Kind::Create) {
    fields.id(command);
    fields.boolean("importing", command.importing);
  }
  // A change cannot change these, and the decider says so.
  fields.codes(command);
  fields.choice("eligible", command.eligible, {Eligible::Everyone, Eligible::Listed});
  fields.name(command);
  fields.max_count(command);
  fields.per_user_limit(command);
  fields.time("issueStartsAt", command.issue_starts_at);
  fields.time("issueEndsAt", command.issue_ends_at);
  fields.time("validFrom", command.valid_from);
  fields.time("validUntil", command.valid_until);
  fields.valid_for(command);
  fields.choice("onCancel", command.on_cancel, {OnCancel::Return, OnCancel::Keep});
  fields.reissue(command);
  fields.window("issueEndsAt", command.issue_starts_at, command.issue_ends_at);
  fields.window("validUntil", command.valid_from, command.valid_until);
  if (!error_.fields.empty()) {
    error_.detail = list(error_.fields);
    return std::nullopt;
  }
  if (kind == PolicyCommand::Kind::Change && changes_nothing(command)) {
    error_.detail =
        "The change needs at least one field: name, maxCount, perUserLimit, issueStartsAt, issueEndsAt, validFrom, "
        "validUntil, validFor, onCancel, reissue.";
    return std::nullopt;
  }
  return command;
}

std::optional<PolicyCommand> BodyReader::create(std::string_view body) {
  return policy(body, PolicyCommand::Kind::Create);
}

std::optional<PolicyCommand> BodyReader::change(std::string_view body) {
  return policy(body, PolicyCommand::Kind::Change);
}

}  // namespace firstcome::api
