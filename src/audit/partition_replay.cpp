#include "audit/partition_replay.h"

namespace firstcome::audit {
namespace {

/// Of the record before the position; -1 where the store has not saved anything.
Offset identity_offset(const StoredPartition& stored) {
  return stored.position && stored.position->has_checksum ? stored.position->next_offset - 1 : -1;
}

}  // namespace

PartitionReplay::PartitionReplay(Partition self, const store::Settings& settings,
                                 const StoredPartition& stored, Start start, Differences& differences)
    : self_(self),
      stored_(stored),
      differences_(differences),
      start_(std::move(start)),
      places_(self, stored, start_.offset, start_.adds_up, differences),
      rows_({self, settings.era, start_.offset}, stored, differences),
      identity_at_(identity_offset(stored)) {
  places_.check_tiling();
}

Status PartitionReplay::apply(const std::vector<journal::RawRecord>& records, Offset until) {
  for (const journal::RawRecord& raw : records) {
    if (raw.offset >= until) break;
    if (raw.offset == identity_at_) check_identity(raw);
    if (raw.offset < start_.offset) continue;
    if (Status decided = decide(raw); !decided.ok()) return decided;
  }
  const decide::Changes changes = start_.decider.take_changes();
  for (const Coupon& coupon : changes.coupons) rows_.issued(coupon);
  for (const PolicyChange& change : changes.policy_changes) rows_.changed(change);
  return Done{};
}

Status PartitionReplay::decide(const journal::RawRecord& raw) {
  decide::Decider& decider = start_.decider;
  places_.reached(raw.offset, decider.state());
  decoder_.decode(raw, decider.rules(), record_);
  try {
    places_.decided(raw.offset, decider.apply(record_).code);
  } catch (const decide::RulesBeyondMe& beyond) {
    return Error{Error::Kind::Permanent,
                 "partition " + std::to_string(self_) + ", offset " + std::to_string(raw.offset) +
                     ": the journal goes on by rules " + std::to_string(beyond.version) +
                     ", this version knows rules up to " + std::to_string(kNewestRules) +
                     ". Use a newer version of firstcome."};
  }
  ++records_;
  return Done{};
}

void PartitionReplay::check_identity(const journal::RawRecord& raw) {
  identity_checked_ = true;
  if (journal::checksum(raw) == stored_.position->checksum) return;
  differences_.add(
      {.about = Difference::About::Identity,
       .partition = self_,
       .text = "partition " + std::to_string(self_) + ": the record at offset " + std::to_string(raw.offset) +
               ", before the position, does not have the checksum that was saved with it: this may "
               "not be the journal that the store has followed"});
}

void PartitionReplay::finish(Offset until) {
  places_.reached(until, start_.decider.state());
  rows_.finish(start_.decider);
}

}  // namespace firstcome::audit
