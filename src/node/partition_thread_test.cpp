#include "node/partition_thread.h"

#include <gtest/gtest.h>

#include <future>

namespace firstcome::node {
namespace {

/// A journal without records.
class EmptyJournal : public journal::Journal {
 public:
  std::string identity() override { return "empty"; }
  std::int32_t partitions() override { return 1; }
  Result<journal::Bounds> bounds(Partition) override { return journal::Bounds{}; }
  Result<std::unique_ptr<journal::Follower>> follow(Partition, Offset) override {
    return std::unique_ptr<journal::Follower>(std::make_unique<Nothing>());
  }
  std::unique_ptr<journal::Appender> make_appender(journal::AcknowledgementSink&) override { return {}; }
  std::unique_ptr<journal::GaplessAppender> make_gapless_appender(journal::AcknowledgementSink&) override {
    return {};
  }

 private:
  class Nothing : public journal::Follower {
    Result<journal::Fetch> poll(milliseconds) override { return journal::Fetch{.at_end = true}; }
  };
};

class UnavailableStore : public store::Store {
 public:
  Result<std::unique_ptr<store::Reader>> make_reader() override {
    if (!std::exchange(called_, true)) first_call_.set_value();
    return Error{Error::Kind::Retryable, "unavailable"};
  }
  Result<std::unique_ptr<store::Writer>> make_writer() override {
    return Error{Error::Kind::Retryable, "unavailable"};
  }
  void wait_for_a_call() { first_call_.get_future().wait(); }

 private:
  bool called_ = false;
  std::promise<void> first_call_;
};

TEST(PartitionThreadTest, StopEndsAReloadThatWaitsForTheStore) {
  replica::PolicySnapshots snapshots(1);
  replica::DecidedLog log(0, 10);
  const replica::AnswerRoutes routes;
  replica::Replica replica(0, 1, snapshots, log, routes, journal::RecordTrust::everything(), {});
  replica.reset();
  replica.load(store::Position{.state = {.state_hash = decide::Decider(0, 1).hash()}});
  EmptyJournal journal;
  UnavailableStore store;
  replica::ReplicaCounters counters;
  PartitionThread thread(replica, snapshots.partition(0), journal, store, counters,
                         {.decided = [] {}, .progress = [] {}});
  thread.start();
  thread.driver().reload(replica::PriorAnswers::Verify);
  store.wait_for_a_call();
  thread.stop();
  EXPECT_TRUE(thread.driver().reloading());
}

}  // namespace
}  // namespace firstcome::node
