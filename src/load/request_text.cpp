#include "load/request_text.h"

#include <fmt/core.h>

#include <charconv>

namespace firstcome::load {
namespace {

constexpr std::string_view kBody = R"({"userId":)";

void append_number(std::int64_t number, std::string& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

int digits_of(std::int64_t number) {
  int count = 1;
  while ((number /= 10) > 0) ++count;
  return count;
}

}  // namespace

RequestText::RequestText(const Plan& plan) : plan_(plan) {
  for (const std::string& server : plan.servers) {
    host_.push_back(fmt::format(" HTTP/1.1\r\nHost: {}\r\n", server));
    if (!plan.credential.empty())
      host_.back() += fmt::format("Authorization: Bearer {}\r\n", plan.credential);
    auto& coupon = coupon_.emplace_back();
    auto& fixed = fixed_.emplace_back();
    for (const PolicyId policy : plan.policies) {
      const std::string rest =
          fmt::format("{}/coupons{}Content-Type: application/json\r\nContent-Length: ", policy, host_.back());
      coupon.push_back("POST /v1/policies/" + rest);
      fixed.push_back("POST /bench/fixed/" + rest);
    }
  }
}

std::string_view RequestText::write_command(const PlannedRequest& request, std::uint8_t server) {
  const PolicyId policy = plan_.policies[request.policy];
  const std::string body =
      fmt::format(R"({{"reference":"{}"}})", reference_text(policy, request.sequence, request.order));
  text_ = fmt::format(
      "POST /v1/policies/{}/coupons/{}/{}{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      policy, request.sequence, name_of(request.command), host_[server], body.size(), body);
  return text_;
}

std::string_view RequestText::write(const PlannedRequest& request, std::uint8_t server) {
  if (request.kind == PlannedRequest::Kind::Ticket) {
    // Longer than the default wait of any server: a request that is pending even then stays pending.
    text_ = "GET /v1/requests/";
    text_ += request.ticket;
    text_ += "?wait=10";
    text_ += host_[server];
    text_ += "\r\n";
    return text_;
  }
  if (request.kind == PlannedRequest::Kind::Command) return write_command(request, server);
  const auto& heads = request.kind == PlannedRequest::Kind::Fixed ? fixed_ : coupon_;
  text_ = heads[server][request.policy];
  append_number(static_cast<std::int64_t>(kBody.size()) + digits_of(request.user.value) + 1, text_);
  text_ += "\r\n\r\n";
  text_ += kBody;
  append_number(request.user.value, text_);
  text_ += '}';
  return text_;
}

}  // namespace firstcome::load
