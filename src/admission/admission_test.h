#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admission/admission.h"

namespace firstcome::admission {

/// Records what is appended.
class RecordingAppender : public journal::Appender {
 public:
  bool try_append(const journal::Append& append) override {
    if (full) return false;
    tokens.push_back(append.token);
    values.emplace_back(*append.value);
    partitions.push_back(append.partition);
    auto& lines = headers.emplace_back();
    for (const auto& [key, value, is_null] : append.headers) {
      lines.push_back(std::string(key) + ": " + std::string(value));
    }
    return true;
  }
  bool full = false;
  std::vector<std::uint64_t> tokens;
  std::vector<std::string> values;
  std::vector<Partition> partitions;
  std::vector<std::vector<std::string>> headers;
};

inline const journal::RecordMac kRecordMac(InstallationKey{}, 1);

/// An admission whose journal, replica and clock the test plays. Partition 0 serves, and has decided 100 records.
class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    status().set_caught_up(true);
    status().decided = 100;
    status().clock_ms = 5000;
    status().fresh_as_of_ms = 1'000'000;
  }

  replica::PartitionStatus& status() { return snapshots_.partition(0); }

  void publish(Policy policy, bool refuses, std::vector<std::int64_t> owners = {}) {
    policy.id = kPolicy;
    auto view = std::make_shared<replica::PolicySnapshot>();
    view->policy = policy;
    view->clock = from_millis(5000);
    view->as_of = 90;
    view->knows_owners = refuses;
    decide::CouponOwners all;
    for (const auto user : owners) ASSERT_TRUE(all.load(UserId{user}, {.sequence = user * 10}));
    view->owners = all.freeze();
    snapshots_.publish(view);
  }

  static Now at(int ms) {
    return {from_millis(50'000 + ms), Instant{std::chrono::seconds{1000} + milliseconds{ms}}};
  }

  std::optional<Reply> issue(std::int64_t user, int ms = 0, Wait wait = {}) {
    return admission_.issue(++callers_, kPolicy, UserId{user}, wait, at(ms));
  }
  replica::Answer answer(std::size_t index, std::int64_t user, Code code) {
    return {.sequence_number = journal_.tokens[index],
            .policy = kPolicy,
            .user = UserId{user},
            .offset = 7,
            .decision = {.code = code}};
  }

  void on_answer(const replica::Answer& answer, int ms = 0) { admission_.on_answers({&answer, 1}, at(ms)); }
  void acknowledge(std::size_t index, journal::AppendOutcome outcome, std::optional<Offset> offset = {}) {
    const journal::Acknowledgement one{
        .token = journal_.tokens.at(index), .outcome = outcome, .offset = offset};
    admission_.on_acknowledged({&one, 1}, at(0));
  }

  static constexpr PolicyId kPolicy{7};
  replica::PolicySnapshots snapshots_{1};
  RecordingAppender journal_;
  Caller callers_ = 0;
  std::vector<std::pair<Caller, Reply>> replies_;
  Admission admission_{snapshots_,
                       journal_,
                       5,
                       kRecordMac,
                       {.max_unsaved = 1000, .max_pending_partition = 3},
                       [this](Caller caller, const Reply& reply) { replies_.emplace_back(caller, reply); }};
};

}  // namespace firstcome::admission
