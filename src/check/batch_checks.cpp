#include <algorithm>
#include <map>
#include <tuple>

#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

Offset end_of(const BatchFact& batch) { return batch.first_offset + static_cast<Offset>(batch.codes.size()); }

std::vector<const BatchFact*> in_order(const StoreRows& store) {
  std::vector<const BatchFact*> batches;
  batches.reserve(store.batches.size());
  for (const BatchFact& batch : store.batches) batches.push_back(&batch);
  std::sort(batches.begin(), batches.end(), [](auto* a, auto* b) {
    return std::tie(a->partition, a->first_offset) < std::tie(b->partition, b->first_offset);
  });
  return batches;
}

void check_position(const Evidence& evidence, const PositionFact& position, Report& report) {
  if (evidence.journal == nullptr || position.partition >= evidence.journal->partitions()) return;
  const auto& decisions = evidence.journal->partition(position.partition).decisions;
  const Offset end = decisions.empty() ? 0 : decisions.back().offset + 1;
  if (position.next_offset == end) return;
  const Place place{position.partition, position.next_offset};
  if (position.next_offset > end) {
    report.found(Invariant::C8, "the position ({}) is after the last record of the journal (offset {})",
                 place, end - 1);
  } else if (evidence.at_rest) {
    report.found(Invariant::C8, "not everything is saved: the position is {}, but the journal ends at {}",
                 place, end);
  } else {
    report.note(Invariant::C8, "partition {}: records from offset {} are not saved yet", position.partition,
                position.next_offset);
  }
}

}  // namespace

void check_batches(const Evidence& evidence, Report& report) {
  std::map<Partition, Offset> ends;
  for (const BatchFact* batch : in_order(*evidence.store)) {
    Offset& end = ends[batch->partition];
    if (batch->first_offset != end) {
      report.found(Invariant::C8, "a batch begins at {}, but the batch before it ends at {}",
                   Place{batch->partition, batch->first_offset}, end);
    }
    end = end_of(*batch);
  }
  for (const PositionFact& position : evidence.store->positions) {
    const Offset end = ends[position.partition];
    if (end != position.next_offset) {
      report.found(Invariant::C8, "the position is {}, but the batches end at {}",
                   Place{position.partition, position.next_offset}, end);
    }
    check_position(evidence, position, report);
  }
  report.judged(Invariant::C8, evidence.store->batches.size());
}

void check_answers_against_codes(const Evidence& evidence, Report& report) {
  std::map<Partition, std::vector<std::uint8_t>> codes;  // one for each offset
  for (const BatchFact& batch : evidence.store->batches) {
    auto& of = codes[batch.partition];
    if (batch.first_offset < 0) continue;
    of.resize(std::max(of.size(), static_cast<std::size_t>(end_of(batch))));
    std::copy(batch.codes.begin(), batch.codes.end(),
              of.begin() + static_cast<std::ptrdiff_t>(batch.first_offset));
  }
  std::int64_t unsaved = 0;
  for (const HistoryRow& row : evidence.history) {
    if (!row.has_ticket()) continue;
    const auto& of = codes[row.partition];
    const auto offset = static_cast<std::size_t>(row.offset);
    if (offset >= of.size() && !evidence.at_rest) {
      ++unsaved;
      continue;
    }
    const RowLabel label{evidence, row};
    const auto code = offset < of.size() ? code_from_number(of[offset]) : Code::None;
    if (!code || *code == Code::None) {
      report.found(Invariant::C4, "{}: acknowledged at {}, but the store has no result for it", label,
                   row.place());
    } else if (row.response == ResponseKind::Decided && row.code != *code) {
      report.found(Invariant::C7, "{}: got {} at {}, but the store has {}", label, name_of(row.code),
                   row.place(), name_of(*code));
    }
  }
  if (unsaved > 0) report.note(Invariant::C4, "{} of them are not saved yet", unsaved);
}

}  // namespace firstcome::check
