#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

Offset end_of(const BatchFact& batch) { return batch.first_offset + static_cast<Offset>(batch.codes.size()); }

std::vector<const BatchFact*> in_order(const StoreRows& store) {
  std::vector<const BatchFact*> batches;
  for (const BatchFact& batch : store.batches) batches.push_back(&batch);
  std::sort(batches.begin(), batches.end(), [](auto* a, auto* b) {
    return std::tie(a->partition, a->first_offset) < std::tie(b->partition, b->first_offset);
  });
  return batches;
}

void check_position(const Evidence& evidence, const PositionFact& position, Report& report) {
  if (evidence.journal == nullptr || position.partition >= evidence.journal->partitions()) return;
  const auto& decisions = evidence.journal->partition(position.partition).decisions;
  const Offset behind_last = decisions.empty() ? 0 : decisions.back().offset + 1;
  const Place place{position.partition, position.next_offset};
  if (position.next_offset > behind_last) {
    report.found(Invariant::C8, [&] {
      return fmt::format("the position {} is behind the journal's last record at {}", words(place),
                         behind_last - 1);
    });
  } else if (evidence.at_rest && position.next_offset != behind_last) {
    report.found(Invariant::C8, [&] {
      return fmt::format("at rest the position must be {}, it is {}",
                         words({position.partition, behind_last}), position.next_offset);
    });
  } else if (position.next_offset != behind_last) {
    report.note(Invariant::C8,
                fmt::format("partition {}: what the journal has from offset {} on is not saved yet",
                            position.partition, position.next_offset));
  }
}

}  // namespace

void check_batches_tile(const Evidence& evidence, Report& report) {
  std::map<Partition, Offset> reached;
  for (const BatchFact* batch : in_order(*evidence.store)) {
    Offset& end = reached[batch->partition];
    if (batch->first_offset != end) {
      report.found(Invariant::C8, [&] {
        return fmt::format("a batch begins at {}, the one before it ended at {}",
                           words(Place{batch->partition, batch->first_offset}), end);
      });
    }
    end = end_of(*batch);
  }
  for (const PositionFact& position : evidence.store->positions) {
    const Offset end = reached[position.partition];
    if (end != position.next_offset) {
      report.found(Invariant::C8, [&] {
        return fmt::format("the batches end at {}, the position is {}", end,
                           words(Place{position.partition, position.next_offset}));
      });
    }
    check_position(evidence, position, report);
  }
  report.looked_at(Invariant::C8, evidence.store->batches.size());
}

void check_told_is_stored(const Evidence& evidence, Report& report) {
  std::map<Partition, std::vector<std::uint8_t>> codes;  // one an offset
  for (const BatchFact& batch : evidence.store->batches) {
    auto& of = codes[batch.partition];
    if (batch.first_offset < 0) continue;
    of.resize(std::max(of.size(), static_cast<std::size_t>(end_of(batch))));
    std::copy(batch.codes.begin(), batch.codes.end(),
              of.begin() + static_cast<std::ptrdiff_t>(batch.first_offset));
  }
  std::int64_t unsaved = 0;
  for (const HistoryRow& row : evidence.history) {
    if (!row.has_place()) continue;
    const auto& of = codes[row.partition];
    const auto offset = static_cast<std::size_t>(row.offset);
    if (offset >= of.size() && !evidence.at_rest) {
      ++unsaved;
      continue;
    }
    const auto code = offset < of.size() ? code_from_number(of[offset]) : Code::None;
    if (!code || *code == Code::None) {
      report.found(Invariant::C4, [&] {
        return who(evidence, row) + "acknowledged at " + words(row.where()) +
               ", where the store has no outcome";
      });
    } else if (row.told == Told::Decided && row.code != *code) {
      report.found(Invariant::C7, [&] {
        return who(evidence, row) + "told " + words(row.code) + " at " + words(row.where()) +
               ", the store says " + words(*code);
      });
    }
  }
  if (unsaved > 0) report.note(Invariant::C4, fmt::format("{} of them are not saved yet", unsaved));
}

}  // namespace firstcome::check
