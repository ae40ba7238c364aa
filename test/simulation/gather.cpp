#include "check/judge.h"
#include "cluster.h"
#include "left_behind.h"
#include "store/simulated/simulated_store.h"

namespace firstcome::simulation {
namespace {

check::StoreRows rows_of(const store::Tables& tables) {
  check::StoreRows rows;
  for (const auto& [partition, position] : tables.positions) {
    rows.positions.push_back({partition, position.next_offset, position.state, position.halted_reason});
  }
  for (const auto& [id, policy] : tables.policies) rows.policies.push_back(policy);
  for (const auto& [key, row] : tables.coupons) rows.coupons.push_back({row.coupon, row.partition});
  for (const auto& [key, row] : tables.changes) {
    rows.changes.push_back(
        {row.change.policy, row.change.revision, row.change.offset, row.change.at, row.change.command});
  }
  for (const auto& [key, row] : tables.batches) {
    rows.batches.push_back({row.partition, row.first_offset, row.codes, row.after});
  }
  for (const auto& [key, life] : tables.lives) rows.lives.push_back(life);
  for (const auto& [key, row] : tables.coupon_changes)
    rows.coupon_changes.push_back({row.change, row.partition});
  for (const auto& [key, row] : tables.listed) rows.listed.push_back({row.listed, row.partition});
  for (const auto& [key, row] : tables.imported_codes)
    rows.imported_codes.push_back({row.code, row.partition});
  return rows;
}

std::string header(const journal::SimulatedRecord& record, const std::string& name) {
  for (const auto& [key, value] : record.headers) {
    if (key == name) return value;
  }
  return {};
}

check::DeadLetter letter_of(const journal::SimulatedRecord& record) {
  const auto number = [](const std::string& bytes) {  // big-endian, as Spring writes it
    std::int64_t n = 0;
    for (const char byte : bytes) n = n << 8 | static_cast<unsigned char>(byte);
    return n;
  };
  const Place original{static_cast<Partition>(number(header(record, "kafka_dlt-original-partition"))),
                       number(header(record, "kafka_dlt-original-offset"))};
  return {original, record.key, record.value};
}

}  // namespace

LeftBehind gather(const Cluster& cluster) {
  LeftBehind left;
  left.home_partitions = cluster.plan.partitions;
  left.writer.era = cluster.settings.era;
  left.writer.key =
      cluster.settings.key.derive(KeyPurpose::Records, static_cast<std::uint64_t>(cluster.settings.era));
  for (Partition p = 0; p < cluster.plan.partitions; ++p) {
    left.journal.push_back({cluster.journal.records(p), cluster.journal.next_offset(p)});
  }
  left.dead_letters = cluster.journal.dead_letters();
  left.evidence.history = cluster.history;
  left.evidence.references = cluster.references;
  left.evidence.max_staleness = cluster.plan.admission.max_staleness;
  left.evidence.complete = cluster.plan.foreign_records == 0;
  left.evidence.foreign_is_marked = true;
  left.evidence.store = rows_of(cluster.store.tables());
  left.evidence.at_rest = true;
  return left;
}

check::NaiveModel decide_naively(const LeftBehind& left) {
  check::NaiveModel model(left.home_partitions, static_cast<std::int32_t>(left.journal.size()), left.writer);
  std::vector<check::RecordHeader> headers;
  for (std::size_t p = 0; p < left.journal.size(); ++p) {
    for (const journal::SimulatedRecord& record : left.journal[p].records) {
      headers.clear();
      for (const auto& [key, value] : record.headers) headers.push_back({key, value});
      check::JournalRecord fact;
      fact.offset = record.offset;
      fact.timestamp = record.timestamp;
      fact.log_append_time = record.log_append_time;
      if (record.key) fact.key = *record.key;
      if (record.value) fact.value = *record.value;
      fact.headers = headers;
      fact.visible_at = moment_of(record.visible_at);
      fact.foreign = record.foreign;
      model.add(static_cast<Partition>(p), fact);
    }
    model.end(static_cast<Partition>(p), left.journal[p].end);
  }
  return model;
}

check::Report judge(const LeftBehind& left, std::size_t texts_max) {
  const check::NaiveModel model = decide_naively(left);
  check::Evidence evidence = left.evidence;
  evidence.journal = &model;
  evidence.dead_letters.emplace();
  for (const auto& letter : left.dead_letters) evidence.dead_letters->push_back(letter_of(letter));
  return check::judge(evidence, texts_max);
}

check::Report judge_without_journal(const LeftBehind& left, bool with_store, std::size_t texts_max) {
  check::Evidence evidence = left.evidence;
  if (!with_store) evidence.store.reset();
  return check::judge(evidence, texts_max);
}

}  // namespace firstcome::simulation
