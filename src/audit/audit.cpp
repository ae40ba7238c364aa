#include "audit/audit.h"

#include <fmt/core.h>

#include <algorithm>

#include "audit/partition_replay.h"
#include "audit/stored_rows.h"
#include "audit/words.h"
#include "store/record_trust.h"

namespace firstcome::audit {
namespace {

using About = Difference::About;

class Audit {
 public:
  Audit(journal::JournalReader& journal, const store::Settings& settings, const StoredRows& stored,
        Progress& progress, Report& report)
      : journal_(journal),
        settings_(settings),
        stored_(stored),
        progress_(progress),
        report_(report),
        done_(stored.coupons()) {}

  /// True: journal and store belong together, as far as their names go.
  bool check_identity();
  Status run();

 private:
  Status run(Partition partition, const StoredPartition& stored);
  Status replay(PartitionReplay& replay, const PartitionReport& told);
  void check_position(Partition partition, const StoredPartition& stored, const journal::Bounds& held);
  [[nodiscard]] Findings find(Partition partition, const StoredPartition& stored,
                              const journal::Bounds& held) const;
  void note_identity(const PartitionReplay& replay, const StoredPartition& stored,
                     const PartitionReport& told);
  void differ(About about, Partition partition, std::string text) {
    report_.differences.add({.about = about, .partition = partition, .text = std::move(text)});
  }

