#include <algorithm>
#include <map>
#include <tuple>

#include "check/checks.h"
#include "check/copies.h"
#include "check/coupon_command_rows.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

/// What identifies a command.
using Identity = std::tuple<PolicyId, std::int64_t, CouponCommand::Kind, std::string_view>;

Identity identity_of(const Evidence& evidence, const HistoryRow& row) {
  return {row.policy, row.sequence, row.coupon_command, reference_of(evidence, row)};
}

Identity identity_of(const CouponChange& change) {
  return {change.policy, change.sequence, change.kind, change.reference};
}

struct Stored {
  Identity of;
  Place place;
  auto operator<=>(const Stored&) const = default;
};

class CouponChangesCheck {
 public:
  CouponChangesCheck(const Evidence& evidence, Report& report) : evidence_(evidence), report_(report) {
    for (const PositionFact& position : evidence.store->positions)
      saved_[position.partition] = position.next_offset;
    for (const CouponChangeFact& fact : evidence.store->coupon_changes)
      stored_.push_back({identity_of(fact.change), {fact.partition, fact.change.offset}});
    std::ranges::sort(stored_);
  }

  void check_row(const HistoryRow& row) {
    const bool accepted = row.got(Code::Accepted);
    if (!accepted && !row.got(Code::Unchanged)) return;
    if (!must_be_saved(row)) return;
    const Identity of = identity_of(evidence_, row);
    // UNCHANGED refers to an earlier record.
    const bool has_place = accepted && row.has_ticket();
    const bool found = has_place ? std::ranges::binary_search(stored_, Stored{of, row.place()})
                                 : std::ranges::binary_search(stored_, of, {}, &Stored::of);
    if (found) return;
    report_.found(Invariant::C11, "{}: got {} for {} by {}, but the store does not have this command",
                  RowLabel{evidence_, row}, name_of(row.code), name_of(row.coupon_command), std::get<3>(of));
  }

  /// `requested`: what may be accepted, sorted.
  void check_stored(const std::vector<Identity>& requested, const KnownPolicies& policies,
                    const Copies* copies) {
    for (const auto& [of, place] : stored_) {
      const auto& [policy, sequence, kind, reference] = of;
      if (!policies.of(policy).complete || std::ranges::binary_search(requested, of)) continue;
      if (copies != nullptr && copies->is_copy(place)) continue;  // of a command that was refused first
      report_.found(Invariant::C11,
                    "policy {}: the store has {} of coupon {} by {} from {}, but no request can have done it",
                    policy, name_of(kind), sequence, reference, place);
    }
  }

 private:
  [[nodiscard]] bool must_be_saved(const HistoryRow& row) const {
    if (evidence_.at_rest) return true;
    const auto saved = saved_.find(row.partition);
    return row.has_ticket() && saved != saved_.end() && row.offset < saved->second;
  }

  const Evidence& evidence_;
  Report& report_;
  std::map<Partition, Offset> saved_;
  std::vector<Stored> stored_;
};

}  // namespace

void check_coupon_changes(const Evidence& evidence, const KnownPolicies& policies, const Copies* copies,
                          Report& report) {
  const std::vector<CouponRow> rows = rows_by_coupon(evidence);
  if (rows.empty()) return;  // it says nothing about the commands of coupons
  CouponChangesCheck changes(evidence, report);
  std::vector<Identity> requested;
  for (const CouponRow& entry : rows) {
    changes.check_row(*entry.row);
    if (may_be_accepted(*entry.row)) requested.push_back(identity_of(evidence, *entry.row));
  }
  std::ranges::sort(requested);
  changes.check_stored(requested, policies, copies);
}

}  // namespace firstcome::check
