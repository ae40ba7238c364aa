#include "check/judge.h"

#include "test/kits/check/check_fixture.h"

#include <gmock/gmock.h>

/// Each test adds one violation to a correct run and names the evidence that must show it.
namespace firstcome::check {
namespace {

using Kind = PolicyCommand::Kind;

TEST_F(CheckFixture, ACorrectRunIsClean) { expect_clean(); }

TEST_F(CheckFixture, EveryCheckCountsWhatItLooksAt) {
  const Report report = judge_with(kBoth);
  // coupon_commands_test.cpp has the commands of coupons, C11.
  for (std::size_t i = 0; i < kChecks - 1; ++i) {
    EXPECT_GT(report.of(static_cast<Invariant>(i)).judged, 0) << check::name_of(static_cast<Invariant>(i));
  }
}

TEST_F(CheckFixture, EachItemCountsOnceEvenIfSeveralSourcesHaveIt) {
  const auto counts = [this](Given given) {
    const Report report = judge_with(given);
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;  // judged, not judged
    for (std::size_t i = 0; i < kChecks; ++i) {
      const Verdict& verdict = report.of(static_cast<Invariant>(i));
      pairs.emplace_back(verdict.judged, verdict.not_judged);
    }
    return pairs;
  };
  using Counts = std::vector<std::pair<std::int64_t, std::int64_t>>;
  // 2 coupons, 6 users, 2 coupons, 3 places, 7 rows of the store, 5 answers for the order, 5 decided answers,
  // 2 batches, 2 SOLD_OUT, 1 unknown outcome, no coupon with a command.
  EXPECT_EQ(counts(kBoth),
            (Counts{{2, 0}, {6, 0}, {2, 0}, {3, 0}, {7, 0}, {5, 0}, {5, 0}, {2, 0}, {2, 0}, {1, 0}, {0, 0}}));
  EXPECT_EQ(counts(kAlone),
            (Counts{{2, 0}, {6, 0}, {2, 0}, {3, 0}, {0, 0}, {5, 0}, {2, 3}, {0, 0}, {2, 0}, {0, 1}, {0, 0}}));
}

TEST_F(CheckFixture, ItemsThatAreNotJudgedAreReported) {
  EXPECT_EQ(verdict_text(judge_with(kAlone).of(Invariant::C5)), "not judged");
  EXPECT_EQ(verdict_text(judge_with(kAlone).of(Invariant::C7)), "ok, 3 not judged");
  EXPECT_EQ(verdict_text(judge_with(kAlone).of(Invariant::C10)), "not judged");
  history.erase(history.begin() + 6);  // now no outcome is unknown
  EXPECT_EQ(verdict_text(judge_with(kAlone).of(Invariant::C10)), "nothing to judge");
  line(3).answered = kNever;
  line(3).response = ResponseKind::Unknown;
  line(3).place_kind = PlaceKind::None;
  history.erase(history.begin() + 3);
  EXPECT_EQ(verdict_text(judge_with(kStore).of(Invariant::C10)), "ok") << "the store has its result";
}

TEST_F(CheckFixture, APlaceWithoutATicketRequestIsJudgedByTheStore) {
  history.erase(history.begin() + 3);
  EXPECT_EQ(judge_with(kAlone).of(Invariant::C4).not_judged, 1);
  EXPECT_EQ(judge_with(kBoth).of(Invariant::C4).not_judged, 0);
}

// --- C1: never more active coupons than the stock

TEST_F(CheckFixture, ASequenceOfTwoUsersIsFound) {
  add(press(9, 13, 26).decided(Code::Success, 7).coupon(1));
  expect_found(Invariant::C1, "policy 7: user 1 and user 9 both got sequence 1 (lines 2, 10)");
}

TEST_F(CheckFixture, ASequenceAboveTheStockIsFound) {
  add(press(9, 13, 26).decided(Code::Success, 7).coupon(3));
  expect_found(Invariant::C1, "policy 7, user 9 (line 10): got sequence 3, but the stock is 2");
}

TEST_F(CheckFixture, ARaisedStockIsNoViolation) {
  add(command(Kind::Change, 14, 16, 3, 2));
  add(press(9, 100, 110).decided(Code::Success, 6).coupon(3));
  line(5) = press(3, 11, 13).decided(Code::SoldOut, 3);
  line(9) = press(6, 11, 14).early(Code::SoldOut, 4);
  line(3).answered = line(4).answered = Moment{milliseconds{12}};
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, MoreRowsThanTheStockAreFound) {
  store.coupons.push_back(store.coupons.back());
  store.coupons.back().coupon = {kPolicy, 3, UserId{9}, 1, Timestamp{}, 4};
  expect_found(Invariant::C1, "policy 7: the store has 3 coupons, but the stock is 2", {kStore, kBoth});
}

TEST_F(CheckFixture, AStockThatOthersMayHaveRaisedIsNoViolation) {
  add(press(9, 100, 110).decided(Code::Success, 6).coupon(3));
  EXPECT_EQ(judge_with(kAlone).of(Invariant::C1).violations, 1);
  EXPECT_EQ(judge_with(kAlone).of(Invariant::C6).violations, 2);  // after losers, by time and by place
  evidence.complete = false;
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, AnUnknownStockIsNoted) {
  history.erase(history.begin());
  const Report report = judge_with(kAlone);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.of(Invariant::C1).notes, std::vector<std::string>{"the stock of policy 7 is not known"});
  EXPECT_TRUE(judge_with(kStore).of(Invariant::C1).notes.empty());
  for (const Invariant check : {Invariant::C1, Invariant::C3, Invariant::C9}) {
    EXPECT_EQ(report.of(check).judged, 0) << check::name_of(check);
    EXPECT_EQ(verdict_text(report.of(check)), "not judged") << check::name_of(check);
  }
}

// --- C2: one coupon per user and ordinal

TEST_F(CheckFixture, AUserWithTwoSequencesIsFound) {
  line(6).sequence = 2;
  expect_found(Invariant::C2, "policy 7: user 1 got two sequences, 1 and 2 (lines 2, 6)");
}

TEST_F(CheckFixture, TwoSuccessesOfOneUserAreFound) {
  line(6) = press(1, 60, 70).decided(Code::Success, 4).coupon(1);
  expect_found(Invariant::C2, "policy 7: user 1 got SUCCESS twice (lines 2, 6)");
}

TEST_F(CheckFixture, TwoCouponsOfOneUserInTheStoreAreFound) {
  coupon_of(2).coupon.user = UserId{1};
  expect_found(Invariant::C2, "policy 7: user 1 has two coupons", {kStore, kBoth});
}

// --- C3: requested, without gaps

TEST_F(CheckFixture, ASequenceThatNoUserGotIsFound) {
  line(4).code = Code::SoldOut;
  line(4).sequence = 0;
  line(2).sequence = line(6).sequence = 2;
  history.erase(history.begin() + 6);  // and no outcome is unknown
  expect_found(Invariant::C3, "policy 7: no user got 1 sequences, from 1 on");
}

TEST_F(CheckFixture, ASequenceOfAUserWithoutAResponseIsNoViolation) {
  line(3) = press(2, 12, 0);
  line(4) = press(8, 12, 0);
  line(2).sequence = line(6).sequence = 2;
  EXPECT_TRUE(judge_with(kAlone).clean()) << as_table(judge_with(kAlone));
}

TEST_F(CheckFixture, ACouponWithoutARequestIsFound) {
  coupon_of(2).coupon.user = UserId{77};
  expect_found(Invariant::C3, "coupon 2 of user 77 from partition 0, offset 2, but this user sent no request",
               {kStore});
  expect_found(Invariant::C3,
               "coupon 2 of user 77 from partition 0, offset 2 has no request of this user in the journal",
               {kBoth});
}

TEST_F(CheckFixture, AMissingSequenceInTheStoreIsFound) {
  store.coupons.erase(store.coupons.begin());
  expect_found(Invariant::C3, "policy 7: sequence 1 is missing or duplicate in the store", {kStore, kBoth});
}

TEST_F(CheckFixture, SequencesAgainstTheOrderOfTheJournalAreFound) {
  std::swap(coupon_of(1).coupon.offset, coupon_of(2).coupon.offset);
  expect_found(Invariant::C3, "policy 7: sequence 2 is not in journal order", {kStore, kBoth});
}

// --- C4: a result for every request

TEST_F(CheckFixture, ALostTicketIsFound) {
  line(4) = ask_ticket(2, 30, 31).not_found(2);
  expect_found(Invariant::C4,
               "policy 7, user 2 (line 4): the server returned 404 for a ticket that it gave (line 3)");
}

TEST_F(CheckFixture, AnAcknowledgedRequestWithoutAResultIsFound) {
  add(press(9, 100, 110).pending(44));
  expect_found(Invariant::C4, "acknowledged at partition 0, offset 44, but the store has no result for it",
               {kStore});
  expect_found(Invariant::C4, "acknowledged at partition 0, offset 44, but the journal has no record there",
               {kBoth});
}

TEST_F(CheckFixture, UnsavedDecisionsAreNoViolationWhileTheServerRuns) {
  evidence.at_rest = false;
  store.positions[0].next_offset = 3;
  store.positions[0].state = store.batches[0].after;
  store.batches.pop_back();
  expect_clean();
}

TEST_F(CheckFixture, AReportedCouponThatIsNotStoredIsFound) {
  store.coupons.pop_back();
  expect_found(Invariant::C4, "policy 7, user 2 (line 4): got coupon 2, but the store does not have it",
               {kStore, kBoth});
}

TEST_F(CheckFixture, PendingWithoutATicketIsFound) {
  line(3).place_kind = PlaceKind::None;
  expect_found(Invariant::C4, "got PENDING without a ticket");
}

// --- C5: the store equals the decisions of the journal

TEST_F(CheckFixture, ACouponOfAnotherUserIsFound) {
  coupon_of(2).coupon.user = UserId{3};
  expect_found(Invariant::C5,
               "policy 7: the journal has coupon 2 of user 2 from partition 0, offset 2, but the store has "
               "coupon 2 of user 3",
               {kBoth});
}

TEST_F(CheckFixture, ACodeChangedByHandIsFound) {
  store.batches[1].codes[1] = 1;
  expect_found(Invariant::C5, "code 1 is stored at partition 0, offset 4, but the journal has 3", {kBoth});
}

TEST_F(CheckFixture, AWrongCountIsFound) {
  store.policies[0].active_count = 1;
  expect_found(Invariant::C5,
               "policy 7 differs: the journal has 2 active coupons and revision 1, the store has 1 and",
               {kBoth});
}

// --- C8: batches cover the journal

TEST_F(CheckFixture, ALostBatchIsFound) {
  store.batches.erase(store.batches.begin());
  expect_found(Invariant::C8, "a batch begins at partition 0, offset 3, but the batch before it ends at 0",
               {kStore, kBoth});
}

TEST_F(CheckFixture, BatchesThatOverlapAreFound) {
  store.batches[1].first_offset = 2;
  expect_found(Invariant::C8, "a batch begins at partition 0, offset 2, but the batch before it ends at 3",
               {kStore, kBoth});
}

TEST_F(CheckFixture, APositionAfterTheEndOfTheJournalIsFound) {
  journal.pop_back();
  expect_found(Invariant::C8, "is after the last record of the journal (offset 3)", {kBoth});
}

TEST_F(CheckFixture, ATailThatIsNotSavedAtRestIsFound) {
  store.positions[0].next_offset = 3;
  store.batches.pop_back();
  expect_found(Invariant::C8,
               "not everything is saved: the position is partition 0, offset 3, but the journal ends at 5",
               {kBoth});
}

// --- C9: no under-issue

TEST_F(CheckFixture, SoldOutWhileACouponHasNoOwnerIsFound) {
  line(4).code = Code::SoldOut;
  line(4).sequence = 0;
  history.erase(history.begin() + 6);
  expect_found(Invariant::C9, "got SOLD_OUT, but only 1 of 2 coupons have an owner");
}

TEST_F(CheckFixture, SoldOutBeforeTheLastCouponIsFound) {
  line(5).offset = 2;
  expect_found(Invariant::C9, "user 3 (line 5): got SOLD_OUT when 1 of 2 coupons were issued",
               {kStore, kBoth});
}

// --- C10: unknown outcomes, once or not at all

TEST_F(CheckFixture, ACouponOfAUserWithRefusalsOnlyIsFound) {
  coupon_of(2).coupon.user = UserId{5};  // whose request was not appended
  expect_found(
      Invariant::C10,
      "the store has coupon 2 of user 5 from partition 0, offset 2, but every response to this user is a refusal",
      {kStore, kBoth});
}

TEST_F(CheckFixture, ThatAnIssuerClosesThePolicyNeedsNoRequest) {
  const std::string close =
      R"({"command":"close","policyId":7,"revision":1,"who":"firstcome","sequenceNumber":0})";
  journal.push_back({close, true});
  store.changes.push_back({kPolicy, 2, 5, from_millis(to_millis(store.positions[0].state.clock) + 1), close});
  store.policies[0].state = PolicyState::Closed;
  store.policies[0].revision = 2;
  store.positions[0].next_offset = 6;
  store.positions[0].state.clock += milliseconds{1};
  store.batches[1] = {0, 3, {3, 3, 12}, store.positions[0].state};
  expect_clean();
}

TEST_F(CheckFixture, ACouponThatNoRequestCanHaveWonIsFound) {
  line(2) = press(1, 10, 20).not_appended();
  expect_found(Invariant::C10, "user 1 (line 6): owns coupon 1, but no request of this user can have won it");
}

TEST_F(CheckFixture, AnUnknownOutcomeThatWasAppendedTwiceIsFound) {
  journal.push_back({R"({"userId":4,"policyId":7,"sequenceNumber":905})"});
  expect_found(Invariant::C10,
               "policy 7, user 4: the journal has 2 records, but 0 requests were acknowledged and 1 have an "
               "unknown outcome",
               {kBoth});
}

TEST_F(CheckFixture, ARequestWithAnUnknownOutcomeMayHaveNoRecord) {
  journal.pop_back();
  store.positions[0].next_offset = 4;
  store.positions[0].state.clock -= milliseconds{1};
  store.batches[1] = {0, 3, {3}, store.positions[0].state};
  line(6).offset = line(9).offset = 4;
  expect_clean();
}

TEST_F(CheckFixture, ASequenceNumberOfTwoDifferentRecordsIsFound) {
  journal.push_back({R"({"userId":4,"policyId":7,"sequenceNumber":904,"requestedAt":"later"})"});
  expect_found(Invariant::C10, "two different records have the sequence number 904", {kBoth});
}

TEST_F(CheckFixture, ARecordThatItsProducerAppendedAgainIsNoted) {
  journal.push_back(journal.back());
  store.positions[0].next_offset = 6;
  store.positions[0].state.clock += milliseconds{1};
  store.batches[1] = {0, 3, {3, 3, 3}, store.positions[0].state};
  const Report report = judge_with(Given::StoreAndJournal);
  EXPECT_TRUE(report.clean()) << as_table(report);
  EXPECT_THAT(report.of(Invariant::C10).notes,
              testing::Contains("producers appended 1 records again; 1 of the copies had no effect"));
}

TEST_F(CheckFixture, ARecordOfARequestThatWasNotAppendedIsFound) {
  journal.push_back({R"({"userId":5,"policyId":7,"sequenceNumber":905})"});
  expect_found(Invariant::C10,
               "policy 7, user 5: the journal has 1 records, but 0 requests were acknowledged and 0 have an "
               "unknown outcome",
               {kBoth});
}

// --- others

TEST_F(CheckFixture, CouponsOfOtherClientsAreNoViolation) {
  coupon_of(2).coupon.user = UserId{77};
  line(3) = press(2, 12, 25).decided(Code::SoldOut, 3);
  history.erase(history.begin() + 3);
  line(4).offset = 4;
  evidence.complete = false;
  EXPECT_EQ(judge_with(kStore).of(Invariant::C3).violations, 0) << as_table(judge_with(kStore));
  evidence.complete = true;
  EXPECT_EQ(judge_with(kStore).of(Invariant::C3).violations, 1);
}

TEST_F(CheckFixture, OnlyTheFirstViolationsGetAText) {
  for (int i = 0; i < 20; ++i) add(press(100 + i, 13, 26).decided(Code::Forwarded, 10 + i));
  const Report report = judge_with(kAlone, 3);
  EXPECT_EQ(report.of(Invariant::C7).violations, 20);
  EXPECT_EQ(report.of(Invariant::C7).first.size(), 3U);
  EXPECT_NE(as_table(report).find("and 17 more"), std::string::npos) << as_table(report);
}

// --- imports -------------------------------------------------------------------------------------------

TEST_F(CheckFixture, ImportedCouponsNeedNoRequests) {
  import_first_coupon();
  expect_clean();
}

TEST_F(CheckFixture, TheModelRefusesAnImportWithAWrongHash) {
  import_first_coupon();
  journal[1].value.replace(journal[1].value.find("hash\":\"") + 7, 4, "0000");
  expect_found(Invariant::C5, "policy 7: the store has change 2, but the journal does not", {kBoth});
}

TEST_F(CheckFixture, AnImportedCouponOfAnotherUserInTheStoreIsFound) {
  import_first_coupon();
  coupon_of(1).coupon.user = UserId{77};
  expect_found(Invariant::C5, "but the store has coupon 1", {kBoth});
}

}  // namespace
}  // namespace firstcome::check
