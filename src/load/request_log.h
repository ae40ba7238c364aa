#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>

#include "check/history_row.h"
#include "load/planned_request.h"
#include "load/request_result.h"

namespace firstcome::load {

/// One request and its result. Small, because a run has millions of them.
struct LoggedRequest {
  static constexpr std::uint32_t kNoTicket = UINT32_MAX;

  UserId user;
  Tick sent = 0;
  Tick answered = kNever;
  std::int64_t issued_at_ms = 0;  ///< 0: not in the response
  std::int64_t as_of_at_ms = 0;
  std::int64_t as_of_offset = 0;      ///< this and the next: of a command its place
  std::int32_t as_of_partition = -1;  ///< -1: no early refusal, no place
  std::int32_t sequence = 0;          ///< 0: not in the response; of a command that of the request
  std::uint32_t ticket = kNoTicket;   ///< index in the log; of the request or the response
  std::uint16_t policy = 0;           ///< index into Plan::policies
  std::int16_t status = 0;            ///< 0: no response
  std::uint8_t server = 0;            ///< index into Plan::servers
  check::RequestKind kind = check::RequestKind::Coupon;    ///< Coupon, Ticket or CouponCommand
  CouponCommand::Kind command = CouponCommand::Kind::Use;  ///< this and the next: as of PlannedRequest
  std::uint8_t order = 1;
  RequestResult result = RequestResult::Broken;
};
static_assert(sizeof(LoggedRequest) <= 72);

/// The requests of one thread, in the order of their responses: 72 bytes for each request and 64 for each ticket.
/// Growing never moves an entry, so it causes no pause during a run.
class RequestLog {
 public:
  void add(const LoggedRequest& row) { rows_.push_back(row); }
  std::uint32_t keep_ticket(std::string_view text);

  [[nodiscard]] const std::deque<LoggedRequest>& rows() const { return rows_; }
  [[nodiscard]] std::string_view ticket(const LoggedRequest& row) const;

 private:
  static constexpr std::size_t kTicketMost = 64;  ///< the limit of the HTTP interface
  using Text = std::array<char, kTicketMost>;     ///< padded with zeros

  std::deque<LoggedRequest> rows_;
  std::deque<Text> tickets_;
};

}  // namespace firstcome::load
