#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "domain/home.h"
#include "simulation.h"

/// Each test breaks a correct run in one way and expects that the check finds it.
namespace firstcome::simulation {
namespace {

using check::BatchFact;
using check::CouponFact;
using check::HistoryRow;
using check::Invariant;
using check::RequestKind;
using check::ResponseKind;

bool has_row(const LeftBehind& left, const std::function<bool(const HistoryRow&)>& what) {
  return std::any_of(left.evidence.history.begin(), left.evidence.history.end(), what);
}

/// Answered with the user's coupon while the policy still issued.
bool is_early_repeat(const check::NaiveModel& model, const HistoryRow& row) {
  const UserId stranger{987'654};
  return row.is_early() && row.code == Code::AlreadyIssued &&
         model.answer_before(row.policy, stranger, row.offset) == Code::Success;
}

/// A use of a coupon that no order has taken back.
bool is_lasting_use(const std::vector<HistoryRow>& history, const HistoryRow& row) {
  using Kind = CouponCommand::Kind;
  const bool restored = std::ranges::any_of(history, [&](const HistoryRow& other) {
    return other.coupon_command == Kind::Restore && other.sequence == row.sequence &&
           other.policy == row.policy;
  });
  return row.request == RequestKind::CouponCommand && row.coupon_command == Kind::Use &&
         row.got(Code::Accepted) && !restored;
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
  if (model.policy(coupons[0].coupon.policy)->imported > 0) return false;
  return has_row(left, [](auto& r) { return r.response == ResponseKind::Pending; }) &&
         has_row(left, [&](auto& r) { return is_lasting_use(left.evidence.history, r); }) &&
         has_row(left, [](auto& r) { return r.request == RequestKind::Ticket && r.code == Code::Success; }) &&
         has_row(left, [](auto& r) { return r.is_early() && r.code == Code::SoldOut; }) &&
         has_row(left, [](auto& r) { return r.is_early() && r.code == Code::AlreadyIssued; }) &&
         has_row(left, [&](auto& r) { return is_early_repeat(model, r); }) && has_row(left, [](auto& r) {
           return r.has_ticket() && r.got(Code::SoldOut) && r.request == RequestKind::Coupon;
         });
}

/// The run of the first seed that has everything that the tests below change.
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
    ASSERT_FALSE(history.empty()) << "no seed gives a run that has everything";
    ASSERT_TRUE(judge(left, 1).clean());
  }

