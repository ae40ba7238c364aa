#include "api/coupon_body.h"

#include <optional>
#include <string_view>

#include "api/body_fields.h"
#include "domain/duration.h"

namespace firstcome::api {
namespace {

class CouponFields : BodyFields {
 public:
  using BodyFields::BodyFields;

  CouponCommand read(CouponCommand::Kind kind) {
    CouponCommand command{.kind = kind};
    reference(command);
    hold(command);
    reason(command);
    user(command);
    return command;
  }

 private:
  void reference(CouponCommand& command) {
    const auto field = find("reference");
    if (!field) return wrong("reference", "is missing");
    std::string_view text;
    if (field->get_string().get(text) != simdjson::SUCCESS || !is_reference(text)) {
      return wrong("reference", "must be a string of 1 to 64 bytes without control characters");
    }
    command.reference = text;
  }

  void hold(CouponCommand& command) {
    const auto field = find("holdFor");
    const bool is_reserve = command.kind == CouponCommand::Kind::Reserve;
    if (!field && is_reserve) return wrong("holdFor", "is missing");
    if (field && !is_reserve) return wrong("holdFor", "is only for reserve");
    if (!field) return;
    std::string_view text;
    std::optional<milliseconds> duration;
    if (field->get_string().get(text) == simdjson::SUCCESS) duration = parse_duration(text);
    if (!duration || *duration < kShortestHold || *duration > kLongestHold) {
      return wrong("holdFor", "must be a duration of 1 second to 7 days like PT10M");
    }
    command.hold_for = *duration;
  }

  void reason(CouponCommand& command) {
    const auto field = find("reason");
    if (!field) return;
    if (command.kind != CouponCommand::Kind::Cancel) return wrong("reason", "is only for cancel");
    std::string_view text;
    if (field->get_string().get(text) != simdjson::SUCCESS || !is_reason(text)) {
      return wrong("reason", "must be a string of at most 200 bytes without control characters");
    }
    command.reason = text;
  }

  void user(CouponCommand& command) {
    const auto field = find("userId");
    if (!field) return;
    const auto number = id_of(*field);
    if (!number) return wrong("userId", kIdRule);
    command.user = UserId{*number};
  }
};

}  // namespace

CouponCommand read_coupon_command(const simdjson::dom::object& body, CouponCommand::Kind kind,
                                  std::vector<FieldError>& errors) {
  return CouponFields(body, errors).read(kind);
}

}  // namespace firstcome::api
