#include "issuer/issuer_driver.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "decide/state_hash.h"
#include "journal/simulated/simulated_journal.h"
#include "replica/snapshot_loader.h"
#include "store/simulated/simulated_store.h"

namespace firstcome::issuer {
namespace {

using replica::Health;

store::Settings settings_of_one_partition() {
  store::Settings settings;
  settings.partitions = 1;
  return settings;
}

struct FailureRecorder : replica::ReplicaDriver::Observer {
  void failed(const char* operation, const Error& /*error*/) override { failures.emplace_back(operation); }
  std::vector<std::string> failures;
};

/// The two drivers of one partition, stepped as their headers show.
class PartitionDrivers : public testing::Test {
 protected:
  PartitionDrivers() {
    const std::array<replica::Replica*, 1> self{&replica_};
    EXPECT_TRUE(replica::load_snapshot(store_, self).ok());
  }

  void follow(int steps = 10) {
    for (int i = 0; i < steps; ++i) replica_driver_.step(now_);
  }
  void save(int steps = 10) {
    for (int i = 0; i < steps; ++i) {
      issuer_driver_.next(now_);
      if (!issuer_driver_.has_call()) continue;
      issuer_driver_.carry_out(*writer_);
      issuer_driver_.report(now_);
    }
  }
  void pass(milliseconds time) { now_.steady += time; }
  Offset saved() { return store_.tables().positions.at(0).next_offset; }
  replica::PartitionStatus& status() { return snapshots_.partition(0); }

  std::mt19937_64 chance_{1};
  Now now_{from_millis(0), Instant{milliseconds{1'000'000}}};
  journal::SimulatedJournal journal_{1, from_millis(0), chance_};
  store::SimulatedStore store_{settings_of_one_partition(), decide::initial_state(), chance_};
  std::unique_ptr<store::Writer> writer_{std::move(*store_.make_writer())};
  replica::PolicySnapshots snapshots_{1};
  replica::DecidedLog log_{0, 1000};
  const replica::AnswerRoutes routes_;
  replica::Replica replica_{0, 1, snapshots_, log_, routes_, journal::RecordTrust::everything(), {}};
  replica::ReplicaCounters replica_counters_;
  FailureRecorder failed_;
  replica::ReplicaDriver replica_driver_{replica_, status(), journal_, store_, replica_counters_, failed_};
  journal::OwnsAll ownership_;
  IssuerCounters counters_;
  IssuerDriver::Observer ignoring_;
  IssuerDriver issuer_driver_{{.partition = 0,
                               .log = log_,
                               .status = status(),
                               .replica = replica_driver_,
                               .journal = journal_,
                               .ownership = ownership_,
                               .record_mac = journal::RecordMac(InstallationKey{}, 1),
                               .counters = counters_},
                              {.linger = milliseconds{0}},
                              ignoring_,
                              [] {}};
};

TEST_F(PartitionDrivers, CopyAnUndecodableRecordToTheDeadLettersAndSaveItsCode) {
  journal_.append_foreign(0, {.value = "not JSON"});
  follow();
  EXPECT_EQ(status().health, Health::Serving);
  save();
  EXPECT_EQ(journal_.dead_letters().size(), 1U);
  EXPECT_EQ(counters_.relayed_dead.value(), 1U);
  EXPECT_EQ(saved(), 1);
}

TEST_F(PartitionDrivers, SaveNothingBeforeItIsRelayed) {
  journal_.append_foreign(0, {.value = "not JSON"});
  follow();
  journal_.faults().queue_full = 1'000;
  save();
  EXPECT_GE(counters_.relay_failures.value(), 1U);
  EXPECT_EQ(saved(), 0);
  journal_.faults().queue_full = 0;
  pass(milliseconds{60'000});
  save();
  EXPECT_EQ(saved(), 1);
}

TEST_F(PartitionDrivers, ReloadOnceTheStoreIsBack) {
  follow();
  store_.set_down(true);
  replica_driver_.reload(replica::PriorAnswers::Verify);
  follow();
  EXPECT_TRUE(replica_driver_.reloading());
  EXPECT_EQ(failed_.failures, std::vector<std::string>{"load from the store"}) << "then it waits";
  store_.set_down(false);
  follow();
  EXPECT_TRUE(replica_driver_.reloading());
  pass(milliseconds{50});
  follow();
  EXPECT_FALSE(replica_driver_.reloading());
  EXPECT_EQ(status().health, Health::Serving);
}

TEST_F(PartitionDrivers, StopThePartitionAfterAPermanentFailure) {
  journal_.append_foreign(0, {.value = "removed before it was decided"});
  journal_.append_foreign(0, {.value = "kept"});
  journal_.remove_before(0, 1);
  follow();
  EXPECT_EQ(status().health, Health::Stopped);
  save();
  EXPECT_EQ(saved(), 0);
}

TEST_F(PartitionDrivers, DoNotStopThePartitionAfterGiveUp) {
  journal_.append_foreign(0, {.value = "removed before it was decided"});
  journal_.remove_before(0, 1);
  replica_driver_.give_up();
  follow();
  EXPECT_EQ(status().health, Health::Replaying);
}

}  // namespace
}  // namespace firstcome::issuer
