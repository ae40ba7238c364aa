#include "node/partition_thread.h"

#include <gtest/gtest.h>

#include <future>

namespace firstcome::node {
namespace {

/// There is a record nowhere.
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

class StoreThatIsAway : public store::Store {
 public:
  Result<std::unique_ptr<store::Reader>> make_reader() override {
    if (!std::exchange(asked_, true)) first_question_.set_value();
    return Error{Error::Kind::Retryable, "away"};
  }
  Result<std::unique_ptr<store::Writer>> make_writer() override {
    return Error{Error::Kind::Retryable, "away"};
  }
  void wait_until_asked() { first_question_.get_future().wait(); }

 private:
  bool asked_ = false;
  std::promise<void> first_question_;
};

TEST(PartitionThreadTest, AReloadThatWaitsForAStoreThatIsAwayEndsWhenTheThreadGivesUp) {
  replica::PolicySnapshots snapshots(1);
  replica::DecidedLog log(0, 10);
  const replica::AnswerRoutes routes;
  replica::Replica replica(0, 1, snapshots, log, routes, journal::RecordTrust::everything(), {});
  replica.reset();
  replica.load(store::Position{.state = {.state_hash = decide::Decider(0, 1).hash()}});
  EmptyJournal journal;
  StoreThatIsAway store;
  replica::ReplicaCounters counters;
  PartitionThread thread(replica, snapshots.partition(0), journal, store, counters,
                         {.decided = [] {}, .progress = [] {}});
  thread.start();
  thread.driver().reload(replica::PriorAnswers::Verify);
  store.wait_until_asked();
  thread.stop();
  EXPECT_TRUE(thread.driver().reloading());
}

}  // namespace
}  // namespace firstcome::node
