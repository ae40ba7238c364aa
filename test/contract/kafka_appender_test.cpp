#include <ctime>

#include <atomic>

#include "journal/kafka/producer.h"
#include "kafka_journal_test.h"

namespace firstcome::test {
namespace {

using journal::AppendOutcome;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class KafkaAppenderTest : public KafkaJournalTest {};

TEST_F(KafkaAppenderTest, ABrokerThatHangsMakesTheOutcomeUnknownAndTheAppenderWorksAgainAfterwards) {
  settings_.message_timeout = milliseconds{1'500};
  settings_.request_timeout = milliseconds{1'000};
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  ASSERT_TRUE(try_append(*appender, 0, 0, text("before")));
  sink.wait_for(1);
  {
    const FrozenBroker frozen;
    for (std::uint64_t i = 1; i <= 10; ++i) ASSERT_TRUE(try_append(*appender, 0, i, text("during")));
    auto seen = sink.wait_for(11);
    EXPECT_EQ(seen[1].outcome, AppendOutcome::PossiblyPersisted);  // was sent
    for (std::uint64_t i = 1; i <= 10; ++i) EXPECT_NE(seen[i].outcome, AppendOutcome::Appended);
  }
  std::uint64_t token = 10;
  do {
    ++token;
    ASSERT_LT(token, 100u);
    ASSERT_TRUE(try_append(*appender, 0, token, text("after")));
  } while (sink.wait_for(token + 1)[token].outcome != AppendOutcome::Appended);
}

TEST_F(KafkaAppenderTest, ARecordThatWasNeverSentIsNotPersisted) {
  settings_.message_timeout = milliseconds{1'000};
  settings_.request_timeout = milliseconds{1'000};
  // The client connects after open(). If it was faster than the freeze, the record was sent.
  EXPECT_TRUE(eventually([&] {
    const auto journal = open();
    Acknowledgements sink;
    const FrozenBroker frozen;
    const auto appender = journal->make_appender(sink);
    if (!try_append(*appender, 0, 0, text("x"))) return false;
    const auto outcome = sink.wait_for(1)[0].outcome;
    EXPECT_NE(outcome, AppendOutcome::Appended);
    return outcome == AppendOutcome::NotPersisted;
  }));
}

TEST_F(KafkaAppenderTest, AFullPartitionRejectsImmediatelyAndDoesNotAffectTheOthers) {
  settings_.pending_records = 100;
  journal::Counters counters;
  settings_.counters = &counters;
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  std::uint64_t taken = 0;
  {
    const FrozenBroker frozen;
    while (taken < 1000 && try_append(*appender, 0, taken, text("x"))) ++taken;
    EXPECT_EQ(taken, 100u);
    for (; taken < 200; ++taken) EXPECT_TRUE(try_append(*appender, 1, taken, text("x")));
    EXPECT_FALSE(try_append(*appender, 1, taken, text("x")));
    EXPECT_TRUE(eventually([&] { return counters.unacknowledged.value() == 200; }));
  }
  for (const auto& [token, acknowledgement] : sink.wait_for(200)) {
    EXPECT_EQ(acknowledgement.outcome, AppendOutcome::Appended) << token;
  }
  EXPECT_TRUE(eventually([&] { return counters.unacknowledged.value() == 0; }));
  EXPECT_TRUE(try_append(*appender, 0, taken, text("there is room again")));
}

/// This takes a node out of service.
TEST_F(KafkaAppenderTest, AppendTroubleIsSetWhileRecordsWaitLongForAnAcknowledgement) {
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  ASSERT_TRUE(try_append(*appender, 0, 0, text("before")));
  sink.wait_for(1);
  EXPECT_EQ(journal->append_trouble(0), "");
  {
    const FrozenBroker frozen;
    ASSERT_TRUE(try_append(*appender, 0, 1, text("during")));
    while (journal->append_trouble(0).empty()) std::this_thread::yield();
    EXPECT_THAT(journal->append_trouble(0), testing::HasSubstr("1 records wait for Kafka's acknowledgement"));
    EXPECT_EQ(journal->append_trouble(1), "") << "nothing was appended there";
  }
  EXPECT_EQ(sink.wait_for(2)[1].outcome, AppendOutcome::Appended);
  EXPECT_EQ(journal->append_trouble(0), "");
}

TEST_F(KafkaAppenderTest, ThereIsALimitOfBytesToo) {
  settings_.pending_bytes = 10'000;
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  const FrozenBroker frozen;
  int taken = 0;
  while (taken < 100 &&
         try_append(*appender, 0, static_cast<std::uint64_t>(taken), text(std::string(1'000, 'x'))))
    ++taken;
  EXPECT_THAT(taken, AllOf(testing::Ge(8), testing::Le(10)));
}

TEST_F(KafkaAppenderTest, ATooLongRecordIsNotPersistedAndDoesNotAffectOthers) {
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  const std::string one_and_a_half(1'500'000, 'x');
  EXPECT_TRUE(try_append(*appender, 0, 0, text("small")));
  EXPECT_TRUE(try_append(*appender, 0, 1, text(one_and_a_half)));
  EXPECT_TRUE(try_append(*appender, 0, 2, text("small")));
  EXPECT_TRUE(try_append(*appender, 0, 3, text(one_and_a_half), journal::Destination::DeadLetters));
  EXPECT_TRUE(try_append(*appender, 0, 4, text(std::string(1'048'000, 'x'))));
  const auto seen = sink.wait_for(5);
  EXPECT_EQ(seen.at(1).outcome, AppendOutcome::NotPersisted);
  for (const std::uint64_t token : {0u, 2u, 3u, 4u}) {
    EXPECT_EQ(seen.at(token).outcome, AppendOutcome::Appended) << token;
  }
}

TEST_F(KafkaAppenderTest, AppendingDoesNotCreateADeletedTopic) {
  settings_.message_timeout = milliseconds{1'000};
  const auto journal = open();
  append_all(*journal, 0, {text("x")});
  operators::delete_topic(settings_);  // the broker would create it again if the client allowed that
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  ASSERT_TRUE(try_append(*appender, 0, 0, text("too late")));
  EXPECT_NE(sink.wait_for(1).at(0).outcome, AppendOutcome::Appended);
  EXPECT_THAT(why_not(), HasSubstr("no topic"));
}

TEST_F(KafkaAppenderTest, AProducerIsReplacedAfterAFatalErrorWithoutNewAppenders) {
  open();
  journal::Counters counters;
  settings_.counters = &counters;
  std::atomic<int> fatal_errors{0};
  settings_.report = [&](const Error& error, const std::source_location&) {
    if (error.message.find("a test") != std::string::npos) ++fatal_errors;
  };
  const auto producer = journal::kafka::Producer::make(
      journal::kafka::Role::Appending, std::make_shared<const journal::KafkaSettings>(settings_), 3);
  ASSERT_TRUE(producer.ok());
  Acknowledgements sink;
  journal::kafka::Sender sender{sink};
  std::uint64_t taken = 0;
  for (int time = 0; time < 3; ++time) {
    ASSERT_TRUE(eventually(
        [&] { return (*producer)->append({.partition = 0, .token = taken, .value = "x"}, sender); }));
    ++taken;
    EXPECT_EQ(sink.wait_for(taken).at(taken - 1).outcome, AppendOutcome::Appended);
    (*producer)->provoke_fatal_error();
    ASSERT_TRUE(eventually([&] { return fatal_errors > time; }));
  }
  (*producer)->wait_settled(sender);
  EXPECT_TRUE(eventually([&] { return counters.renewals.value() == 3; }));
}

TEST_F(KafkaAppenderTest, AGaplessAppenderAppendsNothingAfterALostRecord) {
  const auto journal = open();
  Acknowledgements sink;
  {
    const auto appender = journal->make_gapless_appender(sink);
    EXPECT_TRUE(try_append(*appender, 0, 0, text("first")));
    EXPECT_TRUE(try_append(*appender, 0, 1, text(std::string(1'500'000, 'x'))));
    EXPECT_FALSE(try_append(*appender, 0, 2, text("behind")));
    EXPECT_EQ(sink.wait_for(2).at(1).outcome, AppendOutcome::NotPersisted);
  }
  const auto next = journal->make_gapless_appender(sink);
  EXPECT_TRUE(try_append(*next, 0, 3, text("again")));
  sink.wait_for(3);
  EXPECT_THAT(lines_of(read_all(*journal, 0, 0)), ElementsAre(text("first"), text("again")));
}

TEST_F(KafkaAppenderTest, AGaplessAppenderContinuesAfterABrokerHasHung) {
  settings_.message_timeout = milliseconds{1'000};
  settings_.request_timeout = milliseconds{1'000};
  const auto journal = open();
  Acknowledgements sink;
  const auto gapless = journal->make_gapless_appender(sink);
  const auto other = journal->make_appender(sink);
  ASSERT_TRUE(try_append(*gapless, 0, 0, text("0")));
  sink.wait_for(1);
  {
    const FrozenBroker frozen;
    for (std::uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(try_append(*gapless, 0, i, text(std::to_string(i))));
    ASSERT_TRUE(try_append(*other, 1, 100, text("given up by then")));
    EXPECT_NE(sink.wait_for(2).at(100).outcome, AppendOutcome::Appended);
  }
  for (const auto& [token, acknowledgement] : sink.wait_for(7)) {
    if (token == 100) continue;
    EXPECT_EQ(acknowledgement.outcome, AppendOutcome::Appended) << token;
  }
  EXPECT_EQ(lines_of(read_all(*journal, 0, 0)), texts(6));
}

TEST_F(KafkaAppenderTest, TheDestructorOfAGaplessAppenderAcknowledgesItsFailedRecords) {
  const auto journal = open();
  Acknowledgements sink;
  auto appender = journal->make_gapless_appender(sink);
  {
    const FrozenBroker frozen;
    for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(try_append(*appender, 0, i, text("x")));
    appender.reset();
  }
  ASSERT_EQ(sink.count(), 10u);
  for (const auto& [token, acknowledgement] : sink.wait_for(10)) {
    EXPECT_NE(acknowledgement.outcome, AppendOutcome::Appended) << token;
  }
}

TEST_F(KafkaAppenderTest,
       TheDestructorOfAnAppenderAcknowledgesItsFailedRecordsAndDoesNotWaitForABrokerThatHangs) {
  settings_.message_timeout = milliseconds{120'000};
  settings_.request_timeout = milliseconds{500};
  const auto journal = open();
  Acknowledgements sink;
  auto appender = journal->make_appender(sink);
  const auto began = std::chrono::steady_clock::now();
  {
    const FrozenBroker frozen;
    for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(try_append(*appender, 0, i, text("x")));
    appender.reset();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
  ASSERT_EQ(sink.count(), 10u);
  for (const auto& [token, acknowledgement] : sink.wait_for(10)) {
    EXPECT_NE(acknowledgement.outcome, AppendOutcome::Appended) << token;
  }
  append_all(*journal, 1, {text("another goes on")});
}

/// librdkafka's broker thread would use a whole core, see PartitionQueue.
TEST_F(KafkaAppenderTest, RecordsThatWaitForABrokerUseNoProcessorTime) {
  const auto processor_time = [] {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
  };
  settings_.request_timeout = milliseconds{10'000};
  const auto journal = open();
  Acknowledgements sink;
  const auto appender = journal->make_appender(sink);
  ASSERT_TRUE(try_append(*appender, 0, 0, text("before")));
  sink.wait_for(1);
  const FrozenBroker frozen;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    ASSERT_TRUE(try_append(*appender, 0, i, text("waits")));
    std::this_thread::sleep_for(milliseconds(1));  // so that not all of them are in one request
  }
  const auto before = processor_time();
  std::this_thread::sleep_for(std::chrono::seconds(2));  // the time that is measured
  EXPECT_LT(processor_time() - before, milliseconds(500));
}

TEST_F(KafkaAppenderTest, AppendsAreCounted) {
  journal::Counters counters;
  settings_.counters = &counters;
  append_all(*open(), 0, texts(1000));
  EXPECT_EQ(counters.append.read().count(), 1000u);
  EXPECT_EQ(counters.commit_records.read().sum, 1000u);
}

}  // namespace
}  // namespace firstcome::test
