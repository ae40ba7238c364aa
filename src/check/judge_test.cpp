#include "check/judge.h"

#include "test/kits/check/check_fixture.h"

#include <gmock/gmock.h>

/// A check that cannot fail is none: each test plants one violation and says which evidence must show it.
namespace firstcome::check {
namespace {

using Kind = PolicyCommand::Kind;
constexpr Given kAlone = Given::HistoryAlone;
constexpr Given kStore = Given::Store;
constexpr Given kBoth = Given::StoreAndJournal;

TEST_F(CheckFixture, ThatKeepsEveryPromiseIsClean) { expect_clean(); }

TEST_F(CheckFixture, EveryCheckSaysHowMuchItLookedAt) {
  const Report report = judge_with(kBoth);
  for (std::size_t i = 0; i < kChecks; ++i) {
    EXPECT_GT(report.of(static_cast<Invariant>(i)).looked_at, 0) << check::name_of(static_cast<Invariant>(i));
  }
}

TEST_F(CheckFixture, ACheckCountsWhatItNamesOnceHoweverManyWitnessesThereAre) {
  const auto counts = [this](Given given) {
    const Report report = judge_with(given);
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  // judged, not judged
    for (std::size_t i = 0; i < kChecks; ++i) {
      const Verdict& verdict = report.of(static_cast<Invariant>(i));
      pairs.emplace_back(verdict.looked_at, verdict.not_judged);
    }
    return pairs;
  };
  using Counts = std::vector<std::pair<std::int64_t, std::int64_t>>;
  // 2 coupons, 6 users, 3 places, rows of the store, 5 answers that count, 5 that are told of, batches,
  // SOLD_OUT twice.
  EXPECT_EQ(counts(kBoth),
            (Counts{{2, 0}, {6, 0}, {2, 0}, {3, 0}, {7, 0}, {5, 0}, {5, 0}, {2, 0}, {2, 0}, {1, 0}}));
  EXPECT_EQ(counts(kAlone),
            (Counts{{2, 0}, {6, 0}, {2, 0}, {3, 0}, {0, 0}, {5, 0}, {2, 3}, {0, 0}, {2, 0}, {0, 1}}));
}

TEST_F(CheckFixture, WhatWasNotJudgedIsCalledSo) {
  EXPECT_EQ(in_words(judge_with(kAlone).of(Invariant::C5)), "not judged");
  EXPECT_EQ(in_words(judge_with(kAlone).of(Invariant::C7)), "ok, 3 not judged");
  EXPECT_EQ(in_words(judge_with(kAlone).of(Invariant::C10)), "not judged");
  history.erase(history.begin() + 6);  // no outcome is unknown
  EXPECT_EQ(in_words(judge_with(kAlone).of(Invariant::C10)), "nothing to judge");
  line(3).answered = kNever;
  line(3).told = Told::Unknown;
  line(3).stands = HistoryRow::Stands::Nowhere;
  history.erase(history.begin() + 3);
  EXPECT_EQ(in_words(judge_with(kStore).of(Invariant::C10)), "ok") << "the store has what became of it";
}

TEST_F(CheckFixture, APlaceWhoseTicketNoOneAskedForIsJudgedByTheStore) {
  history.erase(history.begin() + 3);
  EXPECT_EQ(judge_with(kAlone).of(Invariant::C4).not_judged, 1);
  EXPECT_EQ(judge_with(kBoth).of(Invariant::C4).not_judged, 0);
}

// --- C1: never more than the stock

TEST_F(CheckFixture, ASequenceToldToTwoUsersIsFound) {
  add(press(9, 13, 26).told(Code::Success, 7).coupon(1));
  expect_found(Invariant::C1, "policy 7: user 1 and user 9 were both told sequence 1 (lines 2, 10)");
}

TEST_F(CheckFixture, ASequenceAboveTheStockIsFound) {
  add(press(9, 13, 26).told(Code::Success, 7).coupon(3));
  expect_found(Invariant::C1, "policy 7, user 9 (line 10): told sequence 3, more than the stock of 2");
}

TEST_F(CheckFixture, ARaisedStockIsNoReasonToComplain) {
  add(command(Kind::Change, 14, 16, 3, 2));
  add(press(9, 100, 110).told(Code::Success, 6).coupon(3));
  line(5) = press(3, 11, 13).told(Code::SoldOut, 3);
  line(9) = press(6, 11, 14).early(Code::SoldOut, 4);
  line(3).answered = line(4).answered = Moment{milliseconds{12}};
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, MoreRowsThanTheStockAreFound) {
  store.coupons.push_back(store.coupons.back());
  store.coupons.back().coupon = {kPolicy, 3, UserId{9}, 1, Timestamp{}, 4};
  expect_found(Invariant::C1, "policy 7: 3 coupons in the store are more than the stock of 2",
               {kStore, kBoth});
}

TEST_F(CheckFixture, WhatOthersMayHaveRaisedIsNoReasonToComplain) {
  add(press(9, 100, 110).told(Code::Success, 6).coupon(3));
  EXPECT_EQ(judge_with(kAlone).of(Invariant::C1).violations, 1);
  EXPECT_EQ(judge_with(kAlone).of(Invariant::C6).violations, 2);  // behind losers, by time and by place
  evidence.alone = false;
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, AnUnknownStockIsSaid) {
  history.erase(history.begin());
  const Report report = judge_with(kAlone);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.of(Invariant::C1).notes, std::vector<std::string>{"the stock of policy 7 is not known"});
  EXPECT_TRUE(judge_with(kStore).of(Invariant::C1).notes.empty());
  for (const Invariant check : {Invariant::C1, Invariant::C3, Invariant::C9}) {
    EXPECT_EQ(report.of(check).looked_at, 0) << check::name_of(check);
    EXPECT_EQ(in_words(report.of(check)), "not judged") << check::name_of(check);
  }
}

// --- C2: one a user

TEST_F(CheckFixture, AUserToldTwoSequencesIsFound) {
  line(6).sequence = 2;
  expect_found(Invariant::C2, "policy 7: user 1 was told two sequences, 1 and 2 (lines 2, 6)");
}

TEST_F(CheckFixture, AUserToldSuccessTwiceIsFound) {
  line(6) = press(1, 60, 70).told(Code::Success, 4).coupon(1);
  expect_found(Invariant::C2, "policy 7: user 1 was told SUCCESS twice (lines 2, 6)");
}

TEST_F(CheckFixture, TwoCouponsOfOneUserInTheStoreAreFound) {
  coupon_of(2).coupon.user = UserId{1};
  expect_found(Invariant::C2, "policy 7: user 1 holds two coupons", {kStore, kBoth});
}

// --- C3: asked for, without gaps

TEST_F(CheckFixture, ASequenceThatNobodyWasToldIsFound) {
  line(4).code = Code::SoldOut;
  line(4).sequence = 0;
  line(2).sequence = line(6).sequence = 2;
  history.erase(history.begin() + 6);  // and no outcome is unknown
  expect_found(Invariant::C3, "policy 7: 1 sequences, from 1 on, were told to nobody");
}

TEST_F(CheckFixture, ASequenceOfSomebodyWhoWasNeverAnsweredIsNone) {
  line(3) = press(2, 12, 0);
  line(4) = press(8, 12, 0);
  line(2).sequence = line(6).sequence = 2;
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, ACouponNobodyAskedForIsFound) {
  coupon_of(2).coupon.user = UserId{77};
  expect_found(Invariant::C3, "coupon 2 of user 77", {kStore});
  expect_found(Invariant::C3, "nobody asked for coupon 2", {kBoth});
}

TEST_F(CheckFixture, AMissingSequenceInTheStoreIsFound) {
  store.coupons.erase(store.coupons.begin());
  expect_found(Invariant::C3, "policy 7: sequence 1 is missing or twice in the store", {kStore, kBoth});
}

TEST_F(CheckFixture, SequencesAgainstTheOrderOfTheJournalAreFound) {
  std::swap(coupon_of(1).coupon.offset, coupon_of(2).coupon.offset);
  expect_found(Invariant::C3, "policy 7: sequence 2 is not in journal order", {kStore, kBoth});
}

// --- C4: an outcome for everybody

TEST_F(CheckFixture, ATicketThatNobodyKnowsIsFound) {
  line(4) = ask_ticket(2, 30, 31).lost(2);
  expect_found(Invariant::C4, "policy 7, user 2 (line 4): nobody knows the ticket that was given (line 3)");
}

TEST_F(CheckFixture, AnAcknowledgedRequestWithoutAnOutcomeIsFound) {
  add(press(9, 100, 110).pending(44));
  expect_found(Invariant::C4, "acknowledged at partition 0, offset 44, where the store has no outcome",
               {kStore});
  expect_found(Invariant::C4, "acknowledged at partition 0, offset 44, where no record is", {kBoth});
}

TEST_F(CheckFixture, WhatIsNotSavedYetIsNoneWhileTheServerRuns) {
  evidence.at_rest = false;
  store.positions[0].next_offset = 3;
  store.positions[0].state = store.batches[0].after;
  store.batches.pop_back();
  expect_clean();
}

TEST_F(CheckFixture, ACouponThatWasToldAndIsLostIsFound) {
  store.coupons.pop_back();
  expect_found(Invariant::C4, "policy 7, user 2 (line 4): told of coupon 2, which the store does not have",
               {kStore, kBoth});
}

TEST_F(CheckFixture, PendingWithoutATicketIsFound) {
  line(3).stands = HistoryRow::Stands::Nowhere;
  expect_found(Invariant::C4, "PENDING without a place");
}

// --- C5: the store is what the journal decides

TEST_F(CheckFixture, ACouponOfAnotherUserIsFound) {
  coupon_of(2).coupon.user = UserId{3};
  expect_found(Invariant::C5,
               "policy 7: by the journal coupon 2 of user 2 from partition 0, offset 2, in the store coupon "
               "2 of user 3",
               {kBoth});
}

TEST_F(CheckFixture, ACodeChangedByHandIsFound) {
  store.batches[1].codes[1] = 1;
  expect_found(Invariant::C5, "code 1 is stored at partition 0, offset 4, the journal says 3", {kBoth});
}

TEST_F(CheckFixture, AWrongCountIsFound) {
  store.policies[0].active_count = 1;
  expect_found(Invariant::C5, "policy 7: it differs: issued 2 by the journal, 1 in the store", {kBoth});
}

// --- C6: first come, first served

TEST_F(CheckFixture, ALaterRequestAheadOfAnEarlierAnswerIsFound) {
  line(2).sent = Moment{milliseconds{26}};
  line(2).answered = Moment{milliseconds{28}};
  expect_found(Invariant::C6,
               "user 1 (line 2): stands at partition 0, offset 1, not behind partition 0, offset 2");
}

TEST_F(CheckFixture, ALowerSequenceForWhoCameLaterIsFound) {
  line(2) = press(1, 33, 36).told(Code::Success, 4).coupon(1);
  line(6).sent = Moment{milliseconds{75}};
  expect_found(
      Invariant::C6,
      "user 1 (line 2): told sequence 1, not behind 2, which was answered before this was sent (line 4)");
}

TEST_F(CheckFixture, AWinnerBehindALoserIsFound) {
  line(5) = press(3, 7, 9).told(Code::SoldOut, 3);
  expect_found(
      Invariant::C6,
      "user 1 (line 2): told SUCCESS, though user 3 had been told SOLD_OUT before this was sent (line 5)");
}

TEST_F(CheckFixture, ATicketOfALoserAskedForAfterTheStockWasRaisedIsNone) {
  add(command(Kind::Change, 60, 65, 3, 2));
  line(9) = press(6, 55, 58).early(Code::SoldOut, 5);
  add(ask_ticket(3, 100, 101).told(Code::SoldOut, 3));
  add(press(9, 110, 120).told(Code::Success, 6).coupon(3));
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, AWinnerBehindALoserWhoWasRefusedEarlyIsFound) {
  line(9) = press(6, 7, 9).early(Code::SoldOut, 1);
  expect_found(Invariant::C6,
               "user 1 (line 2): told SUCCESS, though user 6 had been told SOLD_OUT before this was sent");
}

TEST_F(CheckFixture, AWinnerAtAPlaceBehindALosersIsFound) {
  line(5) = press(3, 11, 50).told(Code::SoldOut, 1);
  line(2).offset = 2;
  line(3).offset = line(4).offset = 3;
  expect_found(
      Invariant::C6,
      "told SUCCESS at partition 0, offset 2, where it had been sold out since partition 0, offset 1");
}

TEST_F(CheckFixture, AnEarlyRefusalFromTooLongAgoIsFound) {
  line(9) = press(6, 1'100, 1'110).early(Code::SoldOut, 3);  // offset 3 was answered at 50
  expect_found(Invariant::C6, "user 6 (line 9): refused early with SOLD_OUT as of partition 0, offset 3");
  evidence.max_staleness = milliseconds{1'200};
  EXPECT_TRUE(judge_with(kBoth).clean()) << as_table(judge_with(kBoth));
}

TEST_F(CheckFixture, AnEarlyRefusalThatWasNotTrueAtItsPlaceIsFound) {
  line(9).offset = 2;
  expect_found(Invariant::C6,
               "refused early with SOLD_OUT as of partition 0, offset 2, where the journal says SUCCESS",
               {kBoth});
}

TEST_F(CheckFixture, UnknownAfterItWasKnownIsFound) {
  add(press(9, 100, 110).told(Code::UnknownPolicy, 8));
  expect_found(Invariant::C6, "told UNKNOWN_POLICY, though an answer before had shown that it exists");
}

TEST_F(CheckFixture, SoldOutAfterItWasClosedIsFound) {
  add(command(Kind::Close, 100, 110, 2, 2));
  add(press(9, 120, 130).told(Code::SoldOut, 8));
  expect_found(Invariant::C6, "policy 7, user 9 (line 11): told SOLD_OUT, though it had been closed before");
}

// --- C7: what was told never changes

TEST_F(CheckFixture, ATicketWhoseAnswerChangesIsFound) {
  add(ask_ticket(3, 200, 201).told(Code::Success, 3).coupon(2));
  expect_found(Invariant::C7, "user 3 (line 10): a ticket says SUCCESS 2 that said SOLD_OUT (line 5)");
}

TEST_F(CheckFixture, AWinnerWhoIsRefusedLaterIsFound) {
  add(press(1, 100, 110).told(Code::SoldOut, 8));
  expect_found(Invariant::C7,
               "user 1 (line 10): asked again and was told SOLD_OUT, though they hold coupon 1 (line 2)");
}

TEST_F(CheckFixture, AWinnerOfAClosedPolicyIsToldClosed) {
  add(command(Kind::Close, 100, 110, 2, 2));
  add(press(1, 120, 130).told(Code::Closed, 6));
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, AnotherTimeOfIssueIsFound) {
  line(6).issued_at += milliseconds{1};
  expect_found(Invariant::C7, "policy 7: user 1 was told two times of issue (lines 2, 6)");
}

TEST_F(CheckFixture, ASequenceThatIsNotTheStoredOneIsFound) {
  line(4).sequence = 1;
  line(2).sequence = line(6).sequence = 2;
  expect_found(Invariant::C7, "user 1 (line 2): told of coupon 2, the store says 1", {kStore, kBoth});
  expect_found(Invariant::C7, "user 1 (line 2): told sequence 2, the journal says 1", {kBoth});
}

TEST_F(CheckFixture, AnOutcomeThatIsNotTheStoredOneIsFound) {
  line(5).code = Code::Paused;
  expect_found(Invariant::C7, "told PAUSED at partition 0, offset 3, the store says SOLD_OUT", {kStore});
  expect_found(Invariant::C7, "told PAUSED at partition 0, offset 3, the journal says SOLD_OUT", {kBoth});
}

TEST_F(CheckFixture, OnePlaceGivenToTwoCallersIsFound) {
  line(5).offset = 2;
  expect_found(Invariant::C7, "user 3 (line 5): another caller was given partition 0, offset 2 too (line 3)");
}

TEST_F(CheckFixture, AnAnswerThatAnswersNobodyIsFound) {
  line(5).code = Code::Forwarded;
  expect_found(Invariant::C7, "told FORWARDED, which answers nobody");
}

TEST_F(CheckFixture, AnAnswerWithoutAPlaceIsFound) {
  line(5).stands = HistoryRow::Stands::Nowhere;
  expect_found(Invariant::C7, "user 3 (line 5): told SOLD_OUT without a place");
}

TEST_F(CheckFixture, AnothersTicketIsFound) {
  line(5).ticket_of_another = true;
  expect_found(Invariant::C7, "user 3 (line 5): got the ticket of somebody else's request");
}

// --- C8: batches tile the journal

TEST_F(CheckFixture, ALostBatchIsFound) {
  store.batches.erase(store.batches.begin());
  expect_found(Invariant::C8, "a batch begins at partition 0, offset 3, the one before it ended at 0",
               {kStore, kBoth});
}

TEST_F(CheckFixture, BatchesThatOverlapAreFound) {
  store.batches[1].first_offset = 2;
  expect_found(Invariant::C8, "a batch begins at partition 0, offset 2, the one before it ended at 3",
               {kStore, kBoth});
}

TEST_F(CheckFixture, APositionBehindTheJournalsEndIsFound) {
  journal.pop_back();
  expect_found(Invariant::C8, "is behind the journal's last record at 3", {kBoth});
}

TEST_F(CheckFixture, ATailThatIsNotSavedAtRestIsFound) {
  store.positions[0].next_offset = 3;
  store.batches.pop_back();
  expect_found(Invariant::C8, "at rest the position must be partition 0, offset 5, it is 3", {kBoth});
}

// --- C9: no under-issue

TEST_F(CheckFixture, SoldOutWhileACouponIsNobodysIsFound) {
  line(4).code = Code::SoldOut;
  line(4).sequence = 0;
  history.erase(history.begin() + 6);
  expect_found(Invariant::C9, "told SOLD_OUT, but only 1 of 2 coupons are anybody's");
}

TEST_F(CheckFixture, SoldOutBeforeTheLastCouponIsFound) {
  line(5).offset = 2;
  expect_found(Invariant::C9, "user 3 (line 5): told SOLD_OUT while 1 of 2 were issued", {kStore, kBoth});
}

// --- C10: unknown outcomes, once or not at all

TEST_F(CheckFixture, ACouponOfSomebodyWhoWasOnlyRefusedIsFound) {
  coupon_of(2).coupon.user = UserId{5};  // who was told that nothing was appended
  expect_found(
      Invariant::C10,
      "coupon 2 of user 5 from partition 0, offset 2 stands in the store, though every answer refused it",
      {kStore, kBoth});
}

TEST_F(CheckFixture, ACouponThatNoRequestCanHaveWonIsFound) {
  line(2) = press(1, 10, 20).not_taken();
  expect_found(Invariant::C10, "user 1 (line 6): holds coupon 1, which none of their requests can have won");
}

TEST_F(CheckFixture, AnUnknownOutcomeThatWasAppendedTwiceIsFound) {
  journal.push_back({R"({"userId":4,"policyId":7,"sequenceNumber":905})"});
  expect_found(Invariant::C10,
               "policy 7, user 4: 2 records, where 0 callers were given a place and 1 may have one", {kBoth});
}

TEST_F(CheckFixture, AnUnknownOutcomeMayAlsoBeThatItNeverArrived) {
  journal.pop_back();
  store.positions[0].next_offset = 4;
  store.positions[0].state.clock -= milliseconds{1};
  store.batches[1] = {0, 3, {3}, store.positions[0].state};
  line(6).offset = line(9).offset = 4;
  expect_clean();
}

TEST_F(CheckFixture, ASequenceNumberOfTwoDifferentRecordsIsFound) {
  journal.push_back({R"({"userId":4,"policyId":7,"sequenceNumber":904,"requestedAt":"later"})"});
  expect_found(Invariant::C10, "sequence number 904 is that of two different records", {kBoth});
}

TEST_F(CheckFixture, ARecordThatItsProducerAppendedAgainIsNoted) {
  journal.push_back(journal.back());
  store.positions[0].next_offset = 6;
  store.positions[0].state.clock += milliseconds{1};
  store.batches[1] = {0, 3, {3, 3, 3}, store.positions[0].state};
  const Report report = judge_with(Given::StoreAndJournal);
  EXPECT_TRUE(report.clean()) << as_table(report);
  EXPECT_THAT(
      report.of(Invariant::C10).notes,
      testing::Contains("1 records were appended again by their producer; 1 of the copies changed nothing"));
}

TEST_F(CheckFixture, ARequestThatWasNotTakenAndStillIsInTheJournalIsFound) {
  journal.push_back({R"({"userId":5,"policyId":7,"sequenceNumber":905})"});
  expect_found(Invariant::C10,
               "policy 7, user 5: 1 records, where 0 callers were given a place and 0 may have one", {kBoth});
}

// --- others

TEST_F(CheckFixture, WhatOthersAskedForIsTheirsWhenThereAreOthers) {
  coupon_of(2).coupon.user = UserId{77};
  line(3) = press(2, 12, 25).told(Code::SoldOut, 3);
  history.erase(history.begin() + 3);
  line(4).offset = 4;
  evidence.alone = false;
  EXPECT_EQ(judge_with(kStore).of(Invariant::C3).violations, 0) << as_table(judge_with(kStore));
  evidence.alone = true;
  EXPECT_EQ(judge_with(kStore).of(Invariant::C3).violations, 1);
}

TEST_F(CheckFixture, OnlyTheFirstViolationsArePutIntoWords) {
  for (int i = 0; i < 20; ++i) add(press(100 + i, 13, 26).told(Code::Forwarded, 10 + i));
  const Report report = judge_with(kAlone, 3);
  EXPECT_EQ(report.of(Invariant::C7).violations, 20);
  EXPECT_EQ(report.of(Invariant::C7).first.size(), 3U);
  EXPECT_NE(as_table(report).find("and 17 more"), std::string::npos) << as_table(report);
}

// --- imports -------------------------------------------------------------------------------------------

TEST_F(CheckFixture, ImportedCouponsNobodyHereAskedForAreNone) {
  import_first_coupon();
  expect_clean();
}

TEST_F(CheckFixture, AnImportWithAWrongHashIsNotOneByTheModel) {
  import_first_coupon();
  journal[1].value.replace(journal[1].value.find("hash\":\"") + 7, 4, "0000");
  expect_found(Invariant::C5, "policy 7: change 2 was made by nobody", {kBoth});
}

TEST_F(CheckFixture, AnImportedCouponOfAnotherUserInTheStoreIsFound) {
  import_first_coupon();
  coupon_of(1).coupon.user = UserId{77};
  expect_found(Invariant::C5, "in the store coupon 1", {kBoth});
}

}  // namespace
}  // namespace firstcome::check
