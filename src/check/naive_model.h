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
#include "check/record_parser.h"
#include "check/writer_key.h"

namespace firstcome::check {

/// The decision of the model for one record.
struct ModelDecision {
  Offset offset = 0;
  PolicyId policy;
  UserId user;  ///< 0 unless a request
  std::int64_t sequence_number = 0;
  std::uint64_t value_hash = 0;  ///< equal for equal bytes
  std::int32_t sequence = 0;     ///< of the coupon that is issued or already owned
  std::int32_t revision = 0;     ///< of the policy after a command; 0: none
  std::int32_t ordinal = 1;      ///< of the coupon that a request is for
  Code code = Code::None;
  ParsedRecord::Kind kind = ParsedRecord::Kind::Unreadable;
  bool relayed = false;   ///< has an origin
  bool reserves = false;  ///< a `reserve`: a copy of it extends a hold that still lasts
  bool foreign = false;
};

/// The terms of a policy, valid from an offset on.
struct PolicyVersion {
  Offset from = 0;  ///< the offset after the command
  Policy terms;     ///< the counts are those at the command
};

struct ModelCoupon {
  UserId user;
  Timestamp issued_at;
  Offset offset = 0;
  std::int32_t previous = 0;  ///< sequence of the user's coupon before; 0: none
  std::int32_t ordinal = 1;   ///< among the user's coupons
};

/// An accepted command of a coupon.
struct ModelStep {
  Offset offset = 0;
  Timestamp at;
  CouponCommand command;
  Timestamp held_until{};        ///< of a reserve
  bool gave_back_place = false;  ///< of a cancel
};

/// A user on the list of a policy.
struct ModelListed {
  Offset offset = 0;        ///< of the record that listed the user
  std::int64_t number = 0;  ///< 1-based, repeated users counted
};

/// A code of a list.
struct ModelCode {
  Offset offset = 0;  ///< of the record that added it
  std::string text;
};

/// Numbers of coupons by what happened to them, from an offset on.
struct ModelTally {
  Offset from = 0;
  std::int64_t used = 0;  ///< now
  std::int64_t cancelled = 0;
  std::int64_t gave_back = 0;  ///< of these, those whose place went to the next arrival
};

/// One policy since its creation. coupons[i] has the sequence i + 1.
struct ModelPolicy {
  PolicyId policy;
  std::vector<PolicyVersion> versions;
  std::vector<ModelCoupon> coupons;
  IdMap<UserId, std::int32_t> newest;  ///< sequence of the newest coupon, by owner
  std::int64_t imported = 0;           ///< the number of imported coupons; they are the first ones
  std::map<std::int64_t, std::vector<ModelStep>> steps;  ///< by sequence
  IdMap<UserId, ModelListed> listed;
  std::vector<std::pair<Offset, std::int64_t>> listed_counts;  ///< after the record at each offset
  std::vector<ModelCode> codes;                                ///< codes[i] is that of sequence i + 1
  std::vector<ModelTally> tallies;                             ///< after each step

  /// Coupons issued by records before `offset`.
  [[nodiscard]] std::int64_t issued_before(Offset offset) const;
  [[nodiscard]] ModelTally tally_before(Offset offset) const;
  /// The coupons that the user was issued before `offset`, the newest first.
  [[nodiscard]] std::vector<std::int32_t> coupons_of(UserId user, Offset offset) const;
  /// The life of a coupon before `offset`; empty if it was not touched.
  [[nodiscard]] std::optional<CouponLife> life_before(std::int64_t sequence, Offset offset) const;
  /// Null before the policy was created.
  [[nodiscard]] const PolicyVersion* version_before(Offset offset) const;
  /// The policy with its counts before the record at `offset`.
  [[nodiscard]] std::optional<Policy> before(Offset offset) const;
};

/// The decisions of one partition, record by record.
struct ModelPartition {
  std::vector<ModelDecision> decisions;
  std::vector<Timestamp> clocks;                       ///< after each decision
  std::vector<Moment> visible_at;                      ///< of each record; empty if not known
  std::vector<std::uint8_t> codes;                     ///< one for each offset; 0: no record
  std::vector<std::pair<Offset, OriginMarks>> marks;   ///< after the record at each offset
  std::vector<std::pair<Offset, std::int32_t>> rules;  ///< likewise

