#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "load/plan.h"
#include "load/planned_request.h"

namespace firstcome::load {

/// Writes HTTP requests. Parts that are the same for all requests are written only once.
class RequestText {
 public:
  explicit RequestText(const Plan& plan);
  /// The whole request, valid until the next call.
  std::string_view write(const PlannedRequest& request, std::uint8_t server);

 private:
  std::string_view write_command(const PlannedRequest& request, std::uint8_t server);

  const Plan& plan_;
  /// From the first byte to "Content-Length: ", by server and policy.
  std::vector<std::vector<std::string>> coupon_;
  std::vector<std::vector<std::string>> fixed_;
  std::vector<std::string> host_;
  std::string text_;
};

}  // namespace firstcome::load
