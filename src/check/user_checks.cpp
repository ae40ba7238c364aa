#include <fmt/core.h>

#include <algorithm>

#include "check/by_user.h"
#include "check/copies.h"
#include "check/words.h"

namespace firstcome::check {

std::vector<ByUser> rows_by_user(const Evidence& evidence) {
  std::vector<ByUser> rows;
  rows.reserve(evidence.history.size());
  for (std::size_t i = 0; i < evidence.history.size(); ++i) {
    const HistoryRow& row = evidence.history[i];
    rows.push_back({row.policy, row.user, static_cast<RowNumber>(i)});
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

/// A POST that may have won, as far as its caller knows.
bool may_have_won(const HistoryRow& row) {
  return row.asked == Asked::Coupon &&
         (row.is_told(Code::Success) || row.told == Told::Unknown || row.told == Told::Pending);
}

/// What one user was told of one policy.
class OneUser {
 public:
  OneUser(const Evidence& evidence, const PolicyBook& policies, const std::vector<bool>& resolved,
          const Copies* copies, std::vector<bool>& compared, Report& report)
      : evidence_(evidence),
        policies_(policies),
        resolved_(resolved),
        copies_(copies),
        compared_(compared),
        report_(report) {}

  void check(const ByUser* begin, const ByUser* end, Holders& holders) {
    named_ = won_ = earliest_ = nullptr;
    bool asked_well = false;
    bool open = false;
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      asked_well = asked_well || may_have_won(row);
      open = open || (may_have_won(row) && row.told != Told::Decided && !resolved_[entry->number]);
      if (row.is_told(Code::SoldOut))
        ++holders.sold_out.try_emplace(row.policy, SoldOut{entry->number}).first->second.rows;
      if (row.names_coupon() && row.sequence != 0) hear(row);
    }
    if (named_ == nullptr) {
      if (open || won_by_a_copy(*begin)) ++holders.possible[begin->policy];
      return;
    }
    holders.holders.push_back({begin->policy, named_->sequence, number(*named_)});
    const PolicyFacts& facts = policies_.of(begin->policy);
    if (!asked_well && facts.whole && named_->sequence > facts.imported && !won_by_a_copy(*begin)) {
      report_.found(Invariant::C10, [&] {
        return fmt::format("{}holds coupon {}, which none of their requests can have won",
                           who(evidence_, *named_), named_->sequence);
      });
    }
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      if (&row != named_ && row.told == Told::Decided)
        compared_[entry->number] = compared_[number(*named_)] = true;
      check_again(row);
    }
  }

  /// Without the journal, what became of an unknown outcome shows in the store, or when its user is told of a
  /// coupon.
  void count_unknown(const ByUser* begin, const ByUser* end) {
    std::size_t unknown = 0;
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      unknown += row.told == Told::Unknown && row.asked != Asked::Ticket ? 1 : 0;
    }
    if (begin->user.valid() && (named_ != nullptr || evidence_.store)) {
      report_.looked_at(Invariant::C10, unknown);
    } else {
      report_.not_judged(Invariant::C10, unknown);
    }
  }

 private:
  [[nodiscard]] RowNumber number(const HistoryRow& row) const {
    return static_cast<RowNumber>(&row - evidence_.history.data());
  }

  /// After the first copy of their request was refused.
  [[nodiscard]] bool won_by_a_copy(const ByUser& user) const {
    return copies_ != nullptr && copies_->has_won(user.policy, user.user);
  }

  /// A row that names a coupon.
  void hear(const HistoryRow& row) {
    if (named_ == nullptr) {
      named_ = earliest_ = &row;
    } else if (named_->sequence != row.sequence) {
      report_.found(Invariant::C2, [&] {
        return fmt::format("{}: {} was told two sequences, {} and {} ({})", words(row.policy),
                           words(row.user), named_->sequence, row.sequence, lines(evidence_, *named_, row));
      });
    } else if (named_->issued_at != row.issued_at && named_->issued_at != Timestamp{} &&
               row.issued_at != Timestamp{}) {
      report_.found(Invariant::C7, [&] {
        return words(row.policy) + ": " + words(row.user) + " was told two times of issue (" +
               lines(evidence_, *named_, row) + ")";
      });
    }
    if (row.answered < earliest_->answered) earliest_ = &row;
    if (row.code != Code::Success) return;
    const bool another = won_ != nullptr && ((won_->asked == Asked::Coupon && row.asked == Asked::Coupon) ||
                                             won_->where() != row.where());
    if (another) {
      report_.found(Invariant::C2, [&] {
        return words(row.policy) + ": " + words(row.user) + " was told SUCCESS twice (" +
               lines(evidence_, *won_, row) + ")";
      });
    }
    won_ = &row;
  }

  /// Who holds a coupon and asks again is told so, or that the policy is closed.
  void check_again(const HistoryRow& row) {
    if (row.asked != Asked::Coupon || row.told != Told::Decided) return;
    if (row.names_coupon() || row.code == Code::Closed) return;
    const Moment stale = row.is_early() ? Moment(evidence_.max_staleness) : Moment{};
    if (row.sent - stale <= earliest_->answered) return;
    report_.found(Invariant::C7, [&] {
      return fmt::format("{}asked again and was told {}, though they hold coupon {} ({})",
                         who(evidence_, row), words(row.code), earliest_->sequence,
                         line(evidence_, *earliest_));
    });
  }

  const Evidence& evidence_;
  const PolicyBook& policies_;
  const std::vector<bool>& resolved_;
  const Copies* copies_;
  std::vector<bool>& compared_;
  Report& report_;
  const HistoryRow* named_ = nullptr;     ///< the first that names a coupon
  const HistoryRow* earliest_ = nullptr;  ///< the one that was answered first
  const HistoryRow* won_ = nullptr;       ///< a SUCCESS
};

}  // namespace

Holders check_users(const Evidence& evidence, const PolicyBook& policies, const std::vector<ByUser>& rows,
                    const std::vector<LateOutcome>& late, const Copies* copies, std::vector<bool>& compared,
                    Report& report) {
  std::vector<bool> resolved(evidence.history.size());
  for (const LateOutcome& outcome : late) resolved[outcome.asked] = true;
  Holders holders;
  OneUser one(evidence, policies, resolved, copies, compared, report);
  std::size_t users = 0;
  each_user(rows, [&](const ByUser* begin, const ByUser* end) {
    users += begin->user.valid() ? 1 : 0;
    if (begin->user.valid()) one.check(begin, end, holders);
    if (evidence.journal == nullptr) one.count_unknown(begin, end);
  });
  if (!evidence.store) report.looked_at(Invariant::C2, users);  // else those of the store with them
  return holders;
}

}  // namespace firstcome::check
