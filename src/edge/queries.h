#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/code.h"
#include "domain/policy.h"
#include "edge/exchange.h"
#include "replica/decided_log.h"
#include "store/store.h"
#include "ticket/ticket.h"

namespace firstcome::edge {

/// What a ticket's place holds.
struct TicketAnswer {
  enum class Kind : std::uint8_t {
    Decided,
    Pending,  ///< not decided here yet
    Gone,     ///< a refusal, pruned or of an old era
    NotHeld,  ///< neither memory nor store holds the place; another node, or this one later, may
  };
  Kind kind = Kind::Decided;
  Code code = Code::None;
  std::optional<Coupon> coupon{};              ///< SUCCESS, ALREADY_ISSUED
  std::optional<Timestamp> issue_starts_at{};  ///< NOT_STARTED: as it was at that place
};

/// One page of a user's coupons, by policy id.
struct CouponsAnswer {
  std::vector<Coupon> coupons;
  std::optional<PolicyId> next_cursor;
  std::vector<Partition> left_out{};  ///< halted or stopped: their policies' coupons are not listed
};

/// What Prometheus is told; no question to the store, but answered on another thread all the same.
struct MetricsPage {
  std::string text;
};

/// A partition that is concerned does not serve.
struct Unfit {
  std::string_view words;
};

using Question = std::variant<Ticket, CouponsQuestion>;
/// The Error: the store could not be asked.
using QuestionAnswer = std::variant<TicketAnswer, CouponsAnswer, MetricsPage, Unfit, Error>;

inline constexpr std::size_t kCouponsPage = 100;

/// Answers questions about places and users from the store's rows with the tail of decisions not yet saved
/// laid over them. Every answer reads the store's position first: what is decided from there on is in the
/// tail, or the tail was trimmed meanwhile and everything is read again. Blocks; used by one thread.
class Queries {
 public:
  Queries(store::Reader& reader, std::vector<replica::DecidedLog*> logs, Era era)
      : reader_(reader), logs_(std::move(logs)), era_(era) {}

  Result<TicketAnswer> ticket(const Ticket& ticket);
  Result<CouponsAnswer> coupons(const CouponsQuestion& question);
  QuestionAnswer answer(const Question& question);

 private:
  Result<TicketAnswer> imported(const Ticket& ticket);
  Result<TicketAnswer> of_old_era(const Ticket& ticket);
  Result<TicketAnswer> below_memory(const Ticket& ticket);
  Result<TicketAnswer> with_fields(const Ticket& ticket, Code code);
  Result<std::optional<Coupon>> find_coupon(const Ticket& ticket);
  Result<std::optional<Timestamp>> start_at_place(const Ticket& ticket);
  Result<Offset> position_of(Partition partition);
  replica::DecidedLog* log_of(Partition partition) const;

  store::Reader& reader_;
  const std::vector<replica::DecidedLog*> logs_;
  const Era era_;
};

}  // namespace firstcome::edge