  HistoryRow& row(const std::function<bool(const HistoryRow&)>& what) {
    const auto found = std::find_if(history.begin(), history.end(), what);
    EXPECT_NE(found, history.end());
    return *found;
  }
  HistoryRow& placed(Code code) {
    return row([=](auto& r) { return r.has_ticket() && r.got(code) && r.request == RequestKind::Coupon; });
  }
  HistoryRow& early(Code code) {
    return row([=](auto& r) { return r.is_early() && r.code == code; });
  }
  /// The first coupon of a policy without an import.
  CouponFact& coupon() {
    const auto found = std::find_if(store.coupons.begin(), store.coupons.end(), [&](const CouponFact& fact) {
      return std::any_of(history.begin(), history.end(), [&](const HistoryRow& row) {
        return row.request == RequestKind::Coupon && row.got(Code::Success) && row.sequence == 1 &&
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
    const bool is_found = std::any_of(found.begin(), found.end(), [&](const std::string& violation) {
      return violation.find(text) != std::string::npos;
    });
    EXPECT_TRUE(is_found) << "no violation of " << check::name_of(check) << " contains: " << text << "\n"
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
  expect_found(Invariant::C1, " coupons, but the stock is ");
}

TEST_F(APlantedViolation, OneSequenceOfTwoUsersIsFound) {
  HistoryRow other = placed(Code::Success);
  other.user = UserId{987'654};
  history.push_back(other);
  expect_found(Invariant::C1, "both got sequence");
}

TEST_F(APlantedViolation, TwoCouponsOfOneUserAreFound) {
  CouponFact second = coupon();
  second.coupon.sequence += 1'000;
  store.coupons.push_back(second);
  expect_found(Invariant::C2, "has two coupons");
}

TEST_F(APlantedViolation, AUserWithTwoSequencesIsFound) {
  HistoryRow again = placed(Code::Success);
  again.sequence += 1;
  history.push_back(again);
  expect_found(Invariant::C2, "got two sequences");
}

TEST_F(APlantedViolation, AMissingSequenceIsFound) {
  store.coupons.erase(store.coupons.begin());
  expect_found(Invariant::C3, "is missing or duplicate");
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

TEST_F(APlantedViolation, ACouponWithoutARequestIsFound) {
  coupon().coupon.user = UserId{987'654};
  expect_found(Invariant::C3, "has no request of this user in the journal");
}

// --- C4: outcomes

TEST_F(APlantedViolation, APendingRequestWithoutARecordIsFound) {
  HistoryRow& pending = row([](auto& r) { return r.response == ResponseKind::Pending; });
  pending.offset = left.journal.at(static_cast<std::size_t>(pending.partition)).end + 5;
  expect_found(Invariant::C4, "but the journal has no record there");
}

TEST_F(APlantedViolation, ARecordOfAnotherRequestIsFound) {
  placed(Code::Success).user = UserId{987'654};
  expect_found(Invariant::C4, "is of another request");
}

TEST_F(APlantedViolation, ALostMisroutedRecordIsFound) {
  for (LeftBehind::Partition& partition : left.journal) {
    std::erase_if(partition.records, [](const journal::SimulatedRecord& record) {
      return std::any_of(record.headers.begin(), record.headers.end(),
                         [](auto& h) { return h.first == "origin"; });
    });
  }
  expect_found(Invariant::C4, "was decided 0 times at its home");
}

TEST_F(APlantedViolation, ALostDeadLetterIsFound) {
  left.dead_letters.clear();
  expect_found(Invariant::C4, "is not in the dead letters");
}

TEST_F(APlantedViolation, AChangedDeadLetterIsFound) {
  for (journal::SimulatedRecord& letter : left.dead_letters) letter.value = "something else";
  expect_found(Invariant::C4, "differs from the original record");
}

// --- C5: the store against the model

TEST_F(APlantedViolation, ACouponOfAnotherUserIsFound) {
  coupon().coupon.user = UserId{987'654};
  expect_found(Invariant::C5, ": the journal has coupon");
}

TEST_F(APlantedViolation, AMissingCouponIsFound) {
  store.coupons.pop_back();
  expect_found(Invariant::C5, "is missing in the store");
}

TEST_F(APlantedViolation, AnExtraCouponIsFound) {
  CouponFact extra = coupon();
  extra.coupon.sequence = 999;
  store.coupons.push_back(extra);
  expect_found(Invariant::C5, ", but the journal does not");
}

TEST_F(APlantedViolation, AWrongCountIsFound) {
  ++store.policies.front().active_count;
  expect_found(Invariant::C5, " differs: the journal has");
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
  store.positions.front().halted_reason = "rows were changed by hand";
  expect_found(Invariant::C5, "is halted");
}

// --- C6: order and early refusals

TEST_F(APlantedViolation, ALaterRequestBeforeAnEarlierOneIsFound) {
  HistoryRow late = placed(Code::Success);
  late.sent = late.answered + std::chrono::minutes{1};
  late.answered = late.sent + milliseconds{5};
  const auto has_a_row = [&](Offset offset) {
    return std::ranges::any_of(history, [&](const HistoryRow& row) {
      return row.has_ticket() && row.place() == Place{late.partition, offset};
    });
  };
  late.offset = 0;
  while (has_a_row(late.offset))
    ++late.offset;  // a second row of a place would count as one that joined the first
  history.push_back(late);
  expect_found(Invariant::C6, "was reported before this request was sent");
}

TEST_F(APlantedViolation, AnEarlyRefusalThatIsWrongAtItsPlaceIsFound) {
  early(Code::SoldOut).offset = 0;
  expect_found(Invariant::C6, "but the journal has");
}

/// A cache that returns a coupon before the record that wins it is decided.
TEST_F(APlantedViolation, AnEarlyRepeatBeforeItsCouponIsDecidedIsFound) {
  const check::NaiveModel model = decide_naively(left);
  HistoryRow& repeat = row([&](auto& r) { return is_early_repeat(model, r); });
  repeat.offset = model.coupon(repeat.policy, repeat.sequence)->offset;
  expect_found(Invariant::C6, "refused early with ALREADY_ISSUED as of");
  expect_found(Invariant::C6, "but the journal has SUCCESS there");
}

/// A cache that keeps a coupon although the partition was loaded again with another one, or of another user.
TEST_F(APlantedViolation, AnEarlyRepeatWithAnotherCouponIsFound) {
  const check::NaiveModel model = decide_naively(left);
  row([&](auto& r) { return is_early_repeat(model, r); }).user = UserId{987'654};
  expect_found(Invariant::C6, "refused early with ALREADY_ISSUED as of");
  expect_found(Invariant::C7, "with a coupon that is not the user's");
}

TEST_F(APlantedViolation, AStaleEarlyRefusalIsFound) {
  const check::ChangeFact& created = store.changes.front();
  HistoryRow stale = early(Code::SoldOut);
  stale.policy = created.policy;
  stale.user = UserId{987'654};
  stale.code = Code::UnknownPolicy;
  stale.set_place(check::PlaceKind::AsOf, {home(created.policy, left.home_partitions), 0});
  stale.answered += std::chrono::minutes{1};
  history.push_back(stale);
  expect_found(Invariant::C6, "which is older than max-staleness");
}

TEST_F(APlantedViolation, ASuccessWithoutATicketIsFound) {
  early(Code::SoldOut).code = Code::Success;
  expect_found(Invariant::C6, "got SUCCESS without a ticket");
}

// --- C7: answers never change

TEST_F(APlantedViolation, ASuccessThatTheJournalRefusedIsFound) {
  placed(Code::SoldOut).code = Code::Success;
  expect_found(Invariant::C7, "but the journal has SOLD_OUT");
}

TEST_F(APlantedViolation, AWrongSequenceIsFound) {
  placed(Code::Success).sequence += 1;
  expect_found(Invariant::C7, "got sequence");
}

TEST_F(APlantedViolation, ATicketWhoseAnswerChangesIsFound) {
  HistoryRow& ticket =
      row([](auto& r) { return r.request == RequestKind::Ticket && r.code == Code::Success; });
  ticket.code = Code::SoldOut;
  expect_found(Invariant::C7, "but the journal has SUCCESS");
}

TEST_F(APlantedViolation, AnInternalCodeInAResponseIsFound) {
  placed(Code::SoldOut).code = Code::Forwarded;
  expect_found(Invariant::C7, "got FORWARDED, which is never returned to a caller");
}

TEST_F(APlantedViolation, OnePlaceGivenToTwoCallersIsFound) {
  history.push_back(HistoryRow(placed(Code::Success)));
  expect_found(Invariant::C7, "as another caller did");
}

TEST_F(APlantedViolation, AnotherUsersCouponInAnEarlyRefusalIsFound) {
  early(Code::AlreadyIssued).sequence += 1;
  expect_found(Invariant::C7, "with a coupon that is not the user's");
}

TEST_F(APlantedViolation, AWrongRevisionIsFound) {
  row([](auto& r) { return r.revision != 0; }).revision = 4'711;
  expect_found(Invariant::C7, "got revision");
}

// --- C8, C9, C10, C11

TEST_F(APlantedViolation, ALostBatchIsFound) {
  store.batches.erase(store.batches.begin());
  expect_found(Invariant::C8, "a batch begins at");
}

TEST_F(APlantedViolation, APositionThatMovedWithoutItsRowsIsFound) {
  store.positions.front().next_offset += 1;
  expect_found(Invariant::C8, "but the batches end at");
}

TEST_F(APlantedViolation, ATailThatIsNotSavedIsFound) {
  const BatchFact last = store.batches.back();
  store.batches.pop_back();
  for (check::PositionFact& position : store.positions) {
    if (position.partition == last.partition) position.next_offset = last.first_offset;
  }
  expect_found(Invariant::C8, "not everything is saved");
}

TEST_F(APlantedViolation, SoldOutWhileACouponIsFreeIsFound) {
  placed(Code::Success).code = Code::SoldOut;
  expect_found(Invariant::C9, "got SOLD_OUT when");
}

TEST_F(APlantedViolation, ARecordOfARequestThatWasNotAppendedIsFound) {
  HistoryRow& taken = placed(Code::Success);
  taken.response = ResponseKind::NotAppended;
  taken.place_kind = check::PlaceKind::None;
  expect_found(Invariant::C10, "have an unknown outcome");
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
  expect_found(Invariant::C10, "two different records have the sequence number");
}

TEST_F(APlantedViolation, AUseOfACouponByASecondOrderIsFound) {
  HistoryRow second = row([&](auto& r) { return is_lasting_use(history, r); });
  second.offset += 1'000'000;
  left.evidence.references.emplace_back("another order");
  second.reference = static_cast<std::uint32_t>(left.evidence.references.size());
  history.push_back(second);
  expect_found(Invariant::C11, "use by another order");
}

// --- lists of eligible users

/// A change of the rows of the first seed that lists two users of one policy.
class APlantedEligibleUser : public testing::Test {
 protected:
  static const LeftBehind& run() {
    static const LeftBehind left = [] {
      for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
        LeftBehind found = simulate(seed).left;
        const auto& listed = found.evidence.store->listed;
        if (listed.size() >= 2 && listed[0].listed.policy == listed[1].listed.policy) return found;
      }
      return LeftBehind{};
    }();
    return left;
  }
  void SetUp() override { ASSERT_FALSE(left.evidence.history.empty()) << "no seed lists two users"; }
  void expect_found(const std::string& text) {
    const check::Report report = judge(left, 10'000);
    const auto& found = report.of(Invariant::C5).first;
    const bool is_found = std::ranges::any_of(
        found, [&](const std::string& violation) { return violation.find(text) != std::string::npos; });
    EXPECT_TRUE(is_found) << as_table(report);
  }

  LeftBehind left = run();
  std::vector<check::ListedUserFact>& listed = left.evidence.store->listed;
};

TEST_F(APlantedEligibleUser, OfTheStoreThatIsMissingIsFound) {
  listed.erase(listed.begin());
  expect_found("of the list, is missing in the store");
}

TEST_F(APlantedEligibleUser, OfTheStoreThatTheJournalDoesNotListIsFound) {
  listed.push_back(listed.front());
  listed.back().listed.user = UserId{987'654};
  expect_found("the store has user 987654 as number");
}

TEST_F(APlantedEligibleUser, WithAnotherNumberIsFound) {
  listed.front().listed.number += 1;
  expect_found("but the row differs in the journal");
}

// --- imported codes

/// A change of the rows of the first seed that adds two codes to one policy.
class APlantedCode : public testing::Test {
 protected:
  static const LeftBehind& run() {
    static const LeftBehind left = [] {
      for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
        LeftBehind found = simulate(seed).left;
        const auto& codes = found.evidence.store->imported_codes;
        if (codes.size() >= 2 && codes[0].code.policy == codes[1].code.policy) return found;
      }
      return LeftBehind{};
    }();
    return left;
  }
  void SetUp() override { ASSERT_FALSE(left.evidence.history.empty()) << "no seed adds two codes"; }
  void expect_found(const std::string& text) {
    const check::Report report = judge(left, 10'000);
    const auto& found = report.of(Invariant::C5).first;
    const bool is_found = std::ranges::any_of(
        found, [&](const std::string& violation) { return violation.find(text) != std::string::npos; });
    EXPECT_TRUE(is_found) << as_table(report);
  }

  LeftBehind left = run();
  std::vector<check::ImportedCodeFact>& codes = left.evidence.store->imported_codes;
};

TEST_F(APlantedCode, OfTheStoreThatIsMissingIsFound) {
  codes.erase(codes.begin());
  expect_found("the code of sequence 1 is missing in the store");
}

TEST_F(APlantedCode, OfTheStoreThatTheJournalDoesNotHaveIsFound) {
  codes.push_back(codes.front());
  codes.back().code.sequence = 987'654;
  expect_found("the store has a code for sequence 987654, but the journal does not");
}

TEST_F(APlantedCode, WithAnotherTextIsFound) {
  codes.front().code.code += "x";
  expect_found("but the row differs in the journal");
}

}  // namespace
}  // namespace firstcome::simulation
