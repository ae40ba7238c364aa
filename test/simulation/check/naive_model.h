#pragma once

#include <map>
#include <set>

#include "check/evidence.h"

namespace firstcome::check {

/// What the naive reading of a record gives.
struct ReadRecord {
  enum class Kind : std::uint8_t { Unreadable, Request, Command, Rules };
  Kind kind = Kind::Unreadable;
  PolicyId policy;
  UserId user;
  std::int64_t sequence_number = 0;
  std::optional<Place> origin;
  std::string command;                                ///< create, change, …
  std::map<std::string, std::string> text_fields;     ///< name
  std::map<std::string, std::int64_t> number_fields;  ///< maxCount, perUserLimit, ifRevision, version
  std::map<std::string, std::optional<Timestamp>> time_fields;  ///< those named; null clears
};

/// Slow and plain: one record, one JSON tree.
ReadRecord read_record(const JournalRecord& record);

/// What the model decided for one record.
struct ModelDecision {
  Place place;
  ReadRecord record;
  Code code = Code::None;
  std::int64_t sequence = 0;
  std::optional<Timestamp> issued_at;
  std::optional<std::int64_t> revision;  ///< of the policy after a command, where there is one
};

/// A policy as it stood from an offset on.
struct PolicyMoment {
  Offset from = 0;  ///< after the record before this offset
  Policy policy;
};

struct ModelHolding {
  std::int64_t sequence = 0;
  Timestamp issued_at;
  Place place;
};

struct ModelPartition {
  std::vector<std::uint8_t> codes;  ///< one an offset, up to the journal's end
  std::map<Offset, ModelDecision> decisions;
  std::map<Offset, Timestamp> clock_after;     ///< by a record's offset
  std::map<Offset, OriginMarks> marks_after;   ///< only where they changed
  std::map<Offset, std::int32_t> rules_after;  ///< only where they changed

  [[nodiscard]] Timestamp clock_before(Offset offset) const;
  [[nodiscard]] OriginMarks marks_before(Offset offset) const;
  [[nodiscard]] std::int32_t rules_before(Offset offset) const;
  [[nodiscard]] const ModelDecision* at(Offset offset) const;
};

/// The promises in the plainest words: maps, and the rules of the design in the order they are written
/// there. Judges; is never asked in a hurry.
class NaiveModel {
 public:
  explicit NaiveModel(const Evidence& evidence);

  [[nodiscard]] const ModelPartition& partition(Partition partition) const {
    return partitions_.at(static_cast<std::size_t>(partition));
  }
  [[nodiscard]] std::size_t partitions() const { return partitions_.size(); }
  [[nodiscard]] const ModelDecision* at(Place place) const;
  [[nodiscard]] const std::map<PolicyId, std::vector<PolicyMoment>>& policies() const { return moments_; }
  [[nodiscard]] const std::vector<CouponFact>& coupons() const { return coupons_; }
  [[nodiscard]] const std::vector<ChangeFact>& changes() const { return changes_; }
  [[nodiscard]] const ModelHolding* holding(PolicyId policy, UserId user) const;
  /// The policy as of a place; null before it was created.
  [[nodiscard]] const Policy* policy_before(PolicyId policy, Offset offset) const;
  /// What a request would have been told had it stood at this offset of the policy's home.
  [[nodiscard]] Code answer_before(PolicyId policy, UserId user, Offset offset) const;
  [[nodiscard]] Partition home_of(PolicyId policy) const;

 private:
  struct Run;  ///< of one partition
  void run(Partition partition, const JournalPartition& journal);
  Code decide(Run& run, ModelDecision& decision, ModelPartition& result);
  Code request(Run& run, ModelDecision& decision);
  Code command(Run& run, ModelDecision& decision);
  void remember(PolicyId policy, Offset offset, const Policy& now);

  std::int32_t home_partitions_;
  std::vector<ModelPartition> partitions_;
  std::map<PolicyId, Policy> standing_;
  std::map<PolicyId, std::vector<PolicyMoment>> moments_;
  std::map<std::pair<PolicyId, UserId>, ModelHolding> holdings_;
  std::vector<CouponFact> coupons_;
  std::vector<ChangeFact> changes_;
};

}  // namespace firstcome::check
