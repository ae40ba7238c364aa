#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/exchange.h"
#include "api/tail_index.h"
#include "domain/code.h"
#include "domain/policy.h"
#include "replica/decided_log.h"
#include "store/store.h"
#include "ticket/ticket.h"

namespace firstcome::api {

/// What a ticket's place holds.
struct TicketAnswer {
  enum class Kind : std::uint8_t {
    Decided,
    Pending,  ///< not decided here yet
    Gone,     ///< a refusal, pruned or of an old era
    Foreign,  ///< the place holds another user's or policy's coupon, or none where the ticket names one
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

/// Policies with ids above `after`, closed ones too, of which memory has the ids alone.
struct PoliciesQuestion {
  PolicyId after;
  std::size_t limit = 1;
  std::optional<PolicyId> only{};  ///< this one alone, which is the next above `after`
};

/// One page, by id.
struct PoliciesAnswer {
  std::vector<Policy> policies;
  std::optional<PolicyId> next_cursor{};
  std::vector<Partition> left_out{};  ///< halted or stopped: their policies are not listed
};

/// A partition that is concerned does not serve.
struct Unfit {
  std::string_view words;
};

using Question = std::variant<Ticket, CouponsQuestion, PoliciesQuestion>;
/// The Error: the store could not be asked.
using QuestionAnswer = std::variant<TicketAnswer, CouponsAnswer, PoliciesAnswer, MetricsPage, Unfit, Error>;

inline constexpr std::size_t kCouponsPage = 100;

/// Answers questions about places and users from the store's rows with the tail of decisions not yet saved
/// laid over them. Every answer reads the store's position first: what is decided from there on is in the
/// tail, or the tail was trimmed meanwhile and everything is read again. Blocks; used by one thread.
class Queries {
 public:
  /// `tails`: by partition, kept by the caller from question to question; null: made for this one.
  Queries(store::Reader& reader, std::vector<replica::DecidedLog*> logs, Era era,
          std::vector<TailIndex>* tails = nullptr)
      : reader_(reader),
        logs_(std::move(logs)),
        era_(era),
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
  Result<std::optional<Coupon>> find_coupon(const Ticket& ticket);
  Result<std::optional<Timestamp>> start_at_place(const Ticket& ticket);
  Result<Offset> position_of(Partition partition);
  replica::DecidedLog* log_of(Partition partition) const;
  /// The partition's tail by user, if it reaches back to `from`; else null.
  const TailIndex* tail_of(Partition partition, Offset from);

  store::Reader& reader_;
  const std::vector<replica::DecidedLog*> logs_;
  const Era era_;
  std::vector<TailIndex> own_tails_;
  std::vector<TailIndex>& tails_;
};

}  // namespace firstcome::api
