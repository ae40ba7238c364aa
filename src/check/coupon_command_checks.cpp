#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "check/checks.h"
#include "check/copies.h"
#include "check/coupon_command_rows.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

using CouponKind = CouponCommand::Kind;

/// What the history has of one command: the rows with its kind and its reference.
struct Command {
  const HistoryRow* accepted = nullptr;
  const HistoryRow* unchanged = nullptr;
  bool possible = false;  ///< one of its rows was accepted, or may have been

  [[nodiscard]] bool succeeded() const { return accepted != nullptr || unchanged != nullptr; }
  /// It may have been accepted at a place that the history does not show.
  [[nodiscard]] bool may_be_anywhere() const {
    if (accepted != nullptr) return !accepted->has_ticket();
    return possible || unchanged != nullptr;
  }
};

/// Checks the commands of one coupon. `complete`: the history has all of them.
class CouponCommandsCheck {
 public:
  CouponCommandsCheck(const Evidence& evidence, bool complete, Report& report)
      : evidence_(evidence), complete_(complete), report_(report) {}

  void check(const CouponRow* begin, const CouponRow* end) {
    for (const CouponRow* entry = begin; entry != end; ++entry) add(*entry->row);
    check_order();
    if (!complete_) return;  // others may have restored, reserved, used or cancelled it
    check_unchanged();
    check_uses();
    for (const CouponRow* entry = begin; entry != end; ++entry) check_refusal(*entry->row);
  }

 private:
  [[nodiscard]] std::string_view reference(const HistoryRow& row) const {
    return reference_of(evidence_, row);
  }
  [[nodiscard]] RowLabel label(const HistoryRow& row) const { return {evidence_, row}; }

  void add(const HistoryRow& row) {
    Command& command = commands_[{row.coupon_command, reference(row)}];
    command.possible = command.possible || may_be_accepted(row);
    if (row.got(Code::Unchanged)) command.unchanged = &row;
    if (!row.got(Code::Accepted)) return;
    if (row.has_ticket()) placed_.push_back(&row);
    if (command.accepted == nullptr) {
      command.accepted = &row;
    } else if (row.coupon_command != CouponKind::Reserve) {  // which extends a hold
      report_.found(Invariant::C11, "{}: {} by {} was accepted twice ({})", label(row),
                    name_of(row.coupon_command), reference(row), LineLabel{evidence_, *command.accepted});
    }
  }

  /// The accepted commands in the order of the journal.
  void check_order() {
    std::ranges::stable_sort(placed_, {}, &HistoryRow::offset);
    const HistoryRow* use = nullptr;
    const HistoryRow* cancel = nullptr;
    for (const HistoryRow* row : placed_) {
      if (cancel != nullptr) {
        report_.found(Invariant::C11, "{}: {} by {} was accepted after the coupon was cancelled ({})",
                      label(*row), name_of(row->coupon_command), reference(*row),
                      LineLabel{evidence_, *cancel});
        return;
      }
      const bool ends_use =
          row->coupon_command == CouponKind::Restore && use != nullptr && reference(*row) == reference(*use);
      if (use != nullptr && !ends_use && complete_ && !may_be_restored_anywhere(*use)) {
        report_.found(Invariant::C11, "{}: {} by {} was accepted, but {} used the coupon before ({})",
                      label(*row), name_of(row->coupon_command), reference(*row), reference(*use),
                      LineLabel{evidence_, *use});
      }
      if (row->coupon_command == CouponKind::Cancel) cancel = row;
      use = row->coupon_command == CouponKind::Use ? row : nullptr;
    }
  }

  [[nodiscard]] const Command* find(CouponKind kind, std::string_view reference) const {
    const auto found = commands_.find({kind, reference});
    return found == commands_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] bool may_be_restored_anywhere(const HistoryRow& use) const {
    const Command* restore = find(CouponKind::Restore, reference(use));
    return restore != nullptr && restore->may_be_anywhere();
  }

