#pragma once

#include <simdjson.h>

#include <vector>

#include "api/json_body.h"
#include "domain/coupon_life.h"

namespace firstcome::api {

/// Reads the fields of a coupon command from a body; adds an error for each invalid field. Policy and sequence are in the
/// path.
CouponCommand read_coupon_command(const simdjson::dom::object& body, CouponCommand::Kind kind,
                                  std::vector<FieldError>& errors);

}  // namespace firstcome::api
