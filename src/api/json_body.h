#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/results.h"
#include "domain/record.h"

namespace firstcome::api {

/// The error of one field of a body.
struct FieldError {
  std::string field;
  std::string message;
};

/// The coupon that a body asks for.
struct RequestedCoupon {
  UserId user;
  std::int32_t ordinal = 1;  ///< among the user's coupons of the policy

  bool operator==(const RequestedCoupon&) const = default;
};

/// Why a body was refused: BadRequest (not JSON) or Invalid (JSON with invalid fields).
struct BodyError {
  Problem problem = Problem::BadRequest;
  std::string detail;
  std::vector<FieldError> fields;
};

/// Reads the bodies of requests. Keeps its parsers and their memory; one per thread. Unknown fields are ignored, a known
/// field that appears twice is refused. Ids are numbers or decimal strings.
class BodyReader {
 public:
  BodyReader();
  ~BodyReader();

  /// {"userId":42,"ordinal"?:2}. Without userId: `otherwise`, if that is valid. Nothing: see error(). Only the capacity of
  /// `body` may change.
  std::optional<RequestedCoupon> issue(std::string& body, UserId otherwise = {});
  /// {"id"?,"name","maxCount",…}: a create, or a change with only the fields to change. error() lists all invalid fields. A
  /// create without id has the policy id 0.
  std::optional<PolicyCommand> create(std::string_view body);
  std::optional<PolicyCommand> change(std::string_view body);
  /// {"first":1,"coupons":[[42,1795442400123],…],"count"?,"hash"?,"paused"?}: a chunk of an import.
  std::optional<PolicyCommand> import_chunk(std::string_view body);
  /// {"first":1,"users":[42,"43"]}: a chunk of a list of users who can get a coupon.
  std::optional<PolicyCommand> list_chunk(std::string_view body);
  /// A chunk of a list of codes.
  std::optional<PolicyCommand> code_chunk(std::string_view body);

  /// {"reference":"order-17","holdFor"?:"PT10M","reason"?,"userId"?}: a command of this kind, without policy and sequence.
  std::optional<CouponCommand> coupon_command(std::string_view body, CouponCommand::Kind kind);

  [[nodiscard]] const BodyError& error() const { return error_; }

 private:
  struct Parsers;
  std::nullopt_t refuse(Problem problem, std::string_view detail);
  std::nullopt_t refuse_field(std::string_view field, std::string_view why);
  bool is_json(std::string_view body);
  /// Nothing: see error().
  bool parse_object(std::string_view body);
  std::optional<PolicyCommand> policy(std::string_view body, PolicyCommand::Kind kind);

  std::unique_ptr<Parsers> parsers_;
  BodyError error_;
};

}  // namespace firstcome::api
