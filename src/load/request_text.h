#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "load/client_connection.h"
#include "load/plan.h"

namespace firstcome::load {

/// Writes requests. What is the same for all of them is written once.
class RequestText {
 public:
  explicit RequestText(const Plan& plan);
  /// The whole request; the text lives until the next call.
  std::string_view write(const Question& question, std::uint8_t server);

 private:
  /// From the first byte to "Content-Length: ", by server and policy.
  std::vector<std::vector<std::string>> coupon_;
  std::vector<std::vector<std::string>> fixed_;
  std::vector<std::string> host_;
  std::string text_;
};

}  // namespace firstcome::load