  journal::JournalReader& journal_;
  const store::Settings& settings_;
  const StoredRows& stored_;
  Progress& progress_;
  Report& report_;
  std::int64_t done_;
};

std::string name(Partition partition) { return fmt::format("partition {}", partition); }

bool Audit::check_identity() {
  if (settings_.journal_identity != journal_.identity()) {
    differ(About::Identity, -1,
           "the store was filled from journal " + settings_.journal_identity + ", but this journal is " +
               journal_.identity() + ": nothing else was compared");
    return false;
  }
  if (settings_.partitions > journal_.partitions()) {
    differ(About::Identity, -1,
           fmt::format("the store was created for {}, but the journal has {}: nothing else was compared",
                       count(settings_.partitions, "partition"), journal_.partitions()));
    return false;
  }
  return true;
}

Status Audit::run() {
  if (stored_.batches_of_later_eras() > 0) {
    differ(About::Batch, -1,
           fmt::format("{} of journal_batch with an era after the data's, {}",
                       count(stored_.batches_of_later_eras(), "row"), settings_.era));
  }
  for (const auto& [partition, stored] : stored_.partitions()) {
    if (partition < 0 || partition >= journal_.partitions()) {
      differ(About::Position, partition,
             "the store has rows of " + name(partition) + ", but the journal has " +
                 count(journal_.partitions(), "partition"));
    }
  }
  static const StoredPartition nothing;
  for (Partition partition = 0; partition < journal_.partitions(); ++partition) {
    const auto stored = stored_.partitions().find(partition);
    RETURN_IF_ERROR(run(partition, stored == stored_.partitions().end() ? nothing : stored->second));
  }
  progress_.reached(done_, done_);
  return Done{};
}

Status Audit::run(Partition partition, const StoredPartition& stored) {
  ASSIGN_OR_RETURN(auto held, journal_.bounds(partition));
  report_.batches += static_cast<std::int64_t>(stored.batches.size());
  check_position(partition, stored, held);
  auto start = find_start(partition, settings_, held.start, stored);
  if (!start) {
    differ(About::Position, partition,
           fmt::format("{}: the journal begins at offset {}, and the store has saved nothing at or behind "
                       "it: the records between were removed before they were saved",
                       name(partition), held.start));
    Findings findings = find(partition, stored, held);
    findings.no_start = true;
    report_.partitions.push_back({.partition = partition,
                                  .journal_start = held.start,
                                  .compared_from = held.start,
                                  .compared_to = held.start,
                                  .journal_end = held.end,
                                  .verdict = judge(findings),
                                  .halted = findings.halted});
    return Done{};
  }
  if (!start->adds_up) {
    differ(About::Batch, partition,
           fmt::format("{}: what the store has from before offset {} does not come to the hash that was "
                       "saved there: a row of coupon, policy_change or journal_batch was changed. The "
                       "journal no longer reaches back to say which",
                       name(partition), start->offset));
  }
  PartitionReport told{.partition = partition,
                       .journal_start = held.start,
                       .compared_from = start->offset,
                       .journal_end = held.end};
  // A position that was set back must not make all rows behind it look wrong.
  const Offset position = stored.position ? stored.position->next_offset : 0;
  told.compared_to =
      std::clamp(std::max(position, stored.batches_end()), start->offset, std::max(start->offset, held.end));
  PartitionReplay replaying(partition, settings_, stored, std::move(*start), report_.differences);
  RETURN_IF_ERROR(replay(replaying, told));
  told.records = replaying.records();
  note_identity(replaying, stored, told);
  Findings findings = find(partition, stored, held);
  findings.position_hash = replaying.position_hash_differs();
  told.verdict = judge(findings);
  told.halted = findings.halted;
  report_.partitions.push_back(told);
  return Done{};
}

Findings Audit::find(Partition partition, const StoredPartition& stored, const journal::Bounds& held) const {
  const Differences& found = report_.differences;
  Findings findings;
  findings.halted = stored.position && !stored.position->halted_reason.empty();
  findings.other_journal = found.has(partition, About::Identity) || stored.batches_end() > held.end;
  findings.any = found.has(partition);
  findings.rows = found.has(partition, About::Coupon) || found.has(partition, About::Policy) ||
                  found.has(partition, About::PolicyChange);
  return findings;
}

void Audit::check_position(Partition partition, const StoredPartition& stored, const journal::Bounds& held) {
  const std::string who = name(partition);
  if (!stored.position) {
    // A partition that was added to the journal later is home to nothing, and may not have been met yet.
    if (partition < settings_.partitions)
      differ(About::Position, partition, who + " has no row in journal_position");
    return;
  }
  const store::Position& position = *stored.position;
  if (position.era != settings_.era) {
    differ(About::Position, partition,
           fmt::format("{}: its position is of era {}, the data is of era {}", who, position.era,
                       settings_.era));
  }
  if (std::max(position.next_offset, stored.batches_end()) > held.end) {
    differ(About::Position, partition,
           fmt::format("{}: the store has saved up to offset {}, but the journal ends at {}", who,
                       std::max(position.next_offset, stored.batches_end()), held.end));
  }
  if (!position.has_checksum && stored.batches_end() > 0) {
    differ(About::Position, partition, who + ": its position has no checksum of the record before it");
  }
  if (!position.halted_reason.empty()) {
    report_.notes.push_back(who + " is halted: " + position.halted_reason);
  }
}

Status Audit::replay(PartitionReplay& replay, const PartitionReport& told) {
  Offset reached = replay.read_from(told.journal_start);
  ASSIGN_OR_RETURN(auto follower, journal_.follow(told.partition, std::min(reached, told.journal_end)));
  if (reached < told.compared_to) {
    DecodeAhead ahead(std::move(follower), store::record_trust(settings_), told.partition, reached,
                      told.compared_to);
    for (;;) {
      ASSIGN_OR_RETURN(const auto chunk, ahead.next(replay.rules()));
      if (chunk == nullptr) break;
      RETURN_IF_ERROR(replay.apply(*chunk, told.compared_to));
      const Offset now = std::min(chunk->fetch.position, told.compared_to);
      done_ += std::max(Offset{0}, now - reached);
      reached = std::max(reached, now);
      progress_.reached(done_, std::max(done_, stored_.work()));
    }
  }
  replay.finish(told.compared_to);
  return Done{};
}

void Audit::note_identity(const PartitionReplay& replay, const StoredPartition& stored,
                          const PartitionReport& told) {
  if (replay.identity_checked() || !stored.position || !stored.position->has_checksum) return;
  const Offset before = stored.position->next_offset - 1;
  const std::string at = fmt::format("{}, offset {}", name(told.partition), before);
  if (before >= told.journal_start && before < told.journal_end) {
    differ(
        About::Identity, told.partition,
        at + ": there is no record, but the position that the store has saved is one past a record: this may "
             "not be the journal that the store has followed");
  } else if (before < told.journal_start) {
    report_.notes.push_back(at +
                            ": retention has removed the record before the position, so that this is the "
                            "same journal could not be checked");
  }
}

}  // namespace

Result<Report> audit(journal::JournalReader& journal, store::Reader& store, Progress& progress,
                     std::size_t most_differences) {
  ASSIGN_OR_RETURN(auto settings, store.settings());
  StoredRows stored(settings, progress);
  RETURN_IF_ERROR(store.scan(stored));
  Report report(most_differences);
  Audit audit(journal, settings, stored, progress, report);
  if (!audit.check_identity()) return report;
  RETURN_IF_ERROR(audit.run());
  report.coupons = stored.coupons();
  report.policies = stored.policies();
  report.changes = stored.changes();
  return report;
}

}  // namespace firstcome::audit
