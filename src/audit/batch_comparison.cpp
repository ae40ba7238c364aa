#include "audit/batch_comparison.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "audit/value_text.h"

namespace firstcome::audit {
namespace {

using About = Difference::About;

std::string offsets(Offset first, Offset end) {
  if (end == first + 1) return fmt::format("offset {} is", first);
  return fmt::format("offsets {} to {} are", first, end - 1);
}

}  // namespace

BatchComparison::BatchComparison(Partition self, const StoredPartition& stored, Offset start,
                                 bool compares_hashes, Differences& differences)
    : self_(self),
      stored_(stored),
      start_(start),
      compares_hashes_(compares_hashes),
      differences_(differences),
      name_(fmt::format("partition {}", self)),
      next_offset_(start),
      position_ahead_(stored.position && stored.position->next_offset >= start) {
  while (ending_ < stored_.batches.size() && stored_.batches[ending_].end() <= start) ++ending_;
  find_next_state();
}

void BatchComparison::check_coverage() {
  Offset reached = start_;
  for (const store::BatchRow& batch : stored_.batches) {
    if (batch.end() <= start_) continue;
    if (batch.first_offset > reached) {
      add(About::Batch,
          fmt::format("{}: {} in no batch of the store", name_, offsets(reached, batch.first_offset)));
    }
    if (batch.first_offset < reached && batch.first_offset >= start_) {
      add(About::Batch,
          fmt::format("{}: the batch at offset {} begins before the end of the batch before it, {}", name_,
                      batch.first_offset, reached));
    }
    reached = std::max(reached, batch.end());
  }
  if (!stored_.position) return;
  const Offset position = stored_.position->next_offset;
  if (position > reached) {
    add(About::Batch, fmt::format("{}: {} in no batch of the store", name_, offsets(reached, position)));
  }
  if (position < reached) {
    add(About::Position, fmt::format("{}: the position is offset {}, but the batches of the store end at {}",
                                     name_, position, reached));
  }
}

void BatchComparison::differ(Offset offset, Code code, std::uint8_t saved) {
  add(About::Code, fmt::format("{}: the code at offset {} is {} in the journal, {} in the store", name_,
                               offset, name_of(code), code_text(saved)));
}

void BatchComparison::find_next_state() {
  next_state_ = std::numeric_limits<Offset>::max();
  if (ending_ < stored_.batches.size()) next_state_ = stored_.batches[ending_].end();
  if (position_ahead_) next_state_ = std::min(next_state_, stored_.position->next_offset);
}

void BatchComparison::compare_states(Offset offset, const PartitionState& state) {
  for (; ending_ < stored_.batches.size() && stored_.batches[ending_].end() <= offset; ++ending_) {
    const store::BatchRow& batch = stored_.batches[ending_];
    compare(fmt::format("at the end of the batch of offsets {} to {}", batch.first_offset, batch.end() - 1),
            About::Batch, state, batch.after);
  }
  if (position_ahead_ && stored_.position->next_offset <= offset) {
    position_ahead_ = false;
    compare(fmt::format("at the position, offset {},", stored_.position->next_offset), About::Position, state,
            stored_.position->state);
  }
  find_next_state();
}

void BatchComparison::compare(const std::string& where, About about, const PartitionState& replayed,
                              const PartitionState& saved) {
  const auto differ_in = [&](const char* what, const std::string& in_journal, const std::string& in_store) {
    add(about, fmt::format("{}: {} {} {} in the journal, {} in the store", name_, where, what, in_journal,
                           in_store));
  };
  if (replayed.clock != saved.clock) {
    differ_in("the clock is", time_text(replayed.clock), time_text(saved.clock));
  }
  if (replayed.rules != saved.rules) {
    differ_in("the rules version is", fmt::format("{}", replayed.rules), fmt::format("{}", saved.rules));
  }
  if (replayed.origin_marks != saved.origin_marks) {
    differ_in("the origin marks are", marks_text(replayed.origin_marks), marks_text(saved.origin_marks));
  }
  if (compares_hashes_ && replayed.state_hash != saved.state_hash) {
    if (about == About::Position) position_hash_differs_ = true;
    differ_in("the state hash is", hash_text(replayed.state_hash), hash_text(saved.state_hash));
  }
}

}  // namespace firstcome::audit