  void check_unchanged() {
    for (const auto& [of, command] : commands_) {
      if (command.unchanged == nullptr || command.possible) continue;
      report_.found(Invariant::C11, "{}: got UNCHANGED, but no {} by {} can have been accepted before",
                    label(*command.unchanged), name_of(of.first), of.second);
    }
  }

  /// Uses whose places are not known: all but one were restored.
  void check_uses() {
    const HistoryRow* first = nullptr;
    for (const auto& [of, command] : commands_) {
      if (of.first != CouponKind::Use || !command.succeeded()) continue;
      const Command* restore = find(CouponKind::Restore, of.second);
      if (restore != nullptr && (restore->possible || restore->succeeded())) continue;
      const HistoryRow& row = command.accepted != nullptr ? *command.accepted : *command.unchanged;
      if (first == nullptr) {
        first = &row;
      } else if (!row.has_ticket() || !first->has_ticket()) {  // else check_order() has found it
        report_.found(Invariant::C11, "{}: used by {} and by {}, and neither was restored ({})",
                      label(*first), reference(*first), reference(row), LineLabel{evidence_, row});
      }
    }
  }

  /// The state that a refusal names follows from a command.
  void check_refusal(const HistoryRow& row) {
    if (row.response != ResponseKind::Decided) return;
    const auto cause = row.code == Code::AlreadyUsed ? std::optional(CouponKind::Use)
                       : row.code == Code::Reserved  ? std::optional(CouponKind::Reserve)
                       : row.code == Code::Cancelled ? std::optional(CouponKind::Cancel)
                                                     : std::nullopt;
    if (!cause) return;
    const bool explained = std::ranges::any_of(commands_, [&](const auto& entry) {
      return entry.first.first == *cause && (entry.second.possible || entry.second.succeeded());
    });
    if (explained) return;
    report_.found(Invariant::C11, "{}: got {}, but no {} can have been accepted before", label(row),
                  name_of(row.code), name_of(*cause));
  }

  const Evidence& evidence_;
  const bool complete_;
  Report& report_;
  std::map<std::pair<CouponKind, std::string_view>, Command> commands_;
  std::vector<const HistoryRow*> placed_;
};

}  // namespace

std::string_view reference_of(const Evidence& evidence, const HistoryRow& row) {
  return row.reference == 0 ? std::string_view{} : evidence.references.at(row.reference - 1);
}

bool may_be_accepted(const HistoryRow& row) {
  return row.got(Code::Accepted) || row.response == ResponseKind::Unknown ||
         row.response == ResponseKind::Pending;
}

std::vector<CouponRow> rows_by_coupon(const Evidence& evidence) {
  std::vector<CouponRow> rows;
  for (const HistoryRow& row : evidence.history) {
    if (row.request == RequestKind::CouponCommand && row.reference != 0) rows.push_back({&row});
  }
  std::sort(rows.begin(), rows.end(), [](const CouponRow& a, const CouponRow& b) {
    return std::tuple(a.row->policy, a.row->sequence, a.row) <
           std::tuple(b.row->policy, b.row->sequence, b.row);
  });
  return rows;
}

void check_coupon_commands(const Evidence& evidence, const KnownPolicies& policies, const Copies* copies,
                           Report& report) {
  const std::vector<CouponRow> rows = rows_by_coupon(evidence);
  const CouponRow* const end = rows.data() + rows.size();
  for (const CouponRow* begin = rows.data(); begin != end;) {
    const CouponRow* next = begin;
    while (next != end && next->is_of_coupon_of(*begin)) ++next;
    const HistoryRow& row = *begin->row;
    const bool changed_by_copy = copies != nullptr && copies->has_changed(row.policy, row.sequence);
    const bool complete = policies.of(row.policy).complete && !changed_by_copy;
    CouponCommandsCheck(evidence, complete, report).check(begin, next);
    if (complete || evidence.journal != nullptr) {
      report.judged(Invariant::C11, 1);
    } else {
      report.not_judged(Invariant::C11, 1);
    }
    begin = next;
  }
}

}  // namespace firstcome::check
