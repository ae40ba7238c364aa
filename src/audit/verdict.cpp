#include "audit/verdict.h"

namespace firstcome::audit {

Verdict judge(const Findings& findings) {
  if (findings.other_journal) return Verdict::Journal;
  if (findings.no_start) return Verdict::NotJudged;
  if (!findings.any) return findings.halted ? Verdict::Node : Verdict::Agree;
  // The same decisions have the same hash. So if no row differs, it was the hash that was changed.
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

std::string in_words(Verdict verdict, Partition partition, bool halted) {
  const std::string number = std::to_string(partition);
  const std::string lift = "firstcome store unhalt --partition " + number;
  const std::string again =
      halted ? lift + " --trust journal" : "firstcome store rebuild --partition " + number;
  const std::string name = "partition " + number + ": ";
  switch (verdict) {
    case Verdict::Agree: return {};
    case Verdict::Node:
      return name +
             "the node that halted it was wrong: journal and store agree. Its memory or its version is "
             "damaged. Replace that node, then run: " +
             lift + " --trust store";
    case Verdict::Rows:
      return name +
             "the store is wrong: it was changed after it was saved. Undo the change or restore the store "
             "from a "
             "backup, and audit again" +
             (halted ? "; then run: " + lift + " --trust store" : "") +
             ". Or decide the journal again: " + again;
    case Verdict::Decisions:
      return name +
             "the store is wrong, if this is the version that your nodes run: a node saved decisions that "
             "this "
             "program does not make from the journal. Callers may have received those answers. Stop that "
             "node, "
             "then decide the journal again: " +
             again;
    case Verdict::Journal:
      return name +
             "this is not the journal that the store has followed, or its end is lost. Connect the journal "
             "and the "
             "store that belong together";
    case Verdict::NotJudged:
      return name +
             "cannot be judged: the journal has lost records that were not saved. Restore the journal, or "
             "accept "
             "the loss";
  }
  return {};
}

}  // namespace firstcome::audit
