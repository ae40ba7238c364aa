#include "test/kits/audit/store_filler.h"

#include <algorithm>

#include "domain/check.h"
#include "journal/range_reader.h"
#include "store/record_trust.h"

namespace firstcome::audit {

StoreFiller::StoreFiller(journal::JournalReader& journal, store::Store& store) : journal_(journal) {
  auto writer = store.make_writer();
  CHECK(writer.ok());
  writer_ = std::move(*writer);
  auto reader = store.make_reader();
  CHECK(reader.ok());
  const auto settings = (*reader)->settings();
  CHECK(settings.ok());
  for (Partition partition = 0; partition < journal.partitions(); ++partition) {
    auto position = writer_->position(partition);
    CHECK(position.ok() && position->next_offset == 0);
    auto follower = journal.follow(partition, 0);
    CHECK(follower.ok());
    savers_.push_back({std::move(*position), decide::Decider(partition, journal.partitions()),
                       std::move(*follower), 0,
                       journal::RecordDecoder(store::record_trust(*settings), partition)});
  }
}

Status StoreFiller::save(std::size_t records_per_batch) {
  for (PartitionSaver& saver : savers_) {
    const Partition partition = saver.position.partition;
    ASSIGN_OR_RETURN(const auto held, journal_.bounds(partition));
    journal::RangeReader reader(*saver.follower, partition, saver.read_to, held.end);
    while (!reader.done()) {
      ASSIGN_OR_RETURN(auto fetch, reader.poll());
      saver.read_to = fetch.position;
      const std::span<const journal::RawRecord> records(fetch.records);
      for (std::size_t from = 0; from < records.size(); from += records_per_batch) {
        const auto batch = records.subspan(from, std::min(records_per_batch, records.size() - from));
        RETURN_IF_ERROR(save(saver, batch));
      }
    }
  }
  return Done{};
}

Status StoreFiller::save(PartitionSaver& saver, std::span<const journal::RawRecord> records) {
  store::Batch batch{.first_offset = saver.position.next_offset, .hash_before = saver.decider.hash()};
  Record record;
  for (const journal::RawRecord& raw : records) {
    saver.decoder.decode(raw, saver.decider.rules(), record);
    const auto offset = static_cast<std::size_t>(raw.offset - batch.first_offset);
    batch.codes.resize(offset + 1);  // offsets without a record have code 0
    batch.codes[offset] = static_cast<std::uint8_t>(saver.decider.apply(record).code);
  }
  decide::Changes changes = saver.decider.take_changes();
  for (const PolicyChange& change : changes.policy_changes) {
    batch.changes.push_back({change.policy, change.revision, change.offset, change.at,
                             journal::encode(change.command), change.command.who});
  }
  batch.coupons = std::move(changes.coupons);
  batch.policies = std::move(changes.policies);
  batch.lives = std::move(changes.lives);
  batch.coupon_changes = std::move(changes.coupon_changes);
  batch.listed = std::move(changes.listed);
  batch.imported_codes = std::move(changes.imported_codes);
  saver.position.next_offset = records.back().offset + 1;
  saver.position.state = std::move(changes.state);
  saver.position.has_checksum = true;
  saver.position.checksum = journal::checksum(records.back());
  batch.after = saver.position;
  const store::SaveResult result = writer_->save(batch);
  if (result.outcome == store::SaveOutcome::Saved) return Done{};
  return result.error.message.empty() ? Error::permanent("the position of the store has changed")
                                      : result.error;
}

}  // namespace firstcome::audit
