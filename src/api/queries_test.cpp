#include "api/queries.h"

#include <gtest/gtest.h>

#include <random>

#include "store/simulated/simulated_store.h"

namespace firstcome::api {
namespace {

using Kind = TicketAnswer::Kind;

constexpr Partition kPartition = 1;
constexpr PolicyId kPolicy{7};
constexpr UserId kAnn{1};
constexpr UserId kBob{2};
const Timestamp kStart = from_millis(1'790'000'000'000);

store::Settings settings(Era era) { return {.partitions = 3, .era = era, .journal_identity = "j"}; }

/// One partition whose decisions the test makes: decide() adds them to memory, save() also saves them, forget() drops them
/// from memory.
class QueriesTest : public testing::Test {
 protected:
  QueriesTest() { start_log(0, 8); }

  void start_log(Offset from, std::size_t ring_size) {
    log_ = std::make_unique<replica::DecidedLog>(kPartition, ring_size);
    store::Position position;
    position.partition = kPartition;
    position.next_offset = from;
    position.state.state_hash = static_cast<std::uint64_t>(from);
    log_->reset(position);
  }

  /// Decides the next record with this result. The state hash after offset n is n + 1.
  replica::Chunk& decide(Code code) {
    auto chunk = std::make_shared<replica::Chunk>();
    chunk->first = log_->end();
    chunk->codes = {static_cast<std::uint8_t>(code)};
    chunk->hash_before = static_cast<std::uint64_t>(chunk->first);
    chunk->hashes = {static_cast<std::uint64_t>(chunk->first) + 1};
    chunk->state.state_hash = chunk->hashes.back();
    chunks_.push_back(chunk);
    return *chunk;
  }
  Ticket decided(UserId user) {
    const Offset offset = chunks_.back()->first;
    log_->append(chunks_.back());
    return {.era = 1, .policy = kPolicy, .user = user, .partition = kPartition, .offset = offset};
  }
  /// All policies have generated codes.
  void publish(PolicyId policy) {
    auto snapshot = std::make_shared<replica::PolicySnapshot>();
    snapshot->policy = {.id = policy, .codes = CodeKind::Generated, .code_prefix = "NOON"};
    snapshots_.publish(std::move(snapshot));
  }
  Ticket issue(UserId user, std::int64_t sequence, PolicyId policy = kPolicy, std::int32_t ordinal = 1) {
    publish(policy);
    replica::Chunk& chunk = decide(Code::Success);
    chunk.coupons.push_back({.policy = policy,
                             .sequence = sequence,
                             .user = user,
                             .user_ordinal = ordinal,
                             .issued_at = from_millis(sequence),
                             .offset = chunk.first});
    Ticket ticket = decided(user);
    ticket.ordinal = ordinal;
    return ticket;
  }
  Ticket refuse(Code code, UserId user) {
    decide(code);
    return decided(user);
  }
  void change(const std::string& command) {
    replica::Chunk& chunk = decide(Code::Accepted);
    chunk.changes.push_back({.policy = kPolicy,
                             .revision = ++revision_,
                             .offset = chunk.first,
                             .at = {},
                             .command = command,
                             .who = "test"});
    decided({});
  }
  /// A chunk with one coupon for each user. Returns their tickets, as in events.
  std::vector<Ticket> bring(const std::vector<UserId>& users) {
    publish(kPolicy);
    replica::Chunk& chunk = decide(Code::Accepted);
    std::vector<Ticket> tickets;
    for (const UserId user : users) {
      const auto sequence = static_cast<std::int64_t>(chunk.coupons.size()) + 1;
      chunk.coupons.push_back({.policy = kPolicy,
                               .sequence = sequence,
                               .user = user,
                               .issued_at = from_millis(sequence),
                               .offset = chunk.first});
    }
    const Ticket ticket = decided({});
    for (const UserId user : users) tickets.emplace_back(ticket).user = user;
    return tickets;
  }
  void save() {
    const auto writer = store_.make_writer();
    const auto batch = log_->batch_from(store_.tables().positions.at(kPartition).next_offset, 1'000'000);
    ASSERT_TRUE(batch);
    ASSERT_EQ((*writer)->save(*batch).outcome, store::SaveOutcome::Saved);
  }
  /// Simulates a restart: memory begins at the position of the store, and the ring is empty.
  void forget() { start_log(store_.tables().positions.at(kPartition).next_offset, 8); }

