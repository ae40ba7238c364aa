#include "replica/journal_identity.h"

#include <map>

#include "replica/replica_test.h"

namespace firstcome::replica {
namespace {

TEST_F(AReplica, ContinuesAtThePositionIfTheRecordBeforeItIsTheSavedOne) {
  put_create(0, 2);
  const std::uint32_t checksum = journal::checksum(fetch_.records[0]);
  ASSERT_TRUE(apply().ok());
  const store::Batch saved = *log_.batch_from(0, 10);
  EXPECT_EQ(saved.after.checksum, checksum);

  replica_.reset();
  replica_.load(saved.after);
  for (const Policy& policy : saved.policies) replica_.load(policy);
  const auto from = replica_.start({.start = 0, .end = 1});
  ASSERT_TRUE(from.ok());
  EXPECT_EQ(*from, 0) << "the record before the position is read again, to be compared";
  put_create(0, 2);
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(caller_.received.back().decision.code, Code::Success);
  EXPECT_EQ(log_.begin(), 1);
}

TEST_F(AReplica, ContradictsAnotherJournal) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  const store::Batch saved = *log_.batch_from(0, 10);
  const auto load_again = [&](journal::Bounds bounds) {
    replica_.reset();
    replica_.load(saved.after);
    for (const Policy& policy : saved.policies) replica_.load(policy);
    return replica_.start(bounds);
  };

  ASSERT_TRUE(load_again({0, 1}).ok());
  put_create(0, 3);
  EXPECT_NE(apply().error().message.find("not the one that was saved"), std::string::npos);

  ASSERT_TRUE(load_again({0, 1}).ok());
  EXPECT_NE(apply(true).error().message.find("no record before it"), std::string::npos);

  EXPECT_NE(load_again({0, 0}).error().message.find("ends at 0"), std::string::npos);
  EXPECT_NE(load_again({5, 9}).error().message.find("begins at 5"), std::string::npos);

  ASSERT_TRUE(load_again({1, 9}).ok()) << "only the record before the position is gone";
  EXPECT_NE(replica_.take_warning(), "");
}

/// A journal with these bounds and checksums.
struct FakeJournal : journal::JournalReader {
  std::string identity() override { return "fake"; }
  std::int32_t partitions() override { return 2; }
  Result<journal::Bounds> bounds(Partition) override { return range; }
  Result<std::unique_ptr<journal::Follower>> follow(Partition, Offset) override {
    return Error{Error::Kind::Permanent, "this journal has no records"};
  }
  Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset) override {
    const auto found = records.find({partition, offset});
    if (found == records.end()) return std::optional<std::uint32_t>{};
    return std::optional(found->second);
  }
  journal::Bounds range;
  std::map<std::pair<Partition, Offset>, std::uint32_t> records;
};

TEST_F(AReplica, StopsWithoutAContradictionIfRetentionRemovedUndecidedRecords) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  FakeJournal passed;
  passed.range = {.start = 5, .end = 9};
  const Status stopped = replica_.compare_log(passed);
  ASSERT_FALSE(stopped.ok());
  EXPECT_FALSE(stopped.error().is_retryable());
  EXPECT_NE(stopped.error().message.find("Records 1 to 4 were removed"), std::string::npos);
  EXPECT_EQ(snapshots_.partition(0).contradiction(), "") << "a contradiction would halt it on all nodes";

  FakeJournal just_before;
  just_before.range = {.start = 1, .end = 9};
  EXPECT_TRUE(replica_.compare_log(just_before).ok());
  EXPECT_NE(replica_.take_warning(), "");

  FakeJournal shorter;
  EXPECT_FALSE(replica_.compare_log(shorter).ok());
  EXPECT_NE(snapshots_.partition(0).contradiction(), "");
}

/// A newest record that was read from another journal is found in that journal, so the anchor is compared,
/// too.
TEST_F(AReplica, ComparesTheRecordThatAnEarlierComparisonHasFound) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  FakeJournal log;
  log.range = {.start = 0, .end = 9};
  log.records[{0, 0}] = snapshots_.partition(0).marks().newest->checksum;
  ASSERT_TRUE(replica_.compare_log(log).ok());

  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  log.records[{0, 1}] = snapshots_.partition(0).marks().newest->checksum;
  EXPECT_TRUE(replica_.compare_log(log).ok());

  put_request(2, 43);
  ASSERT_TRUE(apply().ok());
  log.records = {{{0, 1}, 1}, {{0, 2}, snapshots_.partition(0).marks().newest->checksum}};
  const Status another = replica_.compare_log(log);
  ASSERT_FALSE(another.ok());
  EXPECT_NE(another.error().message.find("offset 1 is not the one that was decided"), std::string::npos);
  EXPECT_NE(snapshots_.partition(0).contradiction(), "");
}

TEST_F(AReplica, ComparesItsNewestRecord) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  FakeJournal log;
  log.range = {.start = 0, .end = 9};
  log.records[{0, 0}] = snapshots_.partition(0).marks().newest->checksum;
  ASSERT_TRUE(replica_.compare_log(log).ok());
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  log.records[{0, 1}] = 1;
  EXPECT_FALSE(replica_.compare_log(log).ok()) << "the end was cut off and written again";
}

TEST_F(AReplica, WithoutACertainAnchorComparesThoseOfOtherPartitions) {
  PolicySnapshots two(2);
  Replica second(1, 2, two, log_, routes_, kTrust, {});
  second.reset();
  second.load(store::Position{.partition = 1, .state = decide::initial_state()});
  ASSERT_TRUE(second.start({.start = 0, .end = 9}).ok());
  two.partition(0).set_marks(journal::RecordMark{.partition = 0, .offset = 4, .checksum = 77});
  FakeJournal log;
  log.range = {.start = 0, .end = 9};
  log.records[{0, 4}] = 77;
  EXPECT_TRUE(second.compare_log(log).ok());

  put_request(0, 42);
  fetch_.at_end = true;
  ASSERT_TRUE(second.apply(fetch_, {from_millis(0), Instant{}}).ok());
  log.records = {{{0, 4}, 78}, {{1, 0}, two.partition(1).marks().newest->checksum}};
  EXPECT_FALSE(second.compare_log(log).ok()) << "its own record is from the other journal";
  EXPECT_NE(two.partition(1).contradiction(), "");
}

}  // namespace
}  // namespace firstcome::replica
