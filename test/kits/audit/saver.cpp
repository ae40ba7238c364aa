#include "test/kits/audit/saver.h"

#include <algorithm>

#include "domain/check.h"
#include "journal/range_reader.h"
#include "store/record_trust.h"

namespace firstcome::audit {

Saver::Saver(journal::JournalReader& journal, store::Store& store) : journal_(journal) {
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
    lines_.push_back({std::move(*position), decide::Decider(partition, journal.partitions()),
                      std::move(*follower), 0,
                      journal::RecordDecoder(store::record_trust(*settings), partition)});
  }
}

Status Saver::save(std::size_t records_a_batch) {
  for (Line& line : lines_) {
    const Partition partition = line.position.partition;
    ASSIGN_OR_RETURN(const auto held, journal_.bounds(partition));
    journal::RangeReader reader(*line.follower, partition, line.read_to, held.end);
    while (!reader.done()) {
      ASSIGN_OR_RETURN(auto fetch, reader.poll());
      line.read_to = fetch.position;
      const std::span<const journal::RawRecord> records(fetch.records);
      for (std::size_t from = 0; from < records.size(); from += records_a_batch) {
        const auto batch = records.subspan(from, std::min(records_a_batch, records.size() - from));
        RETURN_IF_ERROR(save(line, batch));
      }
    }
  }
  return Done{};
}

Status Saver::save(Line& line, std::span<const journal::RawRecord> records) {
  store::Batch batch{.first_offset = line.position.next_offset, .hash_before = line.decider.hash()};
  Record record;
  for (const journal::RawRecord& raw : records) {
    line.decoder.decode(raw, line.decider.rules(), record);
    const auto offset = static_cast<std::size_t>(raw.offset - batch.first_offset);
    batch.codes.resize(offset + 1);  // holes are 0
    batch.codes[offset] = static_cast<std::uint8_t>(line.decider.apply(record).code);
  }
  decide::Changes changes = line.decider.take_changes();
  for (const PolicyChange& change : changes.policy_changes) {
    batch.changes.push_back({change.policy, change.revision, change.offset, change.at,
                             journal::encode(change.command), change.command.who});
  }
  batch.coupons = std::move(changes.coupons);
  batch.policies = std::move(changes.policies);
  line.position.next_offset = records.back().offset + 1;
  line.position.state = std::move(changes.state);
  line.position.has_checksum = true;
  line.position.checksum = journal::checksum(records.back());
  batch.after = line.position;
  const store::SaveResult result = writer_->save(batch);
  if (result.outcome == store::SaveOutcome::Saved) return Done{};
  return result.error.message.empty() ? Error::permanent("the store has moved") : result.error;
}

}  // namespace firstcome::audit