  Result<TicketAnswer> ask(const Ticket& ticket, Era era = 1) {
    auto reader = store_.make_reader();
    return Queries(**reader, {nullptr, log_.get(), nullptr}, era, lookup_).ticket(ticket);
  }
  std::vector<std::int64_t> coupons_of(UserId user, std::optional<PolicyId> policy = {},
                                       PolicyId cursor = {}) {
    auto reader = store_.make_reader();
    const auto answer = Queries(**reader, {nullptr, log_.get(), nullptr}, 1, lookup_)
                            .coupons({.user = user, .policy = policy, .cursor = {cursor, 1}});
    EXPECT_TRUE(answer);
    next_cursor_.reset();
    if (answer->next_cursor) next_cursor_ = answer->next_cursor->policy;
    std::vector<std::int64_t> policies;
    for (const UserCoupon& row : answer->coupons) policies.push_back(row.coupon.policy.value);
    return policies;
  }
  void expect_coupon(const Ticket& ticket, Code code, std::int64_t sequence) {
    const auto answer = ask(ticket);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::Decided);
    EXPECT_EQ(answer->code, code);
    ASSERT_TRUE(answer->coupon);
    EXPECT_EQ(answer->coupon->sequence, sequence);
    EXPECT_EQ(answer->coupon->issued_at, from_millis(sequence));
    EXPECT_EQ(answer->code_text, code_of(*answer->coupon));
  }
  [[nodiscard]] std::string code_of(const Coupon& coupon) const {
    return codes_.encode("NOON", {coupon.policy, coupon.sequence, coupon.user, {.era = 1}});
  }
  void expect_code(const Ticket& ticket, Code code) {
    const auto answer = ask(ticket);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::Decided);
    EXPECT_EQ(answer->code, code);
    EXPECT_FALSE(answer->coupon);
  }

  std::mt19937_64 chance_{1};
  store::SimulatedStore store_{settings(1), PartitionState{}, chance_};
  const CouponCodes codes_{InstallationKey{}};
  replica::PolicySnapshots snapshots_{3};
  CodeLookup lookup_{snapshots_, codes_};
  std::unique_ptr<replica::DecidedLog> log_;
  std::vector<std::shared_ptr<replica::Chunk>> chunks_;
  std::int64_t revision_ = 0;
  std::optional<PolicyId> next_cursor_;
};

TEST_F(QueriesTest, TheResultOfATicketIsTheSameFromMemoryAndFromTheStore) {
  const Ticket won = issue(kAnn, 1);
  const Ticket again = refuse(Code::AlreadyIssued, kAnn);
  const Ticket lost = refuse(Code::SoldOut, kBob);
  const auto expect_all = [&] {
    expect_coupon(won, Code::Success, 1);
    expect_coupon(again, Code::AlreadyIssued, 1);
    expect_code(lost, Code::SoldOut);
  };
  expect_all();
  save();
  expect_all();
  forget();
  expect_all();
}

TEST_F(QueriesTest, AnUnsavedResultWithASavedCouponHasItsFields) {
  issue(kAnn, 1);
  save();
  forget();
  expect_coupon(refuse(Code::AlreadyIssued, kAnn), Code::AlreadyIssued, 1);
}

TEST_F(QueriesTest, APlaceThatIsNotDecidedIsPending) {
  Ticket ticket = issue(kAnn, 1);
  ++ticket.offset;
  const auto answer = ask(ticket);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Kind::Pending);
}

TEST_F(QueriesTest, NotStartedHasTheStartAtThePlaceOfTheTicket) {
  change(R"({"command":"create","policyId":7,"issueStartsAt":")" + format_rfc3339(kStart) + "\"}");
  const Ticket before = refuse(Code::NotStarted, kAnn);
  change(R"({"command":"change","policyId":7,"maxCount":9})");
  const Ticket between = refuse(Code::NotStarted, kAnn);
  const Timestamp later = kStart + std::chrono::hours{1};
  change(R"({"command":"change","policyId":7,"issueStartsAt":")" + format_rfc3339(later) + "\"}");
  const Ticket after = refuse(Code::NotStarted, kBob);
  const auto expect_all = [&] {
    EXPECT_EQ(ask(before)->issue_starts_at, kStart);
    EXPECT_EQ(ask(between)->issue_starts_at, kStart);
    EXPECT_EQ(ask(after)->issue_starts_at, later);
  };
  expect_all();
  save();
  expect_all();
  forget();
  expect_all();
}

TEST_F(QueriesTest, APlaceMissingInStoreAndMemoryIsNotHeld) {
  const Ticket won = issue(kAnn, 1);
  start_log(1, 8);  // memory begins above it, and nothing is saved: a restored backup
  const auto answer = ask(won);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Kind::NotHeld);
}

