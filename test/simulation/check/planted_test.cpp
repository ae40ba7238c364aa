#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "check/checks.h"
#include "simulation.h"

/// A check that cannot fail is none: each test breaks a good run in one way and wants it found.
namespace firstcome::check {
namespace {

bool tells(const Evidence& evidence, const std::function<bool(const HistoryRow&)>& what) {
  return std::any_of(evidence.history.begin(), evidence.history.end(), what);
}

bool is_rich(const Evidence& evidence) {
  const NaiveModel model(evidence);
  std::set<Code> met;
  for (std::size_t p = 0; p < model.partitions(); ++p) {
    for (const std::uint8_t code : model.partition(static_cast<Partition>(p)).codes)
      met.insert(static_cast<Code>(code));
  }
  for (const Code code :
       {Code::None, Code::Success, Code::SoldOut, Code::Forwarded, Code::Invalid, Code::Accepted}) {
    if (!met.contains(code)) return false;
  }
  return tells(evidence, [](auto& r) { return r.told == Told::Pending; }) &&
         tells(evidence, [](auto& r) { return r.asked == Asked::Ticket && r.code == Code::Success; }) &&
         tells(evidence, [](auto& r) { return r.as_of && r.code == Code::SoldOut; }) &&
         tells(evidence, [](auto& r) { return r.as_of && r.code == Code::AlreadyIssued; }) &&
         tells(evidence,
               [](auto& r) { return r.place && r.code == Code::SoldOut && r.asked == Asked::Coupon; });
}

/// The first seed whose run holds everything that the tests below break.
const Evidence& rich_run() {
  static const Evidence evidence = [] {
    for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
      Evidence found = simulation::simulate(seed).evidence;
      if (is_rich(found)) return found;
    }
    return Evidence{};
  }();
  return evidence;
}

class APlantedViolation : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(run.history.empty()) << "no seed gives a run with everything in it";
    ASSERT_TRUE(judge(run).empty());
  }

  HistoryRow& row(const std::function<bool(const HistoryRow&)>& what) {
    const auto found = std::find_if(run.history.begin(), run.history.end(), what);
    EXPECT_NE(found, run.history.end());
    return *found;
  }
  HistoryRow& placed(Code code) {
    return row([=](auto& r) {
      return r.place && r.told == Told::Decided && r.code == code && r.asked == Asked::Coupon;
    });
  }
  HistoryRow& early(Code code) {
    return row([=](auto& r) { return r.as_of && r.told == Told::Decided && r.code == code; });
  }
  CouponFact& coupon() { return run.store.coupons.front(); }
  BatchFact& batch_with(Code code) {
    const auto found =
        std::find_if(run.store.batches.begin(), run.store.batches.end(), [=](const BatchFact& b) {
          return std::find(b.codes.begin(), b.codes.end(), static_cast<std::uint8_t>(code)) != b.codes.end();
        });
    EXPECT_NE(found, run.store.batches.end());
    return *found;
  }

  void expect_found(const std::string& check, const std::string& text) {
    const Findings findings = judge(run);
    const bool found = std::any_of(findings.begin(), findings.end(), [&](const Finding& f) {
      return f.check == check && f.text.find(text) != std::string::npos;
    });
    EXPECT_TRUE(found) << "of " << findings.size() << " findings none is " << check << " with: " << text;
  }

  Evidence run = rich_run();
};

// --- C1, C2, C3: coupons

TEST_F(APlantedViolation, MoreCouponsThanTheStockAreFound) {
  CouponFact extra = coupon();
  for (int i = 0; i < 200; ++i) run.store.coupons.push_back(extra);
  expect_found("C1", "are more than the stock");
}

