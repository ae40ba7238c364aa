#pragma once

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "decide/state_hash.h"
#include "journal/record_json.h"
#include "replica/replica.h"

namespace firstcome::replica {

class Caller : public AnswerSink {
 public:
  void answered(std::span<const Answer> answers) override {
    received.insert(received.end(), answers.begin(), answers.end());
  }
  void place_decided(Partition, Offset, std::uint64_t) override {}
  std::vector<Answer> received;
};

inline const journal::RecordMac kRecordMac(InstallationKey{}, 1);
/// An operator has marked the rules record at offset 3 as skipped.
inline const journal::RecordTrust kTrust(kRecordMac, {{0, 3}});

/// A replica of one partition, and the records that the test writes for it.
class AReplica : public testing::Test {
 protected:
  AReplica() {
    routes_.add(kSender, caller_);
    start({});
  }

  void start(store::Position position) {
    if (position.next_offset == 0) position.state = decide::initial_state();
    replica_.reset();
    replica_.load(position);
    started_ = replica_.start({.start = 0, .end = 1000});
  }

  void put(Offset offset, std::string value, std::string kind = {}) {
    values_.push_back(std::move(value));
    journal::RawRecord raw{.offset = offset, .timestamp = from_millis(5000), .value = values_.back()};
    if (!kind.empty()) {
      kinds_.push_back(std::move(kind));
      auto& headers = headers_.emplace_back();
      headers[0] = {"kind", kinds_.back()};
      macs_.push_back(kRecordMac.compute(0, raw.key, raw.value, {headers.data(), 1}));
      headers[1] = {journal::kMacHeader, macs_.back()};
      raw.headers = headers;
    }
    fetch_.records.push_back(raw);
    fetch_.position = offset + 1;
  }
  void put_create(Offset offset, std::int64_t max, std::optional<Timestamp> valid_until = std::nullopt) {
    PolicyCommand command{.policy = kPolicy, .name = "p", .max_count = max, .sequence_number = mark(offset)};
    if (valid_until) command.valid_until = {true, valid_until};
    put(offset, journal::encode(command), "policy");
  }
  void put_command(Offset offset, CouponCommand::Kind kind, std::int64_t sequence, std::string reference) {
    put(offset,
        journal::encode(CouponCommand{.kind = kind,
                                      .policy = kPolicy,
                                      .sequence = sequence,
                                      .reference = std::move(reference),
                                      .hold_for = kShortestHold,
                                      .sequence_number = mark(offset)}),
        std::string(journal::kCouponKind));
  }
  /// Chunk `number`, from 0, of an import, with `coupons` users of its own.
  void put_chunk(Offset offset, int number, int coupons) {
    PolicyCommand command{.kind = PolicyCommand::Kind::Import, .policy = kPolicy};
    command.chunk.first = std::int64_t{number} * coupons + 1;
    for (int i = 0; i < coupons; ++i)
      command.chunk.coupons.push_back({UserId{command.chunk.first + i}, from_millis(1)});
    put(offset, journal::encode(command), "policy");
  }
  void put_request(Offset offset, std::int64_t user) {
    std::string value;
    journal::encode(IssueRequest{UserId{user}, kPolicy, mark(offset)}, from_millis(1), value);
    put(offset, value);
  }
  Status apply(bool at_end = true) {
    fetch_.at_end = at_end;
    Status status = replica_.apply(fetch_, {from_millis(0), Instant{}});
    fetch_ = {};
    return status;
  }
  static std::uint64_t mark(Offset offset) {
    return (std::uint64_t{kSender} << kSenderShift) + static_cast<std::uint64_t>(offset);
  }

  static constexpr std::uint32_t kSender = 77;
  static constexpr PolicyId kPolicy{7};
  PolicySnapshots snapshots_{1};
  DecidedLog log_{0, 1000};
  Caller caller_;
  AnswerRoutes routes_;
  /// The first history ends before offset 3.
  static Incarnations incarnations() {
    Incarnations two;
    two.begin(11, 1, {0});
    two.begin(12, 1, {3});
    return two;
  }
  Replica replica_{
      0, 1, snapshots_, log_, routes_, kTrust, {.max_unsaved = 10, .incarnations = incarnations()}};
  Result<Offset> started_ = Offset{0};
  journal::Fetch fetch_;
  std::deque<std::string> values_, kinds_, macs_;
  std::deque<std::array<journal::Header, 2>> headers_;
};

}  // namespace firstcome::replica
