#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "domain/code.h"
#include "domain/policy.h"
#include "domain/record.h"

namespace firstcome::check {

/// A time of the history's one steady clock, counted from where that clock was 0.
using Moment = std::chrono::nanoseconds;
inline constexpr Moment kNever = Moment::max();

/// What one caller was told, in the words of the wire.
enum class Told : std::uint8_t {
  Decided,   ///< `code` says how; with a place it is final, with as_of it is an early refusal
  Pending,   ///< 202: it stands at its place, undecided
  NotTaken,  ///< 503 or another refusal of the server's: nothing was appended
  Unknown,   ///< it may have been appended or may still be: 503 OUTCOME_UNKNOWN, or the connection broke
  Lost,      ///< a ticket alone: 404, nobody knows it
};

enum class Asked : std::uint8_t {
  Coupon,   ///< POST .../coupons
  Command,  ///< a policy command
  Ticket,   ///< GET /v1/requests/{ticket}: the place is the ticket's
};

struct Place {
  Partition partition = 0;
  Offset offset = 0;
  auto operator<=>(const Place&) const = default;
};

/// One request and its answer. Plain and small, because a history has millions of them.
struct HistoryRow {
  PolicyId policy;
  UserId user;               ///< 0 for a command
  Moment sent{};             ///< before the first byte was written
  Moment answered = kNever;  ///< after the last byte was read
  Timestamp issued_at{};     ///< 0: not told
  Offset offset = 0;         ///< of the place or of as_of: see `stands`
  Partition partition = 0;
  std::int32_t sequence = 0;   ///< 0: not told
  std::int32_t max_count = 0;  ///< these two of the policy that a command returned; 0: not told
  std::int32_t revision = 0;
  Asked asked = Asked::Coupon;
  Told told = Told::Unknown;
  Code code = Code::None;
  PolicyCommand::Kind command = PolicyCommand::Kind::Create;  ///< of a command
  enum class Stands : std::uint8_t {
    Nowhere,
    At,    ///< by its ticket
    AsOf,  ///< an early refusal: it speaks of the journal before this place
  } stands = Stands::Nowhere;
  bool ticket_of_another = false;  ///< its ticket names another policy or user than was asked for

  [[nodiscard]] bool is_told(Code what) const { return told == Told::Decided && code == what; }
  [[nodiscard]] bool names_coupon() const { return is_told(Code::Success) || is_told(Code::AlreadyIssued); }
  [[nodiscard]] bool has_place() const { return stands == Stands::At; }
  [[nodiscard]] bool is_early() const { return stands == Stands::AsOf && told == Told::Decided; }
  /// The place, or the one it speaks as of.
  [[nodiscard]] Place where() const { return {partition, offset}; }
  void put(Stands how, Place at) {
    stands = how;
    partition = at.partition;
    offset = at.offset;
  }
};
static_assert(sizeof(HistoryRow) <= 80);

}  // namespace firstcome::check