TEST_F(APlantedViolation, OneSequencePromisedToTwoIsFound) {
  HistoryRow other = placed(Code::Success);
  other.user = UserId{987'654};
  run.history.push_back(other);
  expect_found("C1", "was promised to two users");
}

TEST_F(APlantedViolation, TwoCouponsOfOneUserAreFound) {
  CouponFact second = coupon();
  second.coupon.sequence += 1'000;
  run.store.coupons.push_back(second);
  expect_found("C2", "holds two");
}

TEST_F(APlantedViolation, AUserToldTwoSequencesIsFound) {
  HistoryRow again = placed(Code::Success);
  again.sequence += 1;
  run.history.push_back(again);
  expect_found("C2", "was told two sequences");
}

TEST_F(APlantedViolation, AMissingSequenceIsFound) {
  run.store.coupons.erase(run.store.coupons.begin());
  expect_found("C3", "is missing or twice");
}

TEST_F(APlantedViolation, SequencesAgainstJournalOrderAreFound) {
  for (CouponFact& fact : run.store.coupons) {
    if (fact.coupon.policy == coupon().coupon.policy && fact.coupon.sequence == 2) {
      std::swap(fact.coupon.offset, coupon().coupon.offset);
      return expect_found("C3", "is not in journal order");
    }
  }
  FAIL() << "the run has no policy with two coupons first";
}

TEST_F(APlantedViolation, ACouponNobodyAskedForIsFound) {
  coupon().coupon.user = UserId{987'654};
  expect_found("C3", "nobody asked for");
}

// --- C4: outcomes

TEST_F(APlantedViolation, APendingRequestThatIsNowhereIsFound) {
  HistoryRow& pending = row([](auto& r) { return r.told == Told::Pending; });
  pending.place->offset = run.journal.at(static_cast<std::size_t>(pending.place->partition)).end + 5;
  expect_found("C4", "where no record is");
}

TEST_F(APlantedViolation, APlaceThatIsAnothersIsFound) {
  placed(Code::Success).user = UserId{987'654};
  expect_found("C4", "another's record stands at");
}

TEST_F(APlantedViolation, ALostMisroutedRecordIsFound) {
  for (JournalPartition& partition : run.journal) {
    std::erase_if(partition.records, [](const JournalRecord& record) {
      return std::any_of(record.headers.begin(), record.headers.end(),
                         [](auto& h) { return h.first == "origin"; });
    });
  }
  expect_found("C4", "was decided 0 times at home");
}

TEST_F(APlantedViolation, ALostDeadLetterIsFound) {
  run.dead_letters.clear();
  expect_found("C4", "is not with the dead letters");
}

TEST_F(APlantedViolation, AChangedDeadLetterIsFound) {
  for (JournalRecord& letter : run.dead_letters) letter.value = "something else";
  expect_found("C4", "is not the original");
}

// --- C5: the store against the model

TEST_F(APlantedViolation, ACouponOfAnotherUserIsFound) {
  coupon().coupon.user = UserId{987'654};
  expect_found("C5", "by the journal policy");
}

TEST_F(APlantedViolation, AMissingCouponIsFound) {
  run.store.coupons.pop_back();
  expect_found("C5", "is missing in the store");
}

TEST_F(APlantedViolation, ACouponTooManyIsFound) {
  CouponFact extra = coupon();
  extra.coupon.sequence = 999;
  run.store.coupons.push_back(extra);
  expect_found("C5", "stands in the store alone");
}

TEST_F(APlantedViolation, AWrongCountIsFound) {
  ++run.store.policies.front().active_count;
  expect_found("C5", "differs: issued");
}

TEST_F(APlantedViolation, ALostPolicyChangeIsFound) {
  run.store.changes.pop_back();
  expect_found("C5", "is missing in the store or differs");
}

TEST_F(APlantedViolation, AWrongCodeIsFound) {
  for (std::uint8_t& code : batch_with(Code::SoldOut).codes) {
    if (code == static_cast<std::uint8_t>(Code::SoldOut)) code = static_cast<std::uint8_t>(Code::Success);
  }
  expect_found("C5", "is stored at");
}

TEST_F(APlantedViolation, AWrongClockIsFound) {
  run.store.batches.front().after.clock += milliseconds{1};
  expect_found("C5", "the saved clock differs");
}

TEST_F(APlantedViolation, ALostOriginMarkIsFound) {
  for (PositionFact& position : run.store.positions) position.state.origin_marks[55] = 1;
  expect_found("C5", "the saved origin marks differ");
}

TEST_F(APlantedViolation, WrongRulesAreFound) {
  run.store.positions.front().state.rules = 2;
  expect_found("C5", "the saved rules differ");
}

TEST_F(APlantedViolation, AHaltIsFound) {
  run.store.positions.front().halted_reason = "somebody wrote rows by hand";
  expect_found("C5", "is halted");
}

// --- C6: order and early refusals

TEST_F(APlantedViolation, OvertakingIsFound) {
  HistoryRow late = placed(Code::Success);
  late.sent = late.answered + milliseconds{60'000};
  late.answered = late.sent + milliseconds{5};
  late.place->offset = 0;
  run.history.push_back(late);
  expect_found("C6", "which was answered before this was sent");
}

TEST_F(APlantedViolation, AnEarlyRefusalThatWasNotTrueAtItsPlaceIsFound) {
  early(Code::SoldOut).as_of->offset = 0;
  expect_found("C6", "where the journal says");
}

TEST_F(APlantedViolation, AnEarlyRefusalFromTooLongAgoIsFound) {
  const ChangeFact& created = run.store.changes.front();
  HistoryRow stale = early(Code::SoldOut);
  stale.policy = created.policy;
  stale.user = UserId{987'654};
  stale.code = Code::UnknownPolicy;
  stale.as_of = Place{NaiveModel(run).home_of(created.policy), 0};
  stale.answered += milliseconds{60'000};
  run.history.push_back(stale);
  expect_found("C6", "more than max-staleness behind");
}

TEST_F(APlantedViolation, AGrantWithoutAPlaceIsFound) {
  early(Code::SoldOut).code = Code::Success;
  expect_found("C6", "a SUCCESS without a place");
}

// --- C7: what was told

TEST_F(APlantedViolation, ASuccessThatTheJournalRefusedIsFound) {
  placed(Code::SoldOut).code = Code::Success;
  expect_found("C7", "the journal says SOLD_OUT");
}

TEST_F(APlantedViolation, AWrongSequenceIsFound) {
  placed(Code::Success).sequence += 1;
  expect_found("C7", "told sequence");
}

TEST_F(APlantedViolation, ATicketWhoseAnswerChangesIsFound) {
  HistoryRow& ticket = row([](auto& r) { return r.asked == Asked::Ticket && r.code == Code::Success; });
  ticket.code = Code::SoldOut;
  expect_found("C7", "the journal says SUCCESS");
}

TEST_F(APlantedViolation, AUserToldOfAForwardingIsFound) {
  placed(Code::SoldOut).code = Code::Forwarded;
  expect_found("C7", "told FORWARDED, which answers nobody");
}

TEST_F(APlantedViolation, OnePlaceGivenToTwoCallersIsFound) {
  run.history.push_back(HistoryRow(placed(Code::Success)));
  expect_found("C7", "another caller was given");
}

TEST_F(APlantedViolation, AnotherUsersCouponToldEarlyIsFound) {
  early(Code::AlreadyIssued).sequence += 1;
  expect_found("C7", "a coupon that is not the user's");
}

TEST_F(APlantedViolation, AWrongRevisionIsFound) {
  row([](auto& r) { return r.revision.has_value(); }).revision = 4'711;
  expect_found("C7", "shown revision");
}

// --- C8, C9, C10

TEST_F(APlantedViolation, ALostBatchIsFound) {
  run.store.batches.erase(run.store.batches.begin());
  expect_found("C8", "a batch begins at");
}

TEST_F(APlantedViolation, APositionThatMovedWithoutItsRowsIsFound) {
  run.store.positions.front().next_offset += 1;
  expect_found("C8", "the batches end at");
}

TEST_F(APlantedViolation, ATailThatWasNeverSavedIsFound) {
  const BatchFact last = run.store.batches.back();
  run.store.batches.pop_back();
  for (PositionFact& position : run.store.positions) {
    if (position.partition == last.partition) position.next_offset = last.first_offset;
  }
  expect_found("C8", "at rest the position must be");
}

TEST_F(APlantedViolation, SoldOutWhileACouponIsFreeIsFound) {
  placed(Code::Success).code = Code::SoldOut;
  expect_found("C9", "was told SOLD_OUT while");
}

TEST_F(APlantedViolation, ARequestThatWasNotTakenAndStillIsInTheJournalIsFound) {
  HistoryRow& taken = placed(Code::Success);
  taken.told = Told::NotTaken;
  taken.place.reset();
  expect_found("C10", "may have one");
}

TEST_F(APlantedViolation, ARequestAppendedTwiceIsFound) {
  const HistoryRow& once = placed(Code::Success);
  JournalPartition& partition = run.journal.at(static_cast<std::size_t>(once.place->partition));
  const auto original = std::find_if(partition.records.begin(), partition.records.end(),
                                     [&](const JournalRecord& r) { return r.offset == once.place->offset; });
  JournalRecord twice = *original;
  twice.offset = partition.end++;
  partition.records.push_back(twice);
  expect_found("C10", "stands twice in the journal");
}

}  // namespace
}  // namespace firstcome::check
