#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "domain/home.h"
#include "simulation.h"

/// A check that cannot fail is none: each test breaks a good run in one way and wants it found.
namespace firstcome::simulation {
namespace {

using check::Asked;
using check::BatchFact;
using check::CouponFact;
using check::HistoryRow;
using check::Invariant;
using check::Told;

bool tells(const LeftBehind& left, const std::function<bool(const HistoryRow&)>& what) {
  return std::any_of(left.evidence.history.begin(), left.evidence.history.end(), what);
}

bool is_rich(const LeftBehind& left) {
  const check::NaiveModel model = decide_naively(left);
  std::set<Code> met;
  for (Partition p = 0; p < model.partitions(); ++p) {
    for (const std::uint8_t code : model.partition(p).codes) met.insert(static_cast<Code>(code));
  }
  for (const Code code :
       {Code::None, Code::Success, Code::SoldOut, Code::Forwarded, Code::Invalid, Code::Accepted}) {
    if (!met.contains(code)) return false;
  }
  const auto& coupons = left.evidence.store->coupons;
  if (coupons.size() < 2 || coupons[1].coupon.policy != coupons[0].coupon.policy) return false;
  if (model.story(coupons[0].coupon.policy)->imported > 0) return false;
  return tells(left, [](auto& r) { return r.told == Told::Pending; }) &&
         tells(left, [](auto& r) { return r.asked == Asked::Ticket && r.code == Code::Success; }) &&
         tells(left, [](auto& r) { return r.is_early() && r.code == Code::SoldOut; }) &&
         tells(left, [](auto& r) { return r.is_early() && r.code == Code::AlreadyIssued; }) &&
         tells(left,
               [](auto& r) { return r.has_place() && r.is_told(Code::SoldOut) && r.asked == Asked::Coupon; });
}

/// The first seed whose run holds everything that the tests below break.
const LeftBehind& rich_run() {
  static const LeftBehind left = [] {
    for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
      LeftBehind found = simulate(seed).left;
      if (is_rich(found)) return found;
    }
    return LeftBehind{};
  }();
  return left;
}

class APlantedViolation : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(history.empty()) << "no seed gives a run with everything in it";
    ASSERT_TRUE(judge(left, 1).clean());
  }

  HistoryRow& row(const std::function<bool(const HistoryRow&)>& what) {
    const auto found = std::find_if(history.begin(), history.end(), what);
    EXPECT_NE(found, history.end());
    return *found;
  }
  HistoryRow& placed(Code code) {
    return row([=](auto& r) { return r.has_place() && r.is_told(code) && r.asked == Asked::Coupon; });
  }
  HistoryRow& early(Code code) {
    return row([=](auto& r) { return r.is_early() && r.code == code; });
  }
  /// The first of a policy whose first coupon was asked for; those of an import come by a command.
  CouponFact& coupon() {
    const auto found = std::find_if(store.coupons.begin(), store.coupons.end(), [&](const CouponFact& fact) {
      return std::any_of(history.begin(), history.end(), [&](const HistoryRow& row) {
        return row.asked == Asked::Coupon && row.is_told(Code::Success) && row.sequence == 1 &&
               row.policy == fact.coupon.policy && fact.coupon.sequence == 1;
      });
    });
    EXPECT_NE(found, store.coupons.end());
    return *found;
  }
  BatchFact& batch_with(Code code) {
    const auto found = std::find_if(store.batches.begin(), store.batches.end(), [=](const BatchFact& b) {
      return std::find(b.codes.begin(), b.codes.end(), static_cast<std::uint8_t>(code)) != b.codes.end();
    });
    EXPECT_NE(found, store.batches.end());
    return *found;
  }

  void expect_found(Invariant check, const std::string& text) {
    const check::Report report = judge(left, 10'000);
    const auto& found = report.of(check).first;
    const bool said = std::any_of(found.begin(), found.end(), [&](const std::string& words) {
      return words.find(text) != std::string::npos;
    });
    EXPECT_TRUE(said) << "of " << report.violations() << " violations none is " << check::name_of(check)
                      << " with: " << text << "\n"
                      << as_table(report);
  }

  LeftBehind left = rich_run();
  std::vector<HistoryRow>& history = left.evidence.history;
  check::StoreRows& store = *left.evidence.store;
};

// --- C1, C2, C3: coupons

TEST_F(APlantedViolation, MoreCouponsThanTheStockAreFound) {
  CouponFact extra = coupon();
  for (int i = 0; i < 200; ++i) store.coupons.push_back(extra);
  expect_found(Invariant::C1, "in the store are more than the stock");
}

