#include "audit/verdict.h"

#include <fmt/core.h>

#include "audit/difference.h"
#include "domain/check.h"

namespace firstcome::audit {

std::string_view name_of(Difference::About about) {
  switch (about) {
    case Difference::About::Identity: return "identity";
    case Difference::About::Position: return "journal_position";
    case Difference::About::Batch: return "journal_batch";
    case Difference::About::Code: return "code";
    case Difference::About::Policy: return "coupon_policy";
    case Difference::About::PolicyChange: return "policy_change";
    case Difference::About::Coupon: return "coupon";
    case Difference::About::CouponLife: return "coupon_life";
    case Difference::About::CouponChange: return "coupon_change";
    case Difference::About::EligibleUser: return "eligible_user";
    case Difference::About::CouponCode: return "coupon_code";
  }
  CHECK(false);
}

Verdict judge(const Findings& findings) {
  if (findings.other_journal) return Verdict::Journal;
  if (findings.no_start) return Verdict::NotJudged;
  if (!findings.any) return findings.halted ? Verdict::Node : Verdict::Agree;
  // The same decisions have the same hash. So if only the hash differs, the hash was changed.
  return findings.rows && findings.position_hash ? Verdict::Decisions : Verdict::Rows;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Agree: return "agree";
    case Verdict::Node: return "node";
    case Verdict::Rows: return "rows";
    case Verdict::Decisions: return "decisions";
    case Verdict::Journal: return "journal";
    case Verdict::NotJudged: return "notJudged";
  }
  return {};
}

std::string advice(Verdict verdict, Partition partition, bool halted) {
  const std::string unhalt = fmt::format("firstcome store unhalt --partition {}", partition);
  const std::string redecide =
      halted ? unhalt + " --trust journal" : fmt::format("firstcome store rebuild --partition {}", partition);
  switch (verdict) {
    case Verdict::Agree: return {};
    case Verdict::Node:
      return fmt::format(
          "partition {}: the node that halted it was wrong: journal and store agree. Its memory or its version "
          "is damaged. Replace that node, then run: {} --trust store",
          partition, unhalt);
    case Verdict::Rows:
      return fmt::format(
          "partition {}: the store is wrong: it was changed after it was saved. Undo the change or restore the "
          "store from a backup, and audit again{}. Or decide the journal again: {}",
          partition, halted ? fmt::format("; then run: {} --trust store", unhalt) : "", redecide);
    case Verdict::Decisions:
      return fmt::format(
          "partition {}: the store is wrong, if your nodes run this version: a node saved decisions that this "
          "program does not make from the journal. Callers may have received those answers. Stop that node, "
          "then decide the journal again: {}",
          partition, redecide);
    case Verdict::Journal:
      return fmt::format(
          "partition {}: this is not the journal that the store follows, or its end is lost. Connect the "
          "journal and the store that belong together",
          partition);
    case Verdict::NotJudged:
      return fmt::format(
          "partition {}: cannot be judged: the journal has lost records that were not saved. Restore the "
          "journal, or accept the loss",
          partition);
  }
  return {};
}

}  // namespace firstcome::audit