TEST_F(QueriesTest, ARefusalOfAPrunedBatchIsGone) {
  const Ticket lost = refuse(Code::SoldOut, kBob);
  save();
  // Another store, which does not have the codes of the batch.
  std::mt19937_64 chance{1};
  store::SimulatedStore pruned{settings(1), PartitionState{}, chance};
  store::Batch batch;
  batch.after.partition = kPartition;
  batch.after.next_offset = 1;
  batch.after.state.state_hash = 1;
  ASSERT_EQ((*pruned.make_writer())->save(batch).outcome, store::SaveOutcome::Saved);
  forget();
  auto reader = pruned.make_reader();
  const auto answer = Queries(**reader, {nullptr, log_.get(), nullptr}, 1, lookup_).ticket(lost);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Kind::Gone);
}

TEST_F(QueriesTest, ATicketReturnsNoCouponOfAnotherUserOrPolicy) {
  Ticket of_another_user = issue(kAnn, 1);
  of_another_user.user = kBob;
  Ticket of_another_policy = issue(kAnn, 1, PolicyId{8});
  const auto expect_foreign = [&](const char* when) {
    for (const Ticket& ticket : {of_another_user, of_another_policy}) {
      const auto answer = ask(ticket);
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->kind, Kind::Foreign) << when;
    }
  };
  expect_foreign("in memory");
  save();
  expect_foreign("in both");
  forget();
  expect_foreign("in the store");
}

TEST_F(QueriesTest, ATicketReturnsNoOtherCouponOfItsUser) {
  issue(kBob, 1);
  const Ticket won = issue(kAnn, 2);
  Ticket elsewhere = won;
  --elsewhere.offset;
  save();
  forget();
  EXPECT_EQ(ask(elsewhere)->kind, Kind::Foreign);
  expect_coupon(won, Code::Success, 2);
}

TEST_F(QueriesTest, TicketsOfAnOldEraReturnOnlySavedResults) {
  const Ticket won = issue(kAnn, 1);
  const Ticket lost = refuse(Code::SoldOut, kBob);
  const Ticket again = refuse(Code::AlreadyIssued, kAnn);
  save();
  const Ticket unsaved = refuse(Code::SoldOut, kBob);
  const auto winner = ask(won, 2);
  ASSERT_TRUE(winner);
  EXPECT_EQ(winner->code, Code::Success);
  EXPECT_EQ(winner->coupon->sequence, 1);
  EXPECT_EQ(ask(lost, 2)->code, Code::SoldOut);
  EXPECT_EQ(ask(again, 2)->code, Code::AlreadyIssued);
  EXPECT_EQ(ask(again, 2)->coupon->sequence, 1);
  EXPECT_EQ(ask(unsaved, 2)->kind, Kind::Gone);
}

TEST_F(QueriesTest, AnUnknownEraOrPartitionIsNotHeld) {
  Ticket ticket = issue(kAnn, 1);
  ticket.era = 2;
  EXPECT_EQ(ask(ticket)->kind, Kind::NotHeld);
  ticket.era = 1;
  ticket.partition = 9;
  EXPECT_EQ(ask(ticket)->kind, Kind::NotHeld);
}

TEST_F(QueriesTest, AFaultOfTheStoreIsAnError) {
  issue(kAnn, 1);
  const Ticket again = refuse(Code::AlreadyIssued, kAnn);
  store_.set_down(true);
  EXPECT_FALSE(ask(again));
  store_.set_down(false);
  EXPECT_TRUE(ask(again));
}