TEST_F(APlantedViolation, OneSequencePromisedToTwoIsFound) {
  HistoryRow other = placed(Code::Success);
  other.user = UserId{987'654};
  history.push_back(other);
  expect_found(Invariant::C1, "were both told sequence");
}

TEST_F(APlantedViolation, TwoCouponsOfOneUserAreFound) {
  CouponFact second = coupon();
  second.coupon.sequence += 1'000;
  store.coupons.push_back(second);
  expect_found(Invariant::C2, "holds two");
}

TEST_F(APlantedViolation, AUserToldTwoSequencesIsFound) {
  HistoryRow again = placed(Code::Success);
  again.sequence += 1;
  history.push_back(again);
  expect_found(Invariant::C2, "was told two sequences");
}

TEST_F(APlantedViolation, AMissingSequenceIsFound) {
  store.coupons.erase(store.coupons.begin());
  expect_found(Invariant::C3, "is missing or twice");
}

TEST_F(APlantedViolation, SequencesAgainstJournalOrderAreFound) {
  for (CouponFact& fact : store.coupons) {
    if (fact.coupon.policy == coupon().coupon.policy && fact.coupon.sequence == 2) {
      std::swap(fact.coupon.offset, coupon().coupon.offset);
      return expect_found(Invariant::C3, "is not in journal order");
    }
  }
  FAIL() << "the run has no policy with two coupons first";
}

TEST_F(APlantedViolation, ACouponNobodyAskedForIsFound) {
  coupon().coupon.user = UserId{987'654};
  expect_found(Invariant::C3, "nobody asked for");
}

// --- C4: outcomes

TEST_F(APlantedViolation, APendingRequestThatIsNowhereIsFound) {
  HistoryRow& pending = row([](auto& r) { return r.told == Told::Pending; });
  pending.offset = left.journal.at(static_cast<std::size_t>(pending.partition)).end + 5;
  expect_found(Invariant::C4, "where no record is");
}

TEST_F(APlantedViolation, APlaceThatIsAnothersIsFound) {
  placed(Code::Success).user = UserId{987'654};
  expect_found(Invariant::C4, "another's record stands at");
}

TEST_F(APlantedViolation, ALostMisroutedRecordIsFound) {
  for (LeftBehind::Partition& partition : left.journal) {
    std::erase_if(partition.records, [](const journal::SimulatedRecord& record) {
      return std::any_of(record.headers.begin(), record.headers.end(),
                         [](auto& h) { return h.first == "origin"; });
    });
  }
  expect_found(Invariant::C4, "was decided 0 times at home");
}

TEST_F(APlantedViolation, ALostDeadLetterIsFound) {
  left.dead_letters.clear();
  expect_found(Invariant::C4, "is not with the dead letters");
}

TEST_F(APlantedViolation, AChangedDeadLetterIsFound) {
  for (journal::SimulatedRecord& letter : left.dead_letters) letter.value = "something else";
  expect_found(Invariant::C4, "is not the original");
}

// --- C5: the store against the model

TEST_F(APlantedViolation, ACouponOfAnotherUserIsFound) {
  coupon().coupon.user = UserId{987'654};
  expect_found(Invariant::C5, "by the journal coupon");
}

TEST_F(APlantedViolation, AMissingCouponIsFound) {
  store.coupons.pop_back();
  expect_found(Invariant::C5, "is missing in the store");
}

TEST_F(APlantedViolation, ACouponTooManyIsFound) {
  CouponFact extra = coupon();
  extra.coupon.sequence = 999;
  store.coupons.push_back(extra);
  expect_found(Invariant::C5, "stands in the store alone");
}

TEST_F(APlantedViolation, AWrongCountIsFound) {
  ++store.policies.front().active_count;
  expect_found(Invariant::C5, "differs: issued");
}

TEST_F(APlantedViolation, ALostPolicyChangeIsFound) {
  store.changes.pop_back();
  expect_found(Invariant::C5, "is missing in the store or differs");
}

TEST_F(APlantedViolation, AWrongCodeIsFound) {
  for (std::uint8_t& code : batch_with(Code::SoldOut).codes) {
    if (code == static_cast<std::uint8_t>(Code::SoldOut)) code = static_cast<std::uint8_t>(Code::Success);
  }
  expect_found(Invariant::C5, "is stored at");
}

TEST_F(APlantedViolation, AWrongClockIsFound) {
  store.batches.front().after.clock += milliseconds{1};
  expect_found(Invariant::C5, "the saved clock differs");
}

TEST_F(APlantedViolation, ALostOriginMarkIsFound) {
  for (check::PositionFact& position : store.positions) position.state.origin_marks[55] = 1;
  expect_found(Invariant::C5, "the saved origin marks differ");
}

TEST_F(APlantedViolation, WrongRulesAreFound) {
  store.positions.front().state.rules = 2;
  expect_found(Invariant::C5, "the saved rules differ");
}

TEST_F(APlantedViolation, AHaltIsFound) {
  store.positions.front().halted_reason = "somebody wrote rows by hand";
  expect_found(Invariant::C5, "is halted");
}

// --- C6: order and early refusals

TEST_F(APlantedViolation, OvertakingIsFound) {
  HistoryRow late = placed(Code::Success);
  late.sent = late.answered + std::chrono::minutes{1};
  late.answered = late.sent + milliseconds{5};
  late.offset = 0;
  history.push_back(late);
  expect_found(Invariant::C6, "which was answered before this was sent");
}

TEST_F(APlantedViolation, AnEarlyRefusalThatWasNotTrueAtItsPlaceIsFound) {
  early(Code::SoldOut).offset = 0;
  expect_found(Invariant::C6, "where the journal says");
}

TEST_F(APlantedViolation, AnEarlyRefusalFromTooLongAgoIsFound) {
  const check::ChangeFact& created = store.changes.front();
  HistoryRow stale = early(Code::SoldOut);
  stale.policy = created.policy;
  stale.user = UserId{987'654};
  stale.code = Code::UnknownPolicy;
  stale.put(HistoryRow::Stands::AsOf, {home(created.policy, left.home_partitions), 0});
  stale.answered += std::chrono::minutes{1};
  history.push_back(stale);
  expect_found(Invariant::C6, "more than max-staleness behind");
}

TEST_F(APlantedViolation, AGrantWithoutAPlaceIsFound) {
  early(Code::SoldOut).code = Code::Success;
  expect_found(Invariant::C6, "a SUCCESS without a place");
}

// --- C7: what was told

TEST_F(APlantedViolation, ASuccessThatTheJournalRefusedIsFound) {
  placed(Code::SoldOut).code = Code::Success;
  expect_found(Invariant::C7, "the journal says SOLD_OUT");
}

TEST_F(APlantedViolation, AWrongSequenceIsFound) {
  placed(Code::Success).sequence += 1;
  expect_found(Invariant::C7, "told sequence");
}

TEST_F(APlantedViolation, ATicketWhoseAnswerChangesIsFound) {
  HistoryRow& ticket = row([](auto& r) { return r.asked == Asked::Ticket && r.code == Code::Success; });
  ticket.code = Code::SoldOut;
  expect_found(Invariant::C7, "the journal says SUCCESS");
}

TEST_F(APlantedViolation, AUserToldOfAForwardingIsFound) {
  placed(Code::SoldOut).code = Code::Forwarded;
  expect_found(Invariant::C7, "told FORWARDED, which answers nobody");
}

TEST_F(APlantedViolation, OnePlaceGivenToTwoCallersIsFound) {
  history.push_back(HistoryRow(placed(Code::Success)));
  expect_found(Invariant::C7, "another caller was given");
}

TEST_F(APlantedViolation, AnotherUsersCouponToldEarlyIsFound) {
  early(Code::AlreadyIssued).sequence += 1;
  expect_found(Invariant::C7, "a coupon that is not the user's");
}

TEST_F(APlantedViolation, AWrongRevisionIsFound) {
  row([](auto& r) { return r.revision != 0; }).revision = 4'711;
  expect_found(Invariant::C7, "shown revision");
}

// --- C8, C9, C10

TEST_F(APlantedViolation, ALostBatchIsFound) {
  store.batches.erase(store.batches.begin());
  expect_found(Invariant::C8, "a batch begins at");
}

TEST_F(APlantedViolation, APositionThatMovedWithoutItsRowsIsFound) {
  store.positions.front().next_offset += 1;
  expect_found(Invariant::C8, "the batches end at");
}

TEST_F(APlantedViolation, ATailThatWasNeverSavedIsFound) {
  const BatchFact last = store.batches.back();
  store.batches.pop_back();
  for (check::PositionFact& position : store.positions) {
    if (position.partition == last.partition) position.next_offset = last.first_offset;
  }
  expect_found(Invariant::C8, "at rest the position must be");
}

TEST_F(APlantedViolation, SoldOutWhileACouponIsFreeIsFound) {
  placed(Code::Success).code = Code::SoldOut;
  expect_found(Invariant::C9, "told SOLD_OUT while");
}

TEST_F(APlantedViolation, ARequestThatWasNotTakenAndStillIsInTheJournalIsFound) {
  HistoryRow& taken = placed(Code::Success);
  taken.told = Told::NotTaken;
  taken.stands = HistoryRow::Stands::Nowhere;
  expect_found(Invariant::C10, "may have one");
}

TEST_F(APlantedViolation, ASequenceNumberUsedTwiceIsFound) {
  const HistoryRow& once = placed(Code::Success);
  LeftBehind::Partition& partition = left.journal.at(static_cast<std::size_t>(once.partition));
  const auto original = std::find_if(partition.records.begin(), partition.records.end(),
                                     [&](const auto& r) { return r.offset == once.offset; });
  journal::SimulatedRecord twice = *original;
  twice.offset = partition.end++;
  *twice.value += ' ';
  partition.records.push_back(twice);
  expect_found(Invariant::C10, "is that of two different records");
}

}  // namespace
}  // namespace firstcome::simulation
