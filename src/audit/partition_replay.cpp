#include "audit/partition_replay.h"

#include <fmt/core.h>

#include "store/record_trust.h"

namespace firstcome::audit {
namespace {

/// The offset of the record before the position; -1 if nothing is saved.
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
      batches_(self, stored, start_.offset, start_.hash_matches, differences),
      rows_({self, settings.era, start_.offset}, stored, differences),
      lives_({self, settings.era, start_.offset}, stored, differences),
      lists_({self, settings.era, start_.offset}, stored, differences),
      codes_({self, settings.era, start_.offset}, stored, differences),
      decoder_(store::record_trust(settings), self),
      identity_at_(identity_offset(stored)) {
  batches_.check_coverage();
}

Status PartitionReplay::apply(const DecodeAhead::Chunk& chunk, Offset until) {
  for (std::size_t i = 0; i < chunk.records.size(); ++i) {
    const journal::RawRecord& raw = chunk.fetch.records[i];
    if (raw.offset >= until) break;
    if (raw.offset == identity_at_) check_identity(raw);
    if (raw.offset < start_.offset) continue;
    const bool same_rules = chunk.rules == rules();
    if (!same_rules) decoder_.decode(raw, rules(), decoded_again_);
    RETURN_IF_ERROR(decide(same_rules ? chunk.records[i] : decoded_again_));
  }
  const decide::Changes changes = start_.decider.take_changes();
  for (const Coupon& coupon : changes.coupons) rows_.issued(coupon);
  for (const PolicyChange& change : changes.policy_changes) rows_.changed(change);
  for (const CouponChange& change : changes.coupon_changes) lives_.changed(change);
  for (const ListedUser& listed : changes.listed) lists_.listed(listed);
  for (const ImportedCode& code : changes.imported_codes) codes_.added(code);
  return Done{};
}

Status PartitionReplay::decide(const Record& record) {
  decide::Decider& decider = start_.decider;
  batches_.reached(record.offset, decider.state());
  try {
    batches_.decided(record.offset, decider.apply(record).code);
  } catch (const decide::UnsupportedRules& rules) {
    return unsupported_rules_error(self_, record.offset, rules);
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
       .text = fmt::format(
           "partition {}: the record at offset {}, before the position, does not have the saved checksum: this "
           "may not be the journal that the store follows",
           self_, raw.offset)});
}

void PartitionReplay::finish(Offset until) {
  batches_.reached(until, start_.decider.state());
  rows_.finish(start_.decider);
  lives_.finish(start_.decider);
  lists_.finish();
  codes_.finish();
}

}  // namespace firstcome::audit
