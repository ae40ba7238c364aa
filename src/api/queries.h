#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/coupon_queries.h"
#include "api/exchange.h"
#include "api/tail_index.h"
#include "domain/code.h"
#include "domain/policy.h"
#include "replica/decided_log.h"
#include "store/store.h"
#include "ticket/ticket.h"

namespace firstcome::api {

/// The result at the place of a ticket.
struct TicketAnswer {
  enum class Kind : std::uint8_t {
    Decided,
    Pending,  ///< not decided here yet
    Gone,     ///< a refusal that was pruned or is of an old era
    Foreign,  ///< the place has the coupon of another user or policy, or none although the ticket belongs to a coupon
    NotHeld,  ///< neither memory nor store has the place yet
  };
  Kind kind = Kind::Decided;
  Code code = Code::None;
  std::optional<Coupon> coupon{};              ///< SUCCESS, ALREADY_ISSUED
  std::string code_text{};                     ///< of the coupon; empty: it has none
  std::optional<Timestamp> issue_starts_at{};  ///< NOT_STARTED: the value at that place
};

/// A coupon of a user.
struct UserCoupon {
  Coupon coupon;
  std::string code{};  ///< empty: it has none
};

/// One page of a user's coupons, by policy id and ordinal.
struct CouponsAnswer {
  std::vector<UserCoupon> coupons;
  std::optional<CouponCursor> next_cursor;
  std::vector<Partition> left_out{};  ///< halted or stopped: the coupons of their policies are not listed
};

/// The page for Prometheus. Written on another thread, like the answers from the store.
struct MetricsPage {
  std::string text;
};

/// Policies with ids above `after`, with the closed ones, of which memory has only the ids.
struct PoliciesQuestion {
  PolicyId after;
  std::size_t limit = 1;
  std::optional<PolicyId> only{};  ///< only this one, which is the next above `after`
};

/// One page, by id.
struct PoliciesAnswer {
  std::vector<Policy> policies;
  std::optional<PolicyId> next_cursor{};
  std::vector<Partition> left_out{};  ///< halted or stopped: their policies are not listed
};

/// A partition of the question is not in service.
struct NotInService {
  std::string_view reason;
};

using Question = std::variant<Ticket, CouponsQuestion, PoliciesQuestion, CouponQuestion,
                              PolicyCouponsQuestion, CouponCountsQuestion>;
/// The Error: the store could not be read.
using QuestionAnswer =
    std::variant<TicketAnswer, CouponsAnswer, PoliciesAnswer, CouponAnswer, PolicyCouponsAnswer,
                 CouponCountsAnswer, MetricsPage, NotInService, Error>;

inline constexpr std::size_t kCouponsPage = 100;

/// Answers questions about places and users from the rows of the store and the tail. Each answer reads the position of the
/// store first: the decisions above it are in the tail, or the tail was trimmed in between and everything is read again.
/// Blocks; used by one thread.
class Queries {
 public:
  /// `tails`: by partition, kept by the caller for later questions; null: used for this question only.
  Queries(store::Reader& reader, std::vector<replica::DecidedLog*> logs, Era era, CodeLookup& codes,
          std::vector<TailIndex>* tails = nullptr)
      : reader_(reader),
        logs_(std::move(logs)),
        era_(era),
        codes_(codes),
        own_tails_(tails == nullptr ? logs_.size() : 0),
        tails_(tails == nullptr ? own_tails_ : *tails) {}

  Result<TicketAnswer> ticket(const Ticket& ticket);
  Result<CouponsAnswer> coupons(const CouponsQuestion& question);
  QuestionAnswer answer(const Question& question);

 private:
  Result<TicketAnswer> imported(const Ticket& ticket);
  Result<TicketAnswer> of_old_era(const Ticket& ticket);
  Result<TicketAnswer> below_memory(const Ticket& ticket);
  Result<TicketAnswer> with_fields(const Ticket& ticket, Code code);
  Result<TicketAnswer> with_coupon(Code code, const store::CouponRow& row);
  Result<std::optional<store::CouponRow>> stored_coupon(const Ticket& ticket);
  Result<std::optional<store::CouponRow>> find_coupon(const Ticket& ticket);
  Result<std::optional<Timestamp>> start_at_place(const Ticket& ticket);
  Result<Offset> position_of(Partition partition);
  replica::DecidedLog* log_of(Partition partition) const;
  /// The tail of the partition by user; null if it does not go back to `from`.
  const TailIndex* tail_of(Partition partition, Offset from);

  store::Reader& reader_;
  const std::vector<replica::DecidedLog*> logs_;
  const Era era_;
  CodeLookup& codes_;
  std::vector<TailIndex> own_tails_;
  std::vector<TailIndex>& tails_;
};

}  // namespace firstcome::api