TEST_F(QueriesTest, CouponsAreListedAsSoonAsTheyAreDecided) {
  issue(kAnn, 1, PolicyId{3});
  save();
  issue(kAnn, 1, PolicyId{1});
  issue(kBob, 2, PolicyId{1});
  issue(kAnn, 1, PolicyId{5});
  EXPECT_EQ(coupons_of(kAnn), (std::vector<std::int64_t>{1, 3, 5}));
  save();
  EXPECT_EQ(coupons_of(kAnn), (std::vector<std::int64_t>{1, 3, 5}));
  forget();
  EXPECT_EQ(coupons_of(kAnn), (std::vector<std::int64_t>{1, 3, 5}));
  EXPECT_EQ(coupons_of(kAnn, PolicyId{3}), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(coupons_of(kAnn, {}, PolicyId{3}), (std::vector<std::int64_t>{5}));
  EXPECT_EQ(coupons_of(UserId{9}), (std::vector<std::int64_t>{}));
}

TEST_F(QueriesTest, PagesCoverEveryCouponOnce) {
  std::vector<std::int64_t> all;
  for (std::int64_t policy = 1; policy <= 250; ++policy) {
    // First the even ids, which are saved, then the odd ids, which stay in memory.
    issue(kAnn, 1, PolicyId{policy <= 125 ? policy * 2 : (policy - 125) * 2 - 1});
    all.push_back(policy);
    if (policy == 125) save();
  }
  std::vector<std::int64_t> listed;
  PolicyId cursor{};
  int pages = 0;
  do {
    const auto page = coupons_of(kAnn, {}, cursor);
    listed.insert(listed.end(), page.begin(), page.end());
    cursor = next_cursor_.value_or(PolicyId{});
    ++pages;
  } while (cursor.valid());
  EXPECT_EQ(listed, all);
  EXPECT_EQ(pages, 3);
}

TEST_F(QueriesTest, ATicketWithAnOrdinalNamesThatCouponOfItsUser) {
  const Ticket first = issue(kAnn, 1);
  const Ticket second = issue(kAnn, 2, kPolicy, 2);
  Ticket again = refuse(Code::AlreadyIssued, kAnn);
  Ticket again_second = refuse(Code::AlreadyIssued, kAnn);
  again_second.ordinal = 2;
  const Ticket third = issue(kAnn, 3, kPolicy, 3);
  Ticket beyond_limit = refuse(Code::AlreadyIssued, kAnn);
  beyond_limit.ordinal = 4;
  const auto expect_all = [&](const char* when) {
    SCOPED_TRACE(when);
    expect_coupon(first, Code::Success, 1);
    expect_coupon(second, Code::Success, 2);
    expect_coupon(third, Code::Success, 3);
    expect_coupon(again, Code::AlreadyIssued, 1);
    expect_coupon(again_second, Code::AlreadyIssued, 2);
    expect_coupon(beyond_limit, Code::AlreadyIssued, 3);
  };
  expect_all("in memory");
  save();
  expect_all("in both");
  forget();
  expect_all("in the store");
}

TEST_F(QueriesTest, PagesContinueWithinThePolicyOfTheirLastCoupon) {
  for (std::int32_t ordinal = 1; ordinal <= 250; ++ordinal) {
    issue(kAnn, ordinal, kPolicy, ordinal);
    if (ordinal == 130) save();
  }
  issue(kAnn, 1, PolicyId{9});
  for (const std::optional<PolicyId> only : {std::optional<PolicyId>{}, std::optional{kPolicy}}) {
    std::vector<std::int64_t> listed;
    CouponCursor cursor;
    int pages = 0;
    do {
      auto reader = store_.make_reader();
      const auto page = Queries(**reader, {nullptr, log_.get(), nullptr}, 1, lookup_)
                            .coupons({.user = kAnn, .policy = only, .cursor = cursor});
      ASSERT_TRUE(page);
      for (const auto& [coupon, code] : page->coupons) {
        if (coupon.policy == kPolicy) listed.push_back(coupon.sequence);
      }
      cursor = page->next_cursor.value_or(CouponCursor{});
      ++pages;
    } while (cursor.policy.valid());
    EXPECT_EQ(pages, 3);
    ASSERT_EQ(listed.size(), 250U);
    for (std::size_t i = 0; i < listed.size(); ++i) EXPECT_EQ(listed[i], static_cast<std::int64_t>(i) + 1);
  }
}

TEST_F(QueriesTest, ATicketOfAnImportedCouponAlwaysReturnsThatCoupon) {
  const std::vector<Ticket> tickets = bring({kAnn, kBob});
  Ticket strangers = tickets[0];
  strangers.user = UserId{99};
  const auto expect_all = [&] {
    expect_coupon(tickets[0], Code::Success, 1);
    expect_coupon(tickets[1], Code::Success, 2);
  };
  expect_all();
  EXPECT_EQ(ask(strangers)->kind, Kind::Gone);
  save();
  expect_all();
  forget();
  expect_all();
}

TEST_F(QueriesTest, TheListOfAUserHasTheCodes) {
  issue(kAnn, 1);
  const auto expect_code = [&] {
    auto reader = store_.make_reader();
    const auto answer = Queries(**reader, {nullptr, log_.get(), nullptr}, 1, lookup_)
                            .coupons({.user = kAnn, .policy = {}, .cursor = {}});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->coupons.size(), 1U);
    EXPECT_EQ(answer->coupons[0].code, code_of(answer->coupons[0].coupon));
  };
  expect_code();
  save();
  forget();
  expect_code();
}

TEST_F(QueriesTest, TheCodeOfAPolicyThatIsNoLongerInMemoryIsThatOfItsRow) {
  Policy policy{
      .id = kPolicy, .name = "over", .max_count = 1, .codes = CodeKind::Generated, .code_prefix = "NOON"};
  const Ticket ticket = issue(kAnn, 1);
  chunks_.back()->policies.push_back(policy);
  save();
  forget();
  snapshots_.retire(kPolicy);
  CodeLookup after_a_restart(snapshots_, codes_);
  auto reader = store_.make_reader();
  const auto answer = Queries(**reader, {nullptr, log_.get(), nullptr}, 1, after_a_restart).ticket(ticket);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code_text, code_of(*answer->coupon));
}

}  // namespace
}  // namespace firstcome::api
