#include "audit/audit.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "audit/partition_replay.h"
#include "audit/stored_rows.h"
#include "audit/value_text.h"
#include "store/record_trust.h"
#include "text/grouped.h"

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

  /// True if the identities of journal and store match.
  bool check_identity();
  Status run();

 private:
  Status run(Partition partition, const StoredPartition& stored);
  Status replay(PartitionReplay& replay, const PartitionReport& partition);
  void check_position(Partition partition, const StoredPartition& stored, const journal::Bounds& bounds);
  [[nodiscard]] Findings find(Partition partition, const StoredPartition& stored,
                              const journal::Bounds& bounds) const;
  void note_identity(const PartitionReplay& replay, const StoredPartition& stored,
                     const PartitionReport& partition);
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

bool Audit::check_identity() {
  if (settings_.journal_identity != journal_.identity()) {
    differ(
        About::Identity, -1,
        fmt::format("the store was filled from journal {}, but this journal is {}: nothing else was compared",
                    settings_.journal_identity, journal_.identity()));
    return false;
  }
  if (settings_.partitions > journal_.partitions()) {
    differ(About::Identity, -1,
           fmt::format("the store was created for {}, but the journal has {}: nothing else was compared",
                       text::counted(settings_.partitions, "partition"), journal_.partitions()));
    return false;
  }
  return true;
}

Status Audit::run() {
  if (stored_.batches_of_later_eras() > 0) {
    differ(About::Batch, -1,
           fmt::format("journal_batch has {} with an era after the era of the data, {}",
                       text::counted(stored_.batches_of_later_eras(), "row"), settings_.era));
  }
  for (const auto& [partition, stored] : stored_.partitions()) {
    if (partition < 0 || partition >= journal_.partitions()) {
      differ(About::Position, partition,
             fmt::format("the store has rows of partition {}, but the journal has {}", partition,
                         text::counted(journal_.partitions(), "partition")));
    }
  }
  static const StoredPartition no_rows;
  for (Partition partition = 0; partition < journal_.partitions(); ++partition) {
    const auto stored = stored_.partitions().find(partition);
    RETURN_IF_ERROR(run(partition, stored == stored_.partitions().end() ? no_rows : stored->second));
  }
  progress_.reached(done_, done_);
  return Done{};
}

Status Audit::run(Partition partition, const StoredPartition& stored) {
  ASSIGN_OR_RETURN(auto bounds, journal_.bounds(partition));
  report_.batches += static_cast<std::int64_t>(stored.batches.size());
  check_position(partition, stored, bounds);
  auto start = find_start(partition, settings_, bounds.start, stored);
  if (!start) {
    differ(About::Position, partition,
           fmt::format(
               "partition {}: the journal begins at offset {}, but the store ends before it: the records "
               "in between were removed before they were saved",
               partition, bounds.start));
    Findings findings = find(partition, stored, bounds);
    findings.no_start = true;
    report_.partitions.push_back({.partition = partition,
                                  .journal_start = bounds.start,
                                  .compared_from = bounds.start,
                                  .compared_to = bounds.start,
                                  .journal_end = bounds.end,
                                  .verdict = judge(findings),
                                  .halted = findings.halted});
    return Done{};
  }
  RETURN_IF_ERROR(check_rules(partition, *start));
  if (!start->hash_matches) {
    differ(
        About::Batch, partition,
        fmt::format(
            "partition {}: the rows of the store before offset {} do not have the hash that was saved "
            "there: a row of coupon, policy_change, eligible_user, coupon_code or journal_batch was changed. The journal no "
            "longer has the records that could show which one",
            partition, start->offset));
  }
  PartitionReport compared{.partition = partition,
                           .journal_start = bounds.start,
                           .compared_from = start->offset,
                           .journal_end = bounds.end};
  // If the position was set back, compare up to the batches, so that their rows do not look wrong.
  const Offset position = stored.position ? stored.position->next_offset : 0;
  compared.compared_to = std::clamp(std::max(position, stored.batches_end()), start->offset,
                                    std::max(start->offset, bounds.end));
  PartitionReplay replaying(partition, settings_, stored, std::move(*start), report_.differences);
  RETURN_IF_ERROR(replay(replaying, compared));
  compared.records = replaying.records();
  note_identity(replaying, stored, compared);
  Findings findings = find(partition, stored, bounds);
  findings.position_hash = replaying.position_hash_differs();
  compared.verdict = judge(findings);
  compared.halted = findings.halted;
  report_.partitions.push_back(compared);
  return Done{};
}

