#include "cli/check_evidence.h"

#include "journal/range_reader.h"
#include "node/read_data.h"
#include "store/data.h"

namespace firstcome::cli {
namespace {

/// Collects the store's rows of one era.
class RowCollector : public store::RowSink {
 public:
  RowCollector(Era era, check::StoreRows& rows) : era_(era), rows_(rows) {}

  void position(const store::Position& position) override {
    other_era_ = other_era_ || position.era != era_;
    rows_.positions.push_back(
        {position.partition, position.next_offset, position.state, position.halted_reason});
  }
  void policy(const Policy& policy) override { rows_.policies.push_back(policy); }
  void change(const store::StoredChange& row) override {
    other_era_ = other_era_ || row.era != era_;
    const store::PolicyChangeRow& change = row.change;
    rows_.changes.push_back({change.policy, change.revision, change.offset, change.at, change.command});
  }
  void batch(store::BatchRow batch) override {
    other_era_ = other_era_ || batch.era != era_;
    rows_.batches.push_back(
        {batch.partition, batch.first_offset, std::move(batch.codes), std::move(batch.after)});
  }
  void coupon(const store::CouponRow& row) override {
    other_era_ = other_era_ || row.era != era_;
    rows_.coupons.push_back({row.coupon, row.partition});
  }
  void life(const CouponLife& life) override { rows_.lives.push_back(life); }
  void coupon_change(const store::StoredCouponChange& row) override {
    other_era_ = other_era_ || row.era != era_;
    rows_.coupon_changes.push_back({row.change, row.partition});
  }
  void listed(const store::StoredListedUser& row) override {
    other_era_ = other_era_ || row.era != era_;
    rows_.listed.push_back({row.listed, row.partition});
  }
  void imported_code(const store::StoredImportedCode& row) override {
    other_era_ = other_era_ || row.era != era_;
    rows_.imported_codes.push_back({row.code, row.partition});
  }
  [[nodiscard]] bool has_other_era() const { return other_era_; }

 private:
  Era era_;
  check::StoreRows& rows_;
  bool other_era_ = false;
};

Status read_store(node::ReadData& data, check::StoreRows& rows) {
  RowCollector sink(data.settings.era, rows);
  RETURN_IF_ERROR(data.store->scan(sink));
  if (sink.has_other_era()) {
    return Error::permanent(
        "the store has rows of more than one era, which this version of `check` cannot verify");
  }
  return Done{};
}

Status read_partition(journal::JournalReader& journal, Partition partition, check::NaiveModel& model) {
  ASSIGN_OR_RETURN(const auto bounds, journal.bounds(partition));
  if (bounds.start > 0) {
    return Error::permanent("the beginning of the journal was removed, so its decisions cannot be verified");
  }
  ASSIGN_OR_RETURN(auto follower, journal.follow(partition, bounds.start));
  std::vector<check::RecordHeader> headers;
  journal::RangeReader reader(*follower, partition, bounds.start, bounds.end);
  while (!reader.done()) {
    ASSIGN_OR_RETURN(auto fetch, reader.poll());
    for (const journal::RawRecord& raw : fetch.records) {
      if (raw.offset >= bounds.end) break;
      headers.clear();
      for (const journal::Header& header : raw.headers)
        headers.push_back({header.key, header.value, header.is_null});
      check::JournalRecord record;
      record.offset = raw.offset;
      record.timestamp = raw.timestamp;
      record.log_append_time = raw.log_append_time;
      record.key = raw.key;
      record.value = raw.value;
      record.headers = headers;
      model.add(partition, record);
    }
  }
  model.end(partition, bounds.end);
  return Done{};
}

check::WriterKey writer_key(const store::Settings& settings) {
  check::WriterKey writer;
  writer.era = settings.era;
  writer.key = settings.key.derive(KeyPurpose::Records, static_cast<std::uint64_t>(settings.era));
  for (const auto& [partition, offset] : settings.skipped_rules)
    writer.skipped_rules.insert({partition, offset});
  return writer;
}

Status read_all(node::ReadData& data, DataEvidence& evidence) {
  RETURN_IF_ERROR(read_store(data, evidence.store));
  const std::int32_t partitions = data.journal->partitions();
  evidence.journal =
      std::make_unique<check::NaiveModel>(data.settings.partitions, partitions, writer_key(data.settings));
  for (Partition p = 0; p < partitions; ++p) {
    RETURN_IF_ERROR(read_partition(*data.journal, p, *evidence.journal));
  }
  return Done{};
}

}  // namespace

Result<DataEvidence> read_evidence(const node::DataLocation& location) {
  ASSIGN_OR_RETURN(auto data, node::read_data(location));
  RETURN_IF_ERROR(store::check_same_data(data.settings, *data.journal));
  DataEvidence evidence;
  const Status read = read_all(data, evidence);
  RETURN_IF_ERROR(data.undisturbed());
  if (!read.ok()) return read.error();
  return evidence;
}

}  // namespace firstcome::cli
