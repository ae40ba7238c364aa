#include <algorithm>

#include "check/by_user.h"
#include "check/copies.h"
#include "check/finding_format.h"

namespace firstcome::check {

std::vector<ByUser> rows_by_user(const Evidence& evidence) {
  std::vector<ByUser> rows;
  rows.reserve(evidence.history.size());
  for (std::size_t i = 0; i < evidence.history.size(); ++i) {
    const HistoryRow& row = evidence.history[i];
    rows.push_back({row.policy, row.user, row.ordinal, static_cast<RowNumber>(i)});
  }
  sort_by_user(rows);
  return rows;
}

void sort_by_user(std::vector<ByUser>& entries) {
  const auto before = [](const ByUser& a, const ByUser& b) { return a.is_before(b); };
  if (!std::is_sorted(entries.begin(), entries.end(), before))
    std::sort(entries.begin(), entries.end(), before);
}

namespace {

/// True for a POST that won, or may have won as far as its response shows.
bool may_have_won(const HistoryRow& row) {
  return row.request == RequestKind::Coupon &&
         (row.got(Code::Success) || row.response == ResponseKind::Unknown ||
          row.response == ResponseKind::Pending);
}

/// Checks the responses to one user in one policy.
class UserCheck {
 public:
  UserCheck(const Evidence& evidence, const KnownPolicies& policies, const std::vector<bool>& resolved,
            const Copies* copies, std::vector<bool>& compared, Report& report)
      : evidence_(evidence),
        policies_(policies),
        resolved_(resolved),
        copies_(copies),
        compared_(compared),
        report_(report) {}

  void check(const ByUser* begin, const ByUser* end, ReportedCoupons& reported) {
    named_ = won_ = earliest_ = nullptr;
    bool may_win = false;
    bool open = false;
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      may_win = may_win || may_have_won(row);
      open =
          open || (may_have_won(row) && row.response != ResponseKind::Decided && !resolved_[entry->number]);
      if (row.got(Code::SoldOut))
        ++reported.sold_out.try_emplace(row.policy, SoldOut{entry->number}).first->second.rows;
      if (row.names_requested_coupon() && row.sequence != 0) add_coupon(row);
    }
    if (named_ == nullptr) {
      if (open || has_won_with_copy(*begin)) ++reported.possible[begin->policy];
      return;
    }
    reported.coupons.push_back({begin->policy, named_->sequence, number(*named_)});
    const PolicyFacts& facts = policies_.of(begin->policy);
    if (!may_win && facts.complete && named_->sequence > facts.imported && !has_won_with_copy(*begin)) {
      report_.found(Invariant::C10, "{}: owns coupon {}, but no request of this user can have won it",
                    RowLabel{evidence_, *named_}, named_->sequence);
    }
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      if (&row != named_ && row.response == ResponseKind::Decided)
        compared_[entry->number] = compared_[number(*named_)] = true;
      check_later_request(row);
      check_early(row);
    }
  }

  /// Without the journal, an unknown outcome is judged if the store is known or a response names the user's
  /// coupon.
  void count_unknown(const ByUser* begin, const ByUser* end) {
    std::size_t unknown = 0;
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      unknown += row.response == ResponseKind::Unknown && row.request != RequestKind::Ticket ? 1 : 0;
    }
    if (begin->user.valid() && (named_ != nullptr || evidence_.store)) {
      report_.judged(Invariant::C10, unknown);
    } else {
      report_.not_judged(Invariant::C10, unknown);
    }
  }

 private:
  [[nodiscard]] RowNumber number(const HistoryRow& row) const {
    return static_cast<RowNumber>(&row - evidence_.history.data());
  }

  [[nodiscard]] bool has_won_with_copy(const ByUser& user) const {
    return copies_ != nullptr && copies_->has_won(user.policy, user.user, user.ordinal);
  }

  void add_coupon(const HistoryRow& row) {
    if (named_ == nullptr) {
      named_ = earliest_ = &row;
    } else if (named_->sequence != row.sequence) {
      report_.found(Invariant::C2, "policy {}: user {} got two sequences, {} and {} ({})", row.policy,
                    row.user, named_->sequence, row.sequence, LinesLabel{evidence_, *named_, row});
    } else if (named_->issued_at != row.issued_at && named_->issued_at != Timestamp{} &&
               row.issued_at != Timestamp{}) {
      report_.found(Invariant::C7, "policy {}: user {} got two issue times ({})", row.policy, row.user,
                    LinesLabel{evidence_, *named_, row});
    }
    if (row.answered < earliest_->answered) earliest_ = &row;
    if (row.code != Code::Success) return;
    const bool another =
        won_ != nullptr && ((won_->request == RequestKind::Coupon && row.request == RequestKind::Coupon) ||
                            won_->place() != row.place());
    if (another) {
      report_.found(Invariant::C2, "policy {}: user {} got SUCCESS twice ({})", row.policy, row.user,
                    LinesLabel{evidence_, *won_, row});
    }
    won_ = &row;
  }

  /// A later request of a coupon owner gets the coupon again, or CLOSED.
  void check_later_request(const HistoryRow& row) {
    if (row.request != RequestKind::Coupon || row.response != ResponseKind::Decided) return;
    if (row.names_coupon() || row.code == Code::Closed) return;
    const Moment stale = row.is_early() ? Moment(evidence_.max_staleness) : Moment{};
    if (row.sent - stale <= earliest_->answered) return;
    report_.found(Invariant::C7, "{}: got {}, but this user already owned coupon {} ({})",
                  RowLabel{evidence_, row}, name_of(row.code), earliest_->sequence,
                  LineLabel{evidence_, *earliest_});
  }

  /// The place of an early ALREADY_ISSUED is after the record that won the coupon, also while the policy still issues.
  void check_early(const HistoryRow& row) {
    if (!row.is_early() || row.code != Code::AlreadyIssued || !row.names_requested_coupon()) return;
    if (won_ == nullptr || !won_->has_ticket()) return;
    if (row.partition != won_->partition || row.offset > won_->offset) return;
    report_.found(Invariant::C6, "{}: got ALREADY_ISSUED as of {}, but the coupon was issued at {} ({})",
                  RowLabel{evidence_, row}, row.place(), won_->place(), LineLabel{evidence_, *won_});
  }

  const Evidence& evidence_;
  const KnownPolicies& policies_;
  const std::vector<bool>& resolved_;
  const Copies* copies_;
  std::vector<bool>& compared_;
  Report& report_;
  const HistoryRow* named_ = nullptr;     ///< the first row that names a coupon
  const HistoryRow* earliest_ = nullptr;  ///< the row with a coupon that was answered first
  const HistoryRow* won_ = nullptr;       ///< the last SUCCESS
};

}  // namespace

ReportedCoupons check_users(const Evidence& evidence, const KnownPolicies& policies,
                            const std::vector<ByUser>& rows, const std::vector<LateResult>& late,
                            const Copies* copies, std::vector<bool>& compared, Report& report) {
  std::vector<bool> resolved(evidence.history.size());
  for (const LateResult& result : late) resolved[result.post] = true;
  ReportedCoupons reported;
  UserCheck user(evidence, policies, resolved, copies, compared, report);
  std::size_t users = 0;
  each_user(rows, [&](const ByUser* begin, const ByUser* end) {
    users += begin->user.valid() ? 1 : 0;
    if (begin->user.valid()) user.check(begin, end, reported);
    if (evidence.journal == nullptr) user.count_unknown(begin, end);
  });
  if (!evidence.store) report.judged(Invariant::C2, users);  // with the store, users without rows count too
  return reported;
}

}  // namespace firstcome::check