  [[nodiscard]] const ModelDecision* at(Offset offset) const;
  /// The number of records before `offset`.
  [[nodiscard]] std::size_t records_before(Offset offset) const;
  [[nodiscard]] Timestamp clock_before(Offset offset) const;
  [[nodiscard]] OriginMarks marks_before(Offset offset) const;
  [[nodiscard]] std::int32_t rules_before(Offset offset) const;
};

/// A record that could not be read, to be compared with its dead letter.
struct UnreadableRecord {
  Place place;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

/// Decides the records of the journal again, from their bytes, with the rules of the design written as simply as
/// possible. Shares no code with src/decide, so that an error there is found.
class NaiveModel {
 public:
  /// `home_partitions`: partitions that are homes of policies; the journal may have more.
  /// `writer`: empty: no MACs are verified.
  NaiveModel(std::int32_t home_partitions, std::int32_t partitions,
             std::optional<WriterKey> writer = std::nullopt);

  /// Decides the next record of a partition. Offsets must rise.
  void add(Partition partition, const JournalRecord& record);
  /// The partition was read up to `end`; missing offsets before it have no record.
  void end(Partition partition, Offset end);

  [[nodiscard]] std::int32_t partitions() const { return static_cast<std::int32_t>(partitions_.size()); }
  [[nodiscard]] const ModelPartition& partition(Partition partition) const {
    return partitions_.at(static_cast<std::size_t>(partition));
  }
  [[nodiscard]] const ModelDecision* at(Place place) const;
  /// Sorted by id, so that every report has the same order.
  [[nodiscard]] const std::map<PolicyId, ModelPolicy>& policies() const { return policies_; }
  [[nodiscard]] const ModelPolicy* policy(PolicyId policy) const;
  [[nodiscard]] const ModelCoupon* coupon(PolicyId policy, std::int64_t sequence) const;
  [[nodiscard]] const std::vector<ChangeFact>& changes() const { return changes_; }
  [[nodiscard]] const std::vector<UnreadableRecord>& unreadable() const { return unreadable_; }
  /// Origin and place of every relayed record that was decided at its home.
  [[nodiscard]] const std::vector<std::pair<Place, Place>>& relays() const { return relays_; }
  /// The result that a request would get at this offset of the policy's home.
  [[nodiscard]] Code answer_before(PolicyId policy, UserId user, Offset offset,
                                   std::int32_t ordinal = 1) const;
  [[nodiscard]] Partition home_of(PolicyId policy) const;

 private:
  struct State {
    Timestamp clock{};
    std::int32_t rules = 1;
    OriginMarks marks;
  };
  Code decide(Partition self, const ParsedRecord& read, ModelDecision& decision);
  Code request(Partition self, std::int64_t ordinal, ModelDecision& decision);
  /// Imports all coupons of a chunk, or returns false and imports none.
  bool take_chunk(const ImportChunk& chunk, Offset offset, Policy& policy);
  Code command(Partition self, const PolicyCommand& command, ModelDecision& decision);
  Code command(Partition self, const CouponCommand& command, ModelDecision& decision);
  static Code take_list(const ListChunk& chunk, Offset offset, Policy& policy, ModelPolicy& of);
  static Code take_codes(const CodeChunk& chunk, Offset offset, Policy& policy, ModelPolicy& of);

  std::int32_t home_partitions_;
  std::optional<WriterKey> writer_;
  RecordParser parser_;
  std::vector<State> states_;  ///< by partition
  std::vector<ModelPartition> partitions_;
  std::map<PolicyId, ModelPolicy> policies_;
  IdMap<PolicyId, Policy> current_;
  std::vector<ChangeFact> changes_;
  std::vector<UnreadableRecord> unreadable_;
  std::vector<std::pair<Place, Place>> relays_;
};

}  // namespace firstcome::check
