#include "load/request_text.h"

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

RequestText::RequestText(const Plan& plan) {
  for (const std::string& server : plan.servers) {
    host_.push_back(" HTTP/1.1\r\nHost: " + server + "\r\n");
    auto& coupon = coupon_.emplace_back();
    auto& fixed = fixed_.emplace_back();
    for (const PolicyId policy : plan.policies) {
      const std::string rest = std::to_string(policy.value) + "/coupons" + host_.back() +
                               "Content-Type: application/json\r\nContent-Length: ";
      coupon.push_back("POST /v1/policies/" + rest);
      fixed.push_back("POST /bench/fixed/" + rest);
    }
  }
}

std::string_view RequestText::write(const Question& question, std::uint8_t server) {
  if (question.what == Question::What::Ticket) {
    // Longer than any server makes a caller wait by itself: what is still pending then stays so.
    text_ = "GET /v1/requests/";
    text_ += question.ticket;
    text_ += "?wait=10";
    text_ += host_[server];
    text_ += "\r\n";
    return text_;
  }
  const auto& heads = question.what == Question::What::Fixed ? fixed_ : coupon_;
  text_ = heads[server][question.policy];
  append_number(static_cast<std::int64_t>(kBody.size()) + digits_of(question.user.value) + 1, text_);
  text_ += "\r\n\r\n";
  text_ += kBody;
  append_number(question.user.value, text_);
  text_ += '}';
  return text_;
}

}  // namespace firstcome::load
