#include "audit/batch_comparison.h"

#include <algorithm>
#include <limits>

#include "audit/words.h"

namespace firstcome::audit {
namespace {

using About = Difference::About;

std::string offsets(Offset first, Offset end) {
  if (end == first + 1) return "offset " + std::to_string(first) + " is";
  return "offsets " + std::to_string(first) + " to " + std::to_string(end - 1) + " are";
}

}  // namespace

BatchComparison::BatchComparison(Partition self, const StoredPartition& stored, Offset start, bool hashes,
                                 Differences& differences)
    : self_(self),
      stored_(stored),
      start_(start),
      hashes_(hashes),
      differences_(differences),
      name_("partition " + std::to_string(self)),
      next_offset_(start),
      position_ahead_(stored.position && stored.position->next_offset >= start) {
  while (ending_ < stored_.batches.size() && stored_.batches[ending_].end() <= start) ++ending_;
  await_next_state();
}

void BatchComparison::check_tiling() {
  Offset reached = start_;
  for (const store::BatchRow& batch : stored_.batches) {
    if (batch.end() <= start_) continue;
    if (batch.first_offset > reached) {
      add(About::Batch, name_ + ": " + offsets(reached, batch.first_offset) + " in no batch of the store");
    }
    if (batch.first_offset < reached && batch.first_offset >= start_) {
      add(About::Batch, name_ + ": the batch at offset " + std::to_string(batch.first_offset) +
                            " begins before the one in front of it ends, at " + std::to_string(reached));
    }
    reached = std::max(reached, batch.end());
  }
  if (!stored_.position) return;
  const Offset position = stored_.position->next_offset;
  if (position > reached) {
    add(About::Batch, name_ + ": " + offsets(reached, position) + " in no batch of the store");
  }
  if (position < reached) {
    add(About::Position, name_ + ": the position is offset " + std::to_string(position) +
                             ", but the batches of the store reach to " + std::to_string(reached));
  }
}

void BatchComparison::differ(Offset offset, Code code, std::uint8_t saved) {
  add(About::Code, name_ + ": the outcome at offset " + std::to_string(offset) + " is " +
                       std::string(name_of(code)) + " by the journal, " + code_in_words(saved) +
                       " in the store");
}

void BatchComparison::await_next_state() {
  next_state_ = std::numeric_limits<Offset>::max();
  if (ending_ < stored_.batches.size()) next_state_ = stored_.batches[ending_].end();
  if (position_ahead_) next_state_ = std::min(next_state_, stored_.position->next_offset);
}

void BatchComparison::compare_states(Offset offset, const PartitionState& state) {
  for (; ending_ < stored_.batches.size() && stored_.batches[ending_].end() <= offset; ++ending_) {
    const store::BatchRow& batch = stored_.batches[ending_];
    compare("at the end of the batch of offsets " + std::to_string(batch.first_offset) + " to " +
                std::to_string(batch.end() - 1),
            About::Batch, state, batch.after);
  }
  if (position_ahead_ && stored_.position->next_offset <= offset) {
    position_ahead_ = false;
    compare("at its position, offset " + std::to_string(stored_.position->next_offset) + ",", About::Position,
            state, stored_.position->state);
  }
  await_next_state();
}

void BatchComparison::compare(const std::string& where, About about, const PartitionState& replayed,
                              const PartitionState& saved) {
  const auto differ_in = [&](const char* what, const std::string& by_journal, const std::string& in_store) {
    add(about, name_ + ": " + where + " " + what + " " + by_journal + " by the journal, " + in_store +
                   " in the store");
  };
  if (replayed.clock != saved.clock) {
    differ_in("the clock is", time_in_words(replayed.clock), time_in_words(saved.clock));
  }
  if (replayed.rules != saved.rules) {
    differ_in("the rules are", std::to_string(replayed.rules), std::to_string(saved.rules));
  }
  if (replayed.origin_marks != saved.origin_marks) {
    differ_in("the origin marks are", marks_in_words(replayed.origin_marks),
              marks_in_words(saved.origin_marks));
  }
  if (hashes_ && replayed.state_hash != saved.state_hash) {
    if (about == About::Position) position_hash_differs_ = true;
    differ_in("the state hash is", hash_in_words(replayed.state_hash), hash_in_words(saved.state_hash));
  }
}

}  // namespace firstcome::audit
