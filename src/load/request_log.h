#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>

#include "check/history_row.h"
#include "domain/ids.h"
#include "load/answer_reader.h"
#include "load/request_result.h"

namespace firstcome::load {

/// A time of this process's steady clock, in ns.
using Tick = std::int64_t;
inline constexpr Tick kNever = -1;

/// One request and what became of it. Plain and small: a run has millions of them.
struct Row {
  static constexpr std::uint32_t kNoTicket = UINT32_MAX;

  UserId user;
  Tick sent = 0;
  Tick answered = kNever;
  std::int64_t issued_at_ms = 0;  ///< 0: not told
  std::int64_t as_of_at_ms = 0;
  std::int64_t as_of_offset = 0;
  std::int32_t as_of_partition = -1;                        ///< -1: no early refusal
  std::int32_t sequence = 0;                                ///< 0: not told
  std::uint32_t ticket = kNoTicket;                         ///< the request_log's; asked for, or told
  std::uint16_t policy = 0;                                 ///< index into Plan::policies
  std::int16_t status = 0;                                  ///< 0: no answer
  std::uint8_t server = 0;                                  ///< index into Plan::servers
  check::RequestKind request = check::RequestKind::Coupon;  ///< Coupon or Ticket
  RequestResult outcome = RequestResult::Broken;
};
static_assert(sizeof(Row) <= 72);

/// What one thread saw, in the order of the answers. Grows without ever moving what it holds, so that it
/// costs no pause in a run: 72 bytes a request and 64 a ticket.
class RequestLog {
 public:
  void add(const Row& row) { rows_.push_back(row); }
  std::uint32_t keep_ticket(std::string_view text);

  [[nodiscard]] const std::deque<Row>& rows() const { return rows_; }
  [[nodiscard]] std::string_view ticket(const Row& row) const;

 private:
  static constexpr std::size_t kTicketMost = 64;  ///< as the interface has it
  using Text = std::array<char, kTicketMost>;     ///< filled up with zeros

  std::deque<Row> rows_;
  std::deque<Text> tickets_;
};

}  // namespace firstcome::load
