#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/evidence.h"
#include "check/read_record.h"
#include "check/writer_key.h"

namespace firstcome::check {

/// What the model decided for one record.
struct ModelDecision {
  Offset offset = 0;
  PolicyId policy;
  UserId user;  ///< 0 unless a request
  std::int64_t sequence_number = 0;
  std::uint64_t value_hash = 0;  ///< equal for equal bytes
  std::int32_t sequence = 0;     ///< of the coupon that is issued or held
  std::int32_t revision = 0;     ///< of the policy after a command, where there is one
  Code code = Code::None;
  ReadRecord::Kind kind = ReadRecord::Kind::Unreadable;
  bool relayed = false;  ///< has an origin
  bool foreign = false;
};

/// A policy's terms as they stood from an offset on.
struct PolicyMoment {
  Offset from = 0;  ///< after the record before this offset
  Policy terms;     ///< counts as of the command; those in between follow from the coupons
};

struct ModelCoupon {
  UserId user;
  Timestamp issued_at;
  Offset offset = 0;
};

/// One policy from its creation on. Coupon number i (from 0) has sequence i + 1.
struct PolicyStory {
  PolicyId policy;
  std::vector<PolicyMoment> moments;
  std::vector<ModelCoupon> coupons;
  IdMap<UserId, std::int32_t> sequences;  ///< by holder
  std::int64_t imported = 0;              ///< so many of the coupons, the first ones, came in by import

  /// Coupons issued by records before `offset`.
  [[nodiscard]] std::int64_t issued_before(Offset offset) const;
  /// Nothing before it was created.
  [[nodiscard]] const PolicyMoment* moment_before(Offset offset) const;
  /// The policy with its counts as of a place.
  [[nodiscard]] std::optional<Policy> before(Offset offset) const;
};

/// What was decided in one partition, record by record.
struct ModelPartition {
  std::vector<ModelDecision> decisions;
  std::vector<Timestamp> clocks;                       ///< after each of them
  std::vector<Moment> visible_at;                      ///< of each of them; empty where nobody knows
  std::vector<std::uint8_t> codes;                     ///< one an offset, 0 for a hole
  std::vector<std::pair<Offset, OriginMarks>> marks;   ///< after these offsets
  std::vector<std::pair<Offset, std::int32_t>> rules;  ///< the same

  [[nodiscard]] const ModelDecision* at(Offset offset) const;
  /// How many records stand before `offset`.
  [[nodiscard]] std::size_t records_before(Offset offset) const;
  [[nodiscard]] Timestamp clock_before(Offset offset) const;
  [[nodiscard]] OriginMarks marks_before(Offset offset) const;
  [[nodiscard]] std::int32_t rules_before(Offset offset) const;
};

/// A record that could not be read, for comparing it with its dead letter.
struct UnreadableRecord {
  Place place;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

/// The promises in the plainest words: the rules of the design in the order in which they are written there,
/// over the journal's own bytes. Shares no line with src/decide.
class NaiveModel {
 public:
  /// `home_partitions`: those that policies live in; the journal may have more.
  /// `writer`: without it every record is believed.
  NaiveModel(std::int32_t home_partitions, std::int32_t partitions,
             std::optional<WriterKey> writer = std::nullopt);

  /// Decides the next record of a partition; offsets rise.
  void add(Partition partition, const JournalRecord& record);
  /// The partition was read up to here: what is missing before it is a hole.
  void end(Partition partition, Offset end);

  [[nodiscard]] std::int32_t partitions() const { return static_cast<std::int32_t>(partitions_.size()); }
  [[nodiscard]] const ModelPartition& partition(Partition partition) const {
    return partitions_.at(static_cast<std::size_t>(partition));
  }
  [[nodiscard]] const ModelDecision* at(Place place) const;
  /// By id, so that a report names them in the same order in every run.
  [[nodiscard]] const std::map<PolicyId, PolicyStory>& policies() const { return policies_; }
  [[nodiscard]] const PolicyStory* story(PolicyId policy) const;
  [[nodiscard]] const ModelCoupon* coupon(PolicyId policy, std::int64_t sequence) const;
  [[nodiscard]] const std::vector<ChangeFact>& changes() const { return changes_; }
  [[nodiscard]] const std::vector<UnreadableRecord>& unreadable() const { return unreadable_; }
  /// Origin and place of every record that was decided at home for a misrouted one.
  [[nodiscard]] const std::vector<std::pair<Place, Place>>& relays() const { return relays_; }
  /// What a request would have been told had it stood at this offset of the policy's home.
  [[nodiscard]] Code answer_before(PolicyId policy, UserId user, Offset offset) const;
  [[nodiscard]] Partition home_of(PolicyId policy) const;

 private:
  struct Run {
    Timestamp clock{};
    std::int32_t rules = 1;
    OriginMarks marks;
  };
  Code decide(Partition self, const ReadRecord& read, ModelDecision& decision);
  Code request(Partition self, std::int64_t ordinal, ModelDecision& decision);
  /// All of a chunk's coupons, or false and none.
  bool take_chunk(const ImportChunk& chunk, Offset offset, Policy& policy);
  Code command(Partition self, const PolicyCommand& command, ModelDecision& decision);

  std::int32_t home_partitions_;
  std::optional<WriterKey> writer_;
  RecordReader reader_;
  std::vector<Run> runs_;
  std::vector<ModelPartition> partitions_;
  std::map<PolicyId, PolicyStory> policies_;
  IdMap<PolicyId, Policy> standing_;
  std::vector<ChangeFact> changes_;
  std::vector<UnreadableRecord> unreadable_;
  std::vector<std::pair<Place, Place>> relays_;
};

}  // namespace firstcome::check