Findings Audit::find(Partition partition, const StoredPartition& stored,
                     const journal::Bounds& bounds) const {
  const Differences& found = report_.differences;
  Findings findings;
  findings.halted = stored.position && !stored.position->halted_reason.empty();
  findings.other_journal = found.has(partition, About::Identity) || stored.batches_end() > bounds.end;
  findings.any = found.has(partition);
  findings.rows = std::ranges::any_of(
      std::array{About::Coupon, About::CouponLife, About::CouponChange, About::EligibleUser,
                 About::CouponCode, About::Policy, About::PolicyChange},
      [&](About about) { return found.has(partition, about); });
  return findings;
}

void Audit::check_position(Partition partition, const StoredPartition& stored,
                           const journal::Bounds& bounds) {
  const auto add = [&](const std::string& text) {
    differ(About::Position, partition, fmt::format("partition {}{}", partition, text));
  };
  if (!stored.position) {
    // A partition that was added to the journal later is not the home of any policy, and may have no row yet.
    if (partition < settings_.partitions) add(" has no row in journal_position");
    return;
  }
  const store::Position& position = *stored.position;
  if (position.era != settings_.era) {
    add(fmt::format(": the position has era {}, but the data has era {}", position.era, settings_.era));
  }
  if (std::max(position.next_offset, stored.batches_end()) > bounds.end) {
    add(fmt::format(": the store has saved up to offset {}, but the journal ends at {}",
                    std::max(position.next_offset, stored.batches_end()), bounds.end));
  }
  if (!position.has_checksum && stored.batches_end() > 0) {
    add(": the position has no checksum of the record before it");
  }
  if (!position.halted_reason.empty()) {
    report_.notes.push_back(fmt::format("partition {} is halted: {}", partition, position.halted_reason));
  }
}

Status Audit::replay(PartitionReplay& replay, const PartitionReport& partition) {
  Offset reached = replay.read_from(partition.journal_start);
  ASSIGN_OR_RETURN(auto follower,
                   journal_.follow(partition.partition, std::min(reached, partition.journal_end)));
  if (reached < partition.compared_to) {
    DecodeAhead ahead(std::move(follower), store::record_trust(settings_), partition.partition, reached,
                      partition.compared_to);
    for (;;) {
      ASSIGN_OR_RETURN(const auto chunk, ahead.next(replay.rules()));
      if (chunk == nullptr) break;
      RETURN_IF_ERROR(replay.apply(*chunk, partition.compared_to));
      const Offset now = std::min(chunk->fetch.position, partition.compared_to);
      done_ += std::max(Offset{0}, now - reached);
      reached = std::max(reached, now);
      progress_.reached(done_, std::max(done_, stored_.work()));
    }
  }
  replay.finish(partition.compared_to);
  return Done{};
}

void Audit::note_identity(const PartitionReplay& replay, const StoredPartition& stored,
                          const PartitionReport& partition) {
  if (replay.identity_checked() || !stored.position || !stored.position->has_checksum) return;
  const Offset before = stored.position->next_offset - 1;
  const std::string at = fmt::format("partition {}, offset {}", partition.partition, before);
  if (before >= partition.journal_start && before < partition.journal_end) {
    differ(
        About::Identity, partition.partition,
        fmt::format("{}: there is no record, but the saved position is directly after a record: this may not "
                    "be the journal that the store follows",
                    at));
  } else if (before < partition.journal_start) {
    report_.notes.push_back(fmt::format(
        "{}: retention has removed the record before the position, so it was not checked that this is "
        "the same journal",
        at));
  }
}

}  // namespace

Result<Report> audit(journal::JournalReader& journal, store::Reader& store, Progress& progress,
                     std::size_t differences_max) {
  ASSIGN_OR_RETURN(auto settings, store.settings());
  StoredRows stored(settings, progress);
  RETURN_IF_ERROR(store.scan(stored));
  Report report(differences_max);
  Audit audit(journal, settings, stored, progress, report);
  if (!audit.check_identity()) return report;
  RETURN_IF_ERROR(audit.run());
  report.coupons = stored.coupons();
  report.policies = stored.policies();
  report.changes = stored.changes();
  report.coupon_changes = stored.coupon_changes();
  report.listed_users = stored.listed_users();
  report.imported_codes = stored.imported_codes();
  return report;
}

}  // namespace firstcome::audit
