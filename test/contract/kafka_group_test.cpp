#include <atomic>
#include <mutex>

#include "foreign_member.h"
#include "java_program.h"
#include "journal/kafka/group_member.h"
#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The part of an issuer that the group knows.
struct Member {
  explicit Member(journal::KafkaSettings settings) {
    settings.group_counters = &counters;
    settings.report = [this](const Error& error, const std::source_location&) {
      const std::lock_guard lock(mutex);
      reports_.push_back(error.message);
    };
    auto joined = journal::join_group(settings, [this] { ++changes; });
    if (!joined.ok()) ADD_FAILURE() << joined.error().text();
    ownership = std::move(*joined);
  }
  [[nodiscard]] int owned() const {
    int count = 0;
    for (Partition partition = 0; partition < 5; ++partition) count += ownership->owns(partition) ? 1 : 0;
    return count;
  }
  std::vector<std::string> reports() {
    const std::lock_guard lock(mutex);
    return reports_;
  }

  journal::GroupCounters counters;
  std::atomic<int> changes{0};
  std::mutex mutex;
  std::vector<std::string> reports_;
  std::unique_ptr<journal::Ownership> ownership;
};

class KafkaGroupTest : public KafkaJournalTest {
 protected:
  KafkaGroupTest() { settings_.session_timeout = milliseconds{1'000}; }
  std::unique_ptr<Member> join() const { return std::make_unique<Member>(settings_); }
  static bool comes_to_own(Member& member, int partitions) {
    return eventually([&] { return member.owned() == partitions; });
  }

  const std::unique_ptr<journal::Journal> journal_ = open();
};

TEST_F(KafkaGroupTest, ASingleMemberOwnsAllPartitions) {
  const auto member = join();
  EXPECT_TRUE(eventually([&] { return member->changes == 1; }));
  EXPECT_EQ(member->owned(), 3);
  EXPECT_EQ(member->counters.joined.value(), 1);
  EXPECT_EQ(member->counters.owned.value(), 3);
  EXPECT_EQ(member->counters.rebalances.value(), 1u);
  EXPECT_THAT(member->reports(), IsEmpty());
}

TEST_F(KafkaGroupTest, TwoMembersShareAndTheOtherTakesOverThePartitionsOfOneThatLeaves) {
  const auto first = join();
  ASSERT_TRUE(comes_to_own(*first, 3));
  auto second = join();
  EXPECT_TRUE(eventually([&] { return first->owned() + second->owned() == 3 && second->owned() > 0; }));
  EXPECT_GT(first->owned(), 0);
  for (Partition partition = 0; partition < 3; ++partition) {
    EXPECT_NE(first->ownership->owns(partition), second->ownership->owns(partition)) << partition;
  }
  second->ownership.reset();
  EXPECT_TRUE(comes_to_own(*first, 3));
}

TEST_F(KafkaGroupTest, PartitionsOfAMemberThatLeavesMoveImmediately) {
  settings_.session_timeout = milliseconds{60'000};  // the broker would wait this long
  settings_.properties = {{"heartbeat.interval.ms", "100"}};
  auto first = join();
  ASSERT_TRUE(comes_to_own(*first, 3));
  const auto second = join();
  ASSERT_TRUE(eventually([&] { return second->owned() > 0; }));
  const auto left = std::chrono::steady_clock::now();
  first->ownership.reset();
  EXPECT_TRUE(comes_to_own(*second, 3));
  EXPECT_LT(std::chrono::steady_clock::now() - left, std::chrono::seconds(20));
}

TEST_F(KafkaGroupTest, PartitionsOfAMemberThatVanishesMoveAfterTheSessionTimeout) {
  auto vanishing = std::make_unique<ForeignMember>(settings_, "roundrobin");
  ASSERT_TRUE(eventually([&] { return vanishing->owned() == 3; }));
  const auto member = join();
  ASSERT_TRUE(eventually([&] { return vanishing->owned() + member->owned() == 3 && member->owned() > 0; }));
  EXPECT_LT(member->owned(), 3);
  vanishing.reset();
  EXPECT_TRUE(comes_to_own(*member, 3));
}

TEST_F(KafkaGroupTest, ADisconnectedMemberOwnsNothingUntilItIsBack) {
  const auto member = join();
  ASSERT_TRUE(comes_to_own(*member, 3));
  {
    const FrozenBroker frozen;
    EXPECT_TRUE(comes_to_own(*member, 0));
    EXPECT_EQ(member->counters.joined.value(), 0);
  }
  EXPECT_TRUE(comes_to_own(*member, 3));
}

TEST_F(KafkaGroupTest, LeavingDoesNotWaitForABrokerThatHangs) {
  settings_.request_timeout = milliseconds{500};
  const auto member = join();
  ASSERT_TRUE(comes_to_own(*member, 3));
  member->ownership->saved(0, 1);
  const FrozenBroker frozen;
  const auto began = std::chrono::steady_clock::now();
  member->ownership.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST_F(KafkaGroupTest, SavedPositionsAreCommittedAsTheGroupsOffsets) {
  const auto member = join();
  ASSERT_TRUE(comes_to_own(*member, 3));
  EXPECT_EQ(operators::committed(settings_, 0), -1);
  member->ownership->saved(0, 17);
  member->ownership->saved(2, 4);
  EXPECT_TRUE(eventually([&] { return operators::committed(settings_, 2) == 4; }));
  EXPECT_EQ(operators::committed(settings_, 0), 17);
  EXPECT_EQ(operators::committed(settings_, 1), -1);
  member->ownership->saved(0, 9);  // as after a restore of the store from a backup
  EXPECT_TRUE(eventually([&] { return operators::committed(settings_, 0) == 9; }));
}

TEST_F(KafkaGroupTest, AMemberThatLeavesCommitsItsLastPositions) {
  const auto member = join();
  ASSERT_TRUE(comes_to_own(*member, 3));
  member->ownership->saved(1, 99);
  member->ownership.reset();
  EXPECT_EQ(operators::committed(settings_, 1), 99);
}

TEST_F(KafkaGroupTest, PartitionsAddedLaterAreSharedToo) {
  settings_.properties = {{"topic.metadata.refresh.interval.ms", "200"}};
  const auto member = join();
  ASSERT_TRUE(comes_to_own(*member, 3));
  operators::add_partitions(settings_, 5);
  EXPECT_TRUE(comes_to_own(*member, 5));
}

TEST_F(KafkaGroupTest, AnOldListenerInTheGroupIsReportedOnceAndTheMemberJoinsAfterItsEnd) {
  auto listener = std::make_unique<ForeignMember>(settings_, "range");
  ASSERT_TRUE(eventually([&] { return listener->owned() == 3; }));
  const auto member = join();
  ASSERT_TRUE(eventually([&] {
    listener->owned();
    return member->counters.errors.value(0) >= 2;
  }));
  EXPECT_THAT(member->reports(),
              ElementsAre(AllOf(HasSubstr("INCONSISTENT_GROUP_PROTOCOL"), HasSubstr(settings_.group),
                                HasSubstr("Stop it, or give it a group of its own"),
                                HasSubstr("kafka-consumer-groups --bootstrap-server " + settings_.servers))));
  EXPECT_EQ(member->owned(), 0);
  EXPECT_EQ(member->counters.joined.value(), 0);
  listener.reset();
  EXPECT_TRUE(comes_to_own(*member, 3));
  EXPECT_EQ(member->reports().size(), 1u);
}

TEST_F(KafkaGroupTest, ALaterListenerIsRejectedAndGetsNoPartitions) {
  const auto member = join();
  ASSERT_TRUE(comes_to_own(*member, 3));
  for (const char* assignor : {"range", "cooperative-sticky"}) {
    ForeignMember listener(settings_, assignor);
    EXPECT_TRUE(eventually([&] {
      EXPECT_EQ(listener.owned(), 0);
      return listener.refused_by() == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL;
    })) << assignor;
  }
  EXPECT_EQ(member->owned(), 3);
  EXPECT_EQ(member->changes, 1);
  EXPECT_THAT(member->reports(), IsEmpty());
}

TEST_F(KafkaGroupTest, AConsumerOfTheNewProtocolIsAcceptedAndReportedAndItsPartitionsAreNotOwnedHere) {
  const auto member = join();
  ASSERT_TRUE(comes_to_own(*member, 3));
  JavaProgram consumer({"org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server",
                        settings_.servers, "--topic", settings_.topic, "--group", settings_.group,
                        "--consumer-property", "group.protocol=consumer"});
  EXPECT_TRUE(eventually([&] { return member->counters.foreign.value() == 1; }));
  EXPECT_THAT(member->owned(), AllOf(testing::Gt(0), testing::Lt(3)));
  EXPECT_THAT(member->reports(),
              testing::Contains(AllOf(HasSubstr("group.protocol=consumer"),
                                      HasSubstr("Stop it, or give it a group of its own"))));
  consumer.end();
  EXPECT_TRUE(comes_to_own(*member, 3));
  EXPECT_TRUE(eventually([&] { return member->counters.foreign.value() == 0; }));
}

TEST_F(KafkaGroupTest, ASettingThatWouldBreakTheGroupIsRejected) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"group.id", "another"},
                                                        {"partition.assignment.strategy", "range"},
                                                        {"enable.auto.commit", "true"},
                                                        {"group.instance.id", "one"}}) {
    settings_.properties = {{key, value}};
    const auto joined = journal::join_group(settings_, [] {});
    ASSERT_FALSE(joined.ok()) << key;
    EXPECT_THAT(joined.error().text(), HasSubstr('\'' + key + "' must be"));
  }
}

}  // namespace
}  // namespace firstcome::test
