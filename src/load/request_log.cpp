#include "load/request_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace firstcome::load {

std::string reference_text(PolicyId policy, std::int32_t sequence, std::uint8_t order) {
  return fmt::format("bench-{}-{}-{}", policy, sequence, order);
}

std::uint32_t RequestLog::keep_ticket(std::string_view text) {
  if (text.empty() || text.size() > kTicketMost || tickets_.size() == LoggedRequest::kNoTicket)
    return LoggedRequest::kNoTicket;
  Text& kept = tickets_.emplace_back();
  std::ranges::copy(text, kept.begin());
  return static_cast<std::uint32_t>(tickets_.size() - 1);
}

std::string_view RequestLog::ticket(const LoggedRequest& row) const {
  if (row.ticket == LoggedRequest::kNoTicket) return {};
  const Text& text = tickets_[row.ticket];
  return {text.data(), static_cast<std::size_t>(std::find(text.begin(), text.end(), '\0') - text.begin())};
}

}  // namespace firstcome::load
