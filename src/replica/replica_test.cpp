#include "replica/replica.h"

#include "domain/home.h"
#include "replica/replica_test.h"

namespace firstcome::replica {
namespace {

using std::chrono::seconds;

TEST_F(AReplica, AnswersOnlyTheCallersOfThisProcess) {
  put_create(0, 1);
  put_request(1, 42);
  put(2, R"({"userId":43,"policyId":7,"sequenceNumber":2})");
  put_request(3, 44);
  ASSERT_TRUE(apply().ok());
  ASSERT_EQ(caller_.received.size(), 3U);
  EXPECT_EQ(caller_.received[0].decision.code, Code::Accepted);
  EXPECT_EQ(caller_.received[0].policy_after->max_count, 1);
  EXPECT_EQ(caller_.received[1].decision.code, Code::Success);
  EXPECT_EQ(caller_.received[1].offset, 1);
  EXPECT_EQ(caller_.received[2].decision.code, Code::SoldOut);
}

/// A replica that is loaded again, from a store without its decisions.
class AReloadedReplica : public AReplica {
 protected:
  AReloadedReplica() {
    put_create(0, 1);
    put_request(1, 42);
    EXPECT_TRUE(apply().ok());
    caller_.received.clear();
  }
  void reload(PriorAnswers prior) {
    replica_.before_reload(prior);
    start({});
  }
  /// Decides a journal in which `user` is first.
  Status decide_again(std::int64_t user) {
    put_create(0, 1);
    put_request(1, user);
    put_request(2, 44);
    return apply();
  }
};

TEST_F(AReloadedReplica, ContinuesIfItDecidesAsItAnsweredBefore) {
  reload(PriorAnswers::Verify);
  ASSERT_TRUE(decide_again(42).ok());
  EXPECT_EQ(snapshots_.partition(0).contradiction(), "");
  EXPECT_EQ(caller_.received.back().decision.code, Code::SoldOut);
}

TEST_F(AReloadedReplica, StopsBeforeItAnswersDifferentlyThanBefore) {
  reload(PriorAnswers::Verify);
  const Status applied = decide_again(43);
  ASSERT_FALSE(applied.ok());
  EXPECT_FALSE(applied.error().is_retryable());
  EXPECT_NE(snapshots_.partition(0).contradiction().find("differently than it answered"), std::string::npos);
  EXPECT_TRUE(snapshots_.partition(0).out_of_service());
  for (const Answer& answer : caller_.received)
    EXPECT_NE(answer.decision.code, Code::Success) << answer.offset;
}

TEST_F(AReloadedReplica, StillVerifiesAfterASecondReload) {
  reload(PriorAnswers::Verify);
  put_create(0, 1);
  ASSERT_TRUE(apply().ok());
  reload(PriorAnswers::Verify);
  EXPECT_FALSE(decide_again(43).ok());
}

TEST_F(AReloadedReplica, AcceptsTheStoreOnceAnOperatorHasDecided) {
  reload(PriorAnswers::Discard);
  EXPECT_TRUE(decide_again(43).ok());
  EXPECT_EQ(snapshots_.partition(0).contradiction(), "");
  const auto coupon_of = [&](std::int64_t user) { return snapshots_.coupons().find(kPolicy, UserId{user}); };
  ASSERT_TRUE(coupon_of(42));
  EXPECT_NE(coupon_of(42)->load, snapshots_.partition(0).loads) << "user 42 has no coupon any more";
  ASSERT_TRUE(coupon_of(43));
  EXPECT_EQ(coupon_of(43)->load, snapshots_.partition(0).loads);
}

TEST_F(AReplica, AnswersNoCallerOfARelayedRecordThatIsNotAtItsHome) {
  DecidedLog log{1, 1000};
  PolicySnapshots snapshots{2};
  PolicyId elsewhere{1};
  while (home(elsewhere, 2) != 0) ++elsewhere.value;
  Replica replica{1, 2, snapshots, log, routes_, kTrust, {}};
  store::Position position;
  position.partition = 1;
  position.state = decide::initial_state();
  replica.reset();
  replica.load(position);
  ASSERT_TRUE(replica.start({.start = 0, .end = 1}).ok());
  std::string value;
  journal::encode(IssueRequest{UserId{42}, elsewhere, mark(0)}, from_millis(1), value);
  journal::Header origin[2] = {{journal::kOriginHeader, "1:0"}};
  const std::string mac = kRecordMac.compute(1, std::nullopt, value, {origin, 1});
  origin[1] = {journal::kMacHeader, mac};
  fetch_.records.push_back({.offset = 0, .timestamp = from_millis(1), .value = value, .headers = origin});
  fetch_.position = 1;
  ASSERT_TRUE(replica.apply(fetch_, {from_millis(0), Instant{}}).ok());
  EXPECT_EQ(log.find(0).code, Code::Invalid);
  EXPECT_TRUE(caller_.received.empty()) << "the home answers its sender";
}

TEST_F(AReplica, PublishesTheHistoryOfEachCouponWithACode) {
  const PolicyCommand create{.policy = kPolicy,
                             .name = "p",
                             .max_count = 9,
                             .codes = CodeKind::Generated,
                             .code_prefix = "NOON",
                             .sequence_number = mark(0)};
  put(0, journal::encode(create), "policy");
  for (Offset offset = 1; offset <= 4; ++offset) put_request(offset, 40 + offset);
  ASSERT_TRUE(apply().ok());
  const auto expect_histories = [&] {
    PolicySnapshotReader views(snapshots_);
    const PolicySnapshot* view = views.view(kPolicy);
    ASSERT_NE(view->histories, nullptr);
    for (const std::int64_t sequence : {1, 2}) EXPECT_EQ(view->histories->at(sequence), (History{1, 11}));
    for (const std::int64_t sequence : {3, 4}) EXPECT_EQ(view->histories->at(sequence), (History{1, 12}));
  };
  expect_histories();
  const auto saved = log_.batch_from(0, 100);
  ASSERT_TRUE(saved);
  replica_.reset();
  replica_.load(saved->after);
  for (const Policy& policy : saved->policies) replica_.load(policy);
  for (auto coupon = saved->coupons.rbegin(); coupon != saved->coupons.rend(); ++coupon) {
    replica_.load({*coupon, 0, 1});
  }
  ASSERT_TRUE(replica_.start({.start = 0, .end = 1000}).ok());
  expect_histories();
}

TEST_F(AReplica, PublishesNoHistoriesOfAPolicyWithoutCodes) {
  put_create(0, 9);
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  PolicySnapshotReader views(snapshots_);
  EXPECT_EQ(views.view(kPolicy)->histories, nullptr);
}

TEST_F(AReplica, StoresCodeZeroForHoles) {
  put_create(2, 1);
  put_request(5, 42);
  ASSERT_TRUE(apply().ok());
  const auto batch = log_.batch_from(0, 100);
  EXPECT_EQ(batch->codes, (std::vector<std::uint8_t>{0, 0, 12, 0, 0, 1}));
  EXPECT_EQ(batch->after.next_offset, 6);
  EXPECT_EQ(log_.hash_at(2), decide::initial_state().state_hash);
  EXPECT_EQ(log_.hash_at(5), log_.hash_at(3));
}

TEST_F(AReplica, SkipsRecordsThatArriveAgain) {
  put_create(0, 5);
  put_request(1, 42);
  put_request(2, 43);
  ASSERT_TRUE(apply().ok());
  put_request(1, 42);
  put_request(2, 43);
  put_request(3, 44);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(log_.end(), 4);
  ASSERT_EQ(caller_.received.size(), 4U) << "no caller is answered twice";
  EXPECT_EQ(caller_.received[3].decision.sequence, 3);
}

TEST_F(AReplica, CachesTheCouponsOfSuccessesAndOfRepeats) {
  const CouponCache& cache = snapshots_.coupons();
  put_create(0, 5);
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  const auto issued = cache.find(kPolicy, UserId{42});
  ASSERT_TRUE(issued);
  EXPECT_EQ(issued->sequence, 1);
  EXPECT_EQ(issued->issued_at, from_millis(5000));
  EXPECT_EQ(issued->as_of, 2);
  EXPECT_EQ(issued->load, snapshots_.partition(0).loads);
  EXPECT_FALSE(cache.find(kPolicy, UserId{43}));
  put_request(2, 42);
  ASSERT_TRUE(apply().ok());
  const auto found_again = cache.find(kPolicy, UserId{42});
  ASSERT_TRUE(found_again);
  EXPECT_EQ(found_again->sequence, 1);
  EXPECT_EQ(found_again->as_of, 3);
}

TEST_F(AReplica, CachesNoCouponOfARefusedRequest) {
  put_create(0, 1);
  put_request(1, 42);
  put_request(2, 43);
  ASSERT_TRUE(apply().ok());
  EXPECT_FALSE(snapshots_.coupons().find(kPolicy, UserId{43}));
}

TEST_F(AReplica, CachesAnImportedCouponOnlyOnceItsOwnerAsks) {
  put(0, journal::encode(PolicyCommand{.policy = kPolicy, .name = "p", .max_count = 9, .importing = true}),
      "policy");
  put_chunk(1, 0, 2);
  ASSERT_TRUE(apply().ok());
  EXPECT_FALSE(snapshots_.coupons().find(kPolicy, UserId{2}));
  put_request(2, 2);
  ASSERT_TRUE(apply().ok());
  ASSERT_TRUE(snapshots_.coupons().find(kPolicy, UserId{2}));
  EXPECT_EQ(snapshots_.coupons().find(kPolicy, UserId{2})->sequence, 2);
}

TEST_F(AReplica, PublishesTheCouponOwnersOnceThePolicyRefuses) {
  put_create(0, 2);
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  PolicySnapshotReader reader(snapshots_);
  EXPECT_FALSE(reader.view(kPolicy)->knows_owners);
  EXPECT_EQ(reader.view(kPolicy)->policy.active_count, 1);
  put_request(2, 43);
  ASSERT_TRUE(apply().ok());
  EXPECT_TRUE(reader.view(kPolicy)->knows_owners);
  EXPECT_TRUE(reader.view(kPolicy)->find_owned(UserId{43}, 1));
  EXPECT_FALSE(reader.view(kPolicy)->find_owned(UserId{44}, 1));
}

TEST_F(AReplica, PublishesARefusalCausedByTheClockAlone) {
  put(0, R"({"command":"create","policyId":7,"name":"p","maxCount":5,"issueEndsAt":"1970-01-01T00:00:06Z"})",
      "policy");
  ASSERT_TRUE(apply().ok());
  PolicySnapshotReader reader(snapshots_);
  EXPECT_FALSE(reader.view(kPolicy)->knows_owners);
  put_request(1, 42);
  fetch_.records.back().timestamp = from_millis(6000);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(caller_.received.back().decision.code, Code::Ended);
  EXPECT_TRUE(reader.view(kPolicy)->knows_owners);
}

TEST_F(AReplica, AnswersCommandsOfCouponsWithTheCoupon) {
  put_create(0, 5, from_millis(90'000));
  put_request(1, 42);
  put_command(2, CouponCommand::Kind::Reserve, 1, "order");
  put_command(3, CouponCommand::Kind::Use, 1, "other");
  put_command(4, CouponCommand::Kind::Use, 2, "order");
  ASSERT_TRUE(apply().ok());
  ASSERT_EQ(caller_.received.size(), 5U);
  const CouponAsOf& held = *caller_.received[2].coupon_after;
  EXPECT_EQ(held.coupon.user, UserId{42});
  EXPECT_EQ(held.coupon.sequence, 1);
  EXPECT_EQ(held.life.state, CouponState::Reserved);
  EXPECT_EQ(held.life.held_until, from_millis(6'000));
  EXPECT_EQ(held.expires_at, from_millis(90'000));
  EXPECT_EQ(held.clock, from_millis(5'000));
  EXPECT_EQ(caller_.received[3].decision.code, Code::Reserved);
  EXPECT_EQ(caller_.received[3].coupon_after->life.references.back().text, "order");
  EXPECT_EQ(caller_.received[4].decision.code, Code::UnknownCoupon);
  EXPECT_EQ(caller_.received[4].coupon_after, nullptr);
}

TEST_F(AReplica, SavesTheLastLifeOfACouponAndAllOfItsChanges) {
  put_create(0, 5);
  put_request(1, 42);
  put_command(2, CouponCommand::Kind::Reserve, 1, "order");
  ASSERT_TRUE(apply().ok());
  put_command(3, CouponCommand::Kind::Use, 1, "order");
  ASSERT_TRUE(apply().ok());
  const auto batch = log_.batch_from(0, 1000);
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->lives.size(), 1U);
  EXPECT_EQ(batch->lives[0].state, CouponState::Used);
  ASSERT_EQ(batch->coupon_changes.size(), 2U);
  EXPECT_EQ(batch->coupon_changes[0].offset, 2);
  EXPECT_EQ(batch->coupon_changes[1].kind, CouponCommand::Kind::Use);
  const auto rest = log_.batch_from(3, 1000);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->lives.size(), 1U);
  EXPECT_EQ(rest->coupon_changes.size(), 1U);
}

TEST_F(AReplica, PublishesThatASoldOutPolicyIssuesAgainAfterACancel) {
  put_create(0, 1);
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  PolicySnapshotReader reader(snapshots_);
  EXPECT_TRUE(reader.view(kPolicy)->knows_owners);
  put_command(2, CouponCommand::Kind::Cancel, 1, "given back");
  ASSERT_TRUE(apply().ok());
  EXPECT_FALSE(reader.view(kPolicy)->knows_owners);
  EXPECT_EQ(reader.view(kPolicy)->policy.active_count, 0);
}

TEST_F(AReplica, KeepsAClosedPolicyWhoseCouponsAreUsable) {
  put_create(0, 5);
  put_request(1, 42);
  put(2, R"({"command":"close","policyId":7,"revision":1})", "policy");
  put_command(3, CouponCommand::Kind::Use, 1, "order");
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(caller_.received.back().decision.code, Code::Accepted);
  EXPECT_NE(replica_.decider().find(kPolicy), nullptr);
}

TEST_F(AReplica, KeepsOnlyTheIdOfAPolicyThatIsOverOnceNoLostCommitCanUndoIt) {
  put_create(0, 5, from_millis(5'000));
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  PolicySnapshotReader reader(snapshots_);
  EXPECT_FALSE(reader.view(kPolicy)->id_only);
  put(2, R"({"command":"close","policyId":7,"revision":1})", "policy");
  put_request(3, 43);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(caller_.received.back().decision.code, Code::Closed);
  EXPECT_EQ(replica_.decider().find(kPolicy), nullptr);
  const std::shared_ptr<const PolicySnapshot> closed = snapshots_.list(PolicyId{}, 10).at(0);
  EXPECT_EQ(closed->policy.state, PolicyState::Closed);
  EXPECT_EQ(closed->owners, nullptr);

  log_.saw_saved(4, Instant{seconds{1}}, seconds{5});
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(snapshots_.retired(), 0U) << "a lost commit would remove it from the store";
  log_.saw_saved(4, Instant{seconds{6}}, seconds{5});
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(snapshots_.retired(), 1U);
  EXPECT_TRUE(snapshots_.list(PolicyId{}, 10).empty());
  EXPECT_EQ(snapshots_.highest_numbered(), kPolicy);
  EXPECT_TRUE(reader.view(kPolicy)->id_only);
  EXPECT_EQ(reader.view(kPolicy)->policy.state, PolicyState::Closed);
  put_request(4, 44);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(caller_.received.back().decision.code, Code::Closed);
}

/// A snapshot has all coupon owners: 60 MB for two million.
TEST_F(AReplica, RefreshOfAnUnusedReaderFreesOldSnapshots) {
  put_create(0, 1, from_millis(5'000));
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  PolicySnapshotReader reader(snapshots_);
  const std::weak_ptr<const decide::CouponOwners> owners = reader.view(kPolicy)->owners;
  put(2, R"({"command":"close","policyId":7,"revision":1})", "policy");
  ASSERT_TRUE(apply().ok());
  EXPECT_FALSE(owners.expired());
  reader.refresh();
  EXPECT_TRUE(owners.expired());
}

TEST_F(AReplica, ServesOnceTheEndIsReached) {
  put_create(0, 2);
  ASSERT_TRUE(apply(false).ok());
  EXPECT_EQ(snapshots_.partition(0).health, Health::Replaying);
  ASSERT_TRUE(apply(true).ok());
  EXPECT_EQ(snapshots_.partition(0).health, Health::Serving);
}

TEST_F(AReplica, IsFreshAsOfTheRequestOnceItsEndIsReached) {
  ASSERT_TRUE(apply().ok());
  replica_.on_end(Instant{seconds{3}}, 2);
  EXPECT_EQ(snapshots_.partition(0).fresh_as_of_ms, INT64_MIN);
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(snapshots_.partition(0).fresh_as_of_ms, INT64_MIN);
  fetch_.position = 2;  // a hole at the end counts as read
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(snapshots_.partition(0).fresh_as_of_ms, 3000);
}

TEST_F(AReplica, StopsReadingWhileTooMuchIsNotSaved) {
  put_create(0, 2);
  for (Offset o = 1; o < 20; ++o) put_request(o, o);
  ASSERT_TRUE(apply().ok());
  EXPECT_FALSE(replica_.wants_records());
  log_.saw_saved(20, Instant{}, seconds{5});
  EXPECT_TRUE(replica_.wants_records());
}

TEST_F(AReplica, RejectsRowsThatDoNotMatchTheSavedHash) {
  store::Position position;
  position.next_offset = 3;
  position.state = decide::initial_state();
  position.state.state_hash += 1;
  start(position);
  ASSERT_FALSE(started_.ok());
  EXPECT_NE(started_.error().message.find("do not add up"), std::string::npos);
}

TEST_F(AReplica, StartsNotWithAStateOfUnknownRules) {
  store::Position position;
  position.next_offset = 3;
  position.state = decide::initial_state();
  position.state.rules = kNewestRules + 1;
  start(position);
  ASSERT_FALSE(started_.ok());
  EXPECT_NE(started_.error().message.find("saved by rules 2"), std::string::npos);
  EXPECT_TRUE(snapshots_.partition(0).contradiction().empty())
      << "a contradiction would halt it on all nodes";
}

TEST_F(AReplica, StopsBeforeUnknownRulesAndKeepsEarlierDecisions) {
  put_create(0, 2);
  put(1, R"({"version":2})", "rules");
  put_request(2, 42);
  const Status status = apply();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("rules 2"), std::string::npos);
  EXPECT_EQ(log_.end(), 1);
  EXPECT_EQ(caller_.received.size(), 1U);
}

TEST_F(AReplica, SkipsRulesThatAnOperatorHasSkipped) {
  put_create(0, 2);
  put(3, R"({"version":2147483647})", "rules");
  put_request(4, 42);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(log_.find(3).code, Code::Invalid);
  EXPECT_EQ(log_.find(4).code, Code::Success);
}

/// Write access to the topic is not enough to stop a partition or to send commands.
TEST_F(AReplica, ContinuesAfterForgedRecords) {
  put_create(0, 2);
  const std::pair<journal::Header, std::string> forged[] = {
      {{"kind", "rules"}, R"({"version":2147483647})"},
      {{"origin", "0:9000000000000000000"}, R"({"userId":1,"policyId":7})"},
      {{"kind", "policy"}, R"({"command":"close","policyId":7,"revision":1})"}};
  for (const auto& [header, value] : forged) {
    const auto offset = static_cast<Offset>(fetch_.records.size());
    fetch_.records.push_back(
        {.offset = offset, .timestamp = from_millis(5000), .value = value, .headers = {&header, 1}});
    fetch_.position = offset + 1;
  }
  put_request(4, 42);
  ASSERT_TRUE(apply().ok());
  const auto batch = log_.batch_from(0, 100);
  EXPECT_EQ(batch->codes, (std::vector<std::uint8_t>{12, 9, 9, 9, 1}));
}

TEST_F(AReplica, DoesNotPublishTheCouponOwnersDuringAnImport) {
  put(0, journal::encode(PolicyCommand{.policy = kPolicy, .name = "p", .max_count = 9, .importing = true}),
      "policy");
  put_chunk(1, 0, 2);
  put_request(2, 99);
  ASSERT_TRUE(apply().ok());
  PolicySnapshotReader reader(snapshots_);
  EXPECT_EQ(reader.view(kPolicy)->policy.state, PolicyState::Importing);
  EXPECT_EQ(reader.view(kPolicy)->policy.issued_count, 2);
  EXPECT_FALSE(reader.view(kPolicy)->knows_owners);
  ASSERT_EQ(caller_.received.size(), 1U);
  EXPECT_EQ(caller_.received[0].decision.code, Code::Paused);
  const auto* snapshot = reader.view(kPolicy);
  put_request(3, 99);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(reader.view(kPolicy), snapshot) << "a refusal alone publishes no new snapshot";
}

TEST_F(AReplica, ClosesSeveralChunksInAPollOfManyCoupons) {
  put(0,
      journal::encode(
          PolicyCommand{.policy = kPolicy, .name = "p", .max_count = 1'000'000, .importing = true}),
      "policy");
  for (int number = 0; number < 120; ++number) put_chunk(number + 1, number, 1'000);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(log_.coupons(), 120'000U);
  const auto batch = log_.batch_from(0, 1'000);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->coupons.size(), 50'000U);
  EXPECT_EQ(batch->after.next_offset, 51);
  EXPECT_EQ(log_.batch_from(51, 1'000'000)->after.next_offset, 121);
}

/// A policy with two coupons, three requests, and commands of the first coupon; each record with this header.
class TracedReplica {
 public:
  TracedReplica(Replica::Settings settings, std::string_view traceparent)
      : replica_(0, 1, snapshots_, log_, routes_, kTrust, settings), trace_{"traceparent", traceparent} {
    store::Position position;
    position.state = decide::initial_state();
    replica_.reset();
    replica_.load(position);
    EXPECT_TRUE(replica_.start({.start = 0, .end = 10}).ok());
    PolicyCommand create{.policy = kPolicy, .name = "p", .max_count = 2};
    put(journal::encode(create), "policy");
    for (std::int64_t user = 1; user <= 3; ++user) {
      std::string value;
      journal::encode(IssueRequest{UserId{user}, kPolicy, 5}, from_millis(1), value);
      put(value, "");
    }
    CouponCommand command{.kind = CouponCommand::Kind::Reserve,
                          .policy = kPolicy,
                          .sequence = 1,
                          .reference = "o",
                          .hold_for = kShortestHold};
    put(journal::encode(command), "coupon");
    command.kind = CouponCommand::Kind::Use;
    put(journal::encode(command), "coupon");
  }

  [[nodiscard]] store::Batch batch() const { return *log_.batch_from(0, 100); }
  [[nodiscard]] std::uint64_t hash() const { return replica_.state_hash(); }

 private:
  static constexpr PolicyId kPolicy{7};

  void put(const std::string& value, std::string_view kind) {
    journal::RawRecord raw{.offset = next_, .timestamp = from_millis(5000), .value = value};
    std::vector<journal::Header> headers{trace_};
    std::string mac;
    if (!kind.empty()) {
      headers.push_back({"kind", kind});
      mac = kRecordMac.compute(0, raw.key, raw.value, headers);
      headers.push_back({journal::kMacHeader, mac});
    }
    raw.headers = headers;
    const journal::Fetch fetch{.records = {raw}, .position = ++next_, .at_end = true};
    ASSERT_TRUE(replica_.apply(fetch, {from_millis(0), Instant{}}).ok());
  }

  PolicySnapshots snapshots_{1};
  DecidedLog log_{0, 100};
  AnswerRoutes routes_;
  Replica replica_;
  journal::Header trace_;
  Offset next_ = 0;
};

TEST(AReplicaOfTracedRecords, DecidesAsWithoutTracesAndKeepsThoseOfWhatIsSaved) {
  constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const TracedReplica plain({}, "not valid");
  const TracedReplica traced({.publishes_events = true}, kParent);
  EXPECT_EQ(traced.hash(), plain.hash());
  const store::Batch batch = traced.batch();
  EXPECT_EQ(batch.codes, plain.batch().codes);
  EXPECT_EQ(static_cast<Code>(batch.codes[3]), Code::SoldOut);
  ASSERT_EQ(batch.traces.size(), 5U) << "SOLD_OUT leaves no row";
  std::string offsets;
  for (const store::RecordTrace& record : batch.traces) {
    EXPECT_EQ(record.policy, PolicyId{7});
    EXPECT_EQ(record.trace->traceparent(), kParent);
    offsets += std::to_string(record.offset) + (record.has_event ? "e" : "-");
  }
  EXPECT_EQ(offsets, "0e1e2e4-5e") << "a hold has no event";
  EXPECT_TRUE(plain.batch().traces.empty());
  EXPECT_TRUE(TracedReplica({}, kParent).batch().traces.empty()) << "no one wants them";
  const store::Batch exported = TracedReplica({.exports_spans = true}, kParent).batch();
  EXPECT_EQ(exported.traces.size(), 5U);
  EXPECT_FALSE(exported.traces.front().has_event);
}

}  // namespace
}  // namespace firstcome::replica
