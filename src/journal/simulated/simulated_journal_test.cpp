#include "journal/simulated/simulated_journal.h"

#include <gtest/gtest.h>

#include <set>

namespace firstcome::journal {
namespace {

class Acknowledged : public AcknowledgementSink {
 public:
  void acknowledged(std::span<const Acknowledgement> acknowledgements) override {
    for (const Acknowledgement& one : acknowledgements) all.push_back(one);
  }
  std::vector<Acknowledgement> all;
};

/// Faults are random, so each test runs with many seeds.
class ASimulatedJournal : public testing::TestWithParam<int> {
 protected:
  static Append numbered(std::uint64_t number, const std::string& value) {
    Append append;
    append.token = number;
    append.value = value;
    return append;
  }
  void append_some(Appender& appender, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!appender.try_append(numbered(i, std::to_string(i)))) refused.insert(i);
    }
  }
  void run_all_events() {
    while (const auto next = journal.next_event()) journal.run_until(*next);
  }
  std::vector<std::uint64_t> in_the_journal() {
    std::vector<std::uint64_t> numbers;
    for (const SimulatedRecord& record : journal.records(0)) numbers.push_back(std::stoull(*record.value));
    return numbers;
  }

  std::mt19937_64 chance{static_cast<std::uint64_t>(GetParam())};
  SimulatedJournal journal{1, from_millis(1'000'000), chance};
  Acknowledged sink;
  std::set<std::uint64_t> refused;
};

TEST_P(ASimulatedJournal, NeverHasARecordThatItReportedAsNotPersisted) {
  journal.faults() = {.queue_full = 100, .not_persisted = 200, .possibly_persisted = 200};
  journal.faults().append_most = journal.faults().acknowledge_most = journal.faults().late_most =
      milliseconds{50};
  auto appender = journal.make_appender(sink);
  append_some(*appender, 60);
  run_all_events();
  const auto held = in_the_journal();
  std::set<std::uint64_t> must;
  std::set<std::uint64_t> must_not = refused;
  for (const Acknowledgement& one : sink.all) {
    if (one.outcome == AppendOutcome::Appended) must.insert(one.token);
    if (one.outcome == AppendOutcome::NotPersisted) must_not.insert(one.token);
  }
  EXPECT_EQ(std::set(held.begin(), held.end()).size(), held.size()) << "no record is twice in the journal";
  for (const std::uint64_t number : held) {
    EXPECT_FALSE(must_not.contains(number));
    must.erase(number);
  }
  EXPECT_TRUE(must.empty()) << "the journal has all acknowledged records";
}

TEST_P(ASimulatedJournal, HasAPrefixOfTheRecordsOfAGaplessAppender) {
  journal.faults() = {.possibly_persisted = 40};
  journal.faults().append_most = milliseconds{50};
  auto appender = journal.make_gapless_appender(sink);
  append_some(*appender, 40);
  if (GetParam() % 2 == 0) {
    journal.run_until(from_millis(1'000'020));
    appender.reset();  // its process ends with records in flight
  }
  run_all_events();
  const auto held = in_the_journal();
  for (std::size_t i = 0; i < held.size(); ++i) ASSERT_EQ(held[i], i);
  for (const Acknowledgement& one : sink.all) {
    if (one.outcome != AppendOutcome::Appended) continue;
    EXPECT_LT(one.token, held.size());
  }
}

TEST_P(ASimulatedJournal, IsReadInOrderToItsEndAlsoWithMissingOffsets) {
  journal.faults() = {.hole = 300, .end_hidden = 300, .small_fetch = 500};
  auto appender = journal.make_appender(sink);
  append_some(*appender, 30);
  journal.add_hole(0);
  auto follower = std::move(*journal.follow(0, 0));
  std::uint64_t expected = 0;
  Offset position = 0;
  for (bool at_end = false; !at_end;) {
    const Fetch fetch = std::move(*follower->poll(milliseconds{0}));
    for (const RawRecord& record : fetch.records) {
      EXPECT_GE(record.offset, position);
      position = record.offset + 1;
      EXPECT_EQ(*record.value, std::to_string(expected++));
    }
    EXPECT_GE(fetch.position, position);
    at_end = fetch.at_end;
    position = fetch.position;
  }
  EXPECT_EQ(position, journal.next_offset(0)) << "also after missing offsets at the end";
  EXPECT_EQ(expected, 30U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ASimulatedJournal, testing::Range(1, 21));

}  // namespace
}  // namespace firstcome::journal
