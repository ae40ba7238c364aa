#include "replica/replica.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>

#include "decide/state_hash.h"
#include "domain/home.h"
#include "journal/record_json.h"
#include "replica/relay.h"

namespace firstcome::replica {
namespace {

using std::chrono::seconds;

std::string header(const journal::Append& append, std::string_view key) {
  for (const auto& one : append.headers) {
    if (one.key == key) return std::string(one.value);
  }
  return "none";
}

class Caller : public AnswerSink {
 public:
  void answered(std::span<const Answer> answers) override {
    received.insert(received.end(), answers.begin(), answers.end());
  }
  void place_decided(Partition, Offset, std::uint64_t) override {}
  std::vector<Answer> received;
};

const journal::RecordMac kRecordMac(InstallationKey{}, 1);
/// An operator has marked the rules record at offset 3 as skipped.
const journal::RecordTrust kTrust(kRecordMac, {{0, 3}});

/// A replica of one partition, and the records that the test writes for it.
class AReplica : public testing::Test {
 protected:
  AReplica() {
    routes_.add(kSender, caller_);
    start({});
  }

  void start(store::Position position) {
    if (position.next_offset == 0) position.state = decide::initial_state();
    replica_.reset();
    replica_.load(position);
    started_ = replica_.start({.start = 0, .end = 1000});
  }

  void put(Offset offset, std::string value, std::string kind = {}) {
    values_.push_back(std::move(value));
    journal::RawRecord raw{.offset = offset, .timestamp = from_millis(5000), .value = values_.back()};
    if (!kind.empty()) {
      kinds_.push_back(std::move(kind));
      auto& headers = headers_.emplace_back();
      headers[0] = {"kind", kinds_.back()};
      macs_.push_back(kRecordMac.compute(0, raw.key, raw.value, {headers.data(), 1}));
      headers[1] = {journal::kMacHeader, macs_.back()};
      raw.headers = headers;
    }
    fetch_.records.push_back(raw);
    fetch_.position = offset + 1;
  }
  void put_create(Offset offset, std::int64_t max) {
    put(offset,
        journal::encode(
            PolicyCommand{.policy = kPolicy, .name = "p", .max_count = max, .sequence_number = mark(offset)}),
        "policy");
  }
  /// Chunk `number`, from 0, of an import, with `coupons` users of its own.
  void put_chunk(Offset offset, int number, int coupons) {
    PolicyCommand command{.kind = PolicyCommand::Kind::Import, .policy = kPolicy};
    command.chunk.first = std::int64_t{number} * coupons + 1;
    for (int i = 0; i < coupons; ++i)
      command.chunk.coupons.push_back({UserId{command.chunk.first + i}, from_millis(1)});
    put(offset, journal::encode(command), "policy");
  }
  void put_request(Offset offset, std::int64_t user) {
    std::string value;
    journal::encode(IssueRequest{UserId{user}, kPolicy, mark(offset)}, from_millis(1), value);
    put(offset, value);
  }
  Status apply(bool at_end = true) {
    fetch_.at_end = at_end;
    Status status = replica_.apply(fetch_, {from_millis(0), Instant{}});
    fetch_ = {};
    return status;
  }
  static std::uint64_t mark(Offset offset) {
    return (std::uint64_t{kSender} << kSenderShift) + static_cast<std::uint64_t>(offset);
  }

  static constexpr std::uint32_t kSender = 77;
  static constexpr PolicyId kPolicy{7};
  PolicySnapshots snapshots_{1};
  DecidedLog log_{0, 1000};
  Caller caller_;
  AnswerRoutes routes_;
  Replica replica_{0, 1, snapshots_, log_, routes_, kTrust, {.max_unsaved = 10}};
  Result<Offset> started_ = Offset{0};
  journal::Fetch fetch_;
  std::deque<std::string> values_, kinds_, macs_;
  std::deque<std::array<journal::Header, 2>> headers_;
};

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
  EXPECT_TRUE(reader.view(kPolicy)->find_owned(UserId{43}));
  EXPECT_FALSE(reader.view(kPolicy)->find_owned(UserId{44}));
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

TEST_F(AReplica, KeepsOnlyTheIdOfAClosedPolicyOnceNoLostCommitCanUndoIt) {
  put_create(0, 5);
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
  EXPECT_EQ(snapshots_.highest_policy(), kPolicy);
  EXPECT_TRUE(reader.view(kPolicy)->id_only);
  EXPECT_EQ(reader.view(kPolicy)->policy.state, PolicyState::Closed);
  put_request(4, 44);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(caller_.received.back().decision.code, Code::Closed);
}

/// A snapshot has all coupon owners: 60 MB for two million.
TEST_F(AReplica, RefreshOfAnUnusedReaderFreesOldSnapshots) {
  put_create(0, 1);
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

TEST_F(AReplica, ContinuesAtThePositionIfTheRecordBeforeItIsTheSavedOne) {
  put_create(0, 2);
  const std::uint32_t checksum = journal::checksum(fetch_.records[0]);
  ASSERT_TRUE(apply().ok());
  const store::Batch saved = *log_.batch_from(0, 10);
  EXPECT_EQ(saved.after.checksum, checksum);

  replica_.reset();
  replica_.load(saved.after);
  for (const Policy& policy : saved.policies) replica_.load(policy);
  const auto from = replica_.start({.start = 0, .end = 1});
  ASSERT_TRUE(from.ok());
  EXPECT_EQ(*from, 0) << "the record before the position is read again, to be compared";
  put_create(0, 2);
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  EXPECT_EQ(caller_.received.back().decision.code, Code::Success);
  EXPECT_EQ(log_.begin(), 1);
}

TEST_F(AReplica, ContradictsAnotherJournal) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  const store::Batch saved = *log_.batch_from(0, 10);
  const auto load_again = [&](journal::Bounds bounds) {
    replica_.reset();
    replica_.load(saved.after);
    for (const Policy& policy : saved.policies) replica_.load(policy);
    return replica_.start(bounds);
  };

  ASSERT_TRUE(load_again({0, 1}).ok());
  put_create(0, 3);
  EXPECT_NE(apply().error().message.find("not the one that was saved"), std::string::npos);

  ASSERT_TRUE(load_again({0, 1}).ok());
  EXPECT_NE(apply(true).error().message.find("no record before it"), std::string::npos);

  EXPECT_NE(load_again({0, 0}).error().message.find("ends at 0"), std::string::npos);
  EXPECT_NE(load_again({5, 9}).error().message.find("begins at 5"), std::string::npos);

  ASSERT_TRUE(load_again({1, 9}).ok()) << "only the record before the position is gone";
  EXPECT_NE(replica_.take_warning(), "");
}

/// A journal with these bounds and checksums.
struct FakeJournal : journal::JournalReader {
  std::string identity() override { return "fake"; }
  std::int32_t partitions() override { return 2; }
  Result<journal::Bounds> bounds(Partition) override { return range; }
  Result<std::unique_ptr<journal::Follower>> follow(Partition, Offset) override {
    return Error{Error::Kind::Permanent, "this journal has no records"};
  }
  Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset) override {
    const auto found = records.find({partition, offset});
    if (found == records.end()) return std::optional<std::uint32_t>{};
    return std::optional(found->second);
  }
  journal::Bounds range;
  std::map<std::pair<Partition, Offset>, std::uint32_t> records;
};

TEST_F(AReplica, StopsWithoutAContradictionIfRetentionRemovedUndecidedRecords) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  FakeJournal passed;
  passed.range = {.start = 5, .end = 9};
  const Status stopped = replica_.compare_log(passed);
  ASSERT_FALSE(stopped.ok());
  EXPECT_FALSE(stopped.error().is_retryable());
  EXPECT_NE(stopped.error().message.find("Records 1 to 4 were removed"), std::string::npos);
  EXPECT_EQ(snapshots_.partition(0).contradiction(), "") << "a contradiction would halt it on all nodes";

  FakeJournal just_before;
  just_before.range = {.start = 1, .end = 9};
  EXPECT_TRUE(replica_.compare_log(just_before).ok());
  EXPECT_NE(replica_.take_warning(), "");

  FakeJournal shorter;
  EXPECT_FALSE(replica_.compare_log(shorter).ok());
  EXPECT_NE(snapshots_.partition(0).contradiction(), "");
}

/// A newest record that was read from another journal is found in that journal, so the anchor is compared,
/// too.
TEST_F(AReplica, ComparesTheRecordThatAnEarlierComparisonHasFound) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  FakeJournal log;
  log.range = {.start = 0, .end = 9};
  log.records[{0, 0}] = snapshots_.partition(0).marks().newest->checksum;
  ASSERT_TRUE(replica_.compare_log(log).ok());

  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  log.records[{0, 1}] = snapshots_.partition(0).marks().newest->checksum;
  EXPECT_TRUE(replica_.compare_log(log).ok());

  put_request(2, 43);
  ASSERT_TRUE(apply().ok());
  log.records = {{{0, 1}, 1}, {{0, 2}, snapshots_.partition(0).marks().newest->checksum}};
  const Status another = replica_.compare_log(log);
  ASSERT_FALSE(another.ok());
  EXPECT_NE(another.error().message.find("offset 1 is not the one that was decided"), std::string::npos);
  EXPECT_NE(snapshots_.partition(0).contradiction(), "");
}

TEST_F(AReplica, ComparesItsNewestRecord) {
  put_create(0, 2);
  ASSERT_TRUE(apply().ok());
  FakeJournal log;
  log.range = {.start = 0, .end = 9};
  log.records[{0, 0}] = snapshots_.partition(0).marks().newest->checksum;
  ASSERT_TRUE(replica_.compare_log(log).ok());
  put_request(1, 42);
  ASSERT_TRUE(apply().ok());
  log.records[{0, 1}] = 1;
  EXPECT_FALSE(replica_.compare_log(log).ok()) << "the end was cut off and written again";
}

TEST_F(AReplica, WithoutACertainAnchorComparesThoseOfOtherPartitions) {
  PolicySnapshots two(2);
  Replica second(1, 2, two, log_, routes_, kTrust, {});
  second.reset();
  second.load(store::Position{.partition = 1, .state = decide::initial_state()});
  ASSERT_TRUE(second.start({.start = 0, .end = 9}).ok());
  two.partition(0).set_marks(journal::RecordMark{.partition = 0, .offset = 4, .checksum = 77});
  FakeJournal log;
  log.range = {.start = 0, .end = 9};
  log.records[{0, 4}] = 77;
  EXPECT_TRUE(second.compare_log(log).ok());

  put_request(0, 42);
  fetch_.at_end = true;
  ASSERT_TRUE(second.apply(fetch_, {from_millis(0), Instant{}}).ok());
  log.records = {{{0, 4}, 78}, {{1, 0}, two.partition(1).marks().newest->checksum}};
  EXPECT_FALSE(second.compare_log(log).ok()) << "its own record is from the other journal";
  EXPECT_NE(two.partition(1).contradiction(), "");
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

TEST_F(AReplica, SendsAnUndecodableRecordUnchangedToTheDeadLetters) {
  put(0, "not json", "party");
  ASSERT_TRUE(apply().ok());
  const auto relays = log_.relays_in(0, 1);
  ASSERT_EQ(relays.size(), 1U);
  RelayWriter writer(0, kRecordMac, {.topic = "requests", .group = "issuers"});
  const journal::Append letter = writer.write(relays[0]);
  EXPECT_EQ(letter.destination, journal::Destination::DeadLetters);
  EXPECT_EQ(letter.value, "not json");
  EXPECT_EQ(replica_.decided()[static_cast<std::size_t>(Code::Invalid)].value(), 1U);
  EXPECT_EQ(header(letter, "kind"), "party");
  EXPECT_EQ(header(letter, "kafka_dlt-original-topic"), "requests");
  EXPECT_EQ(header(letter, "kafka_dlt-original-consumer-group"), "issuers");
  EXPECT_EQ(header(letter, "kafka_dlt-original-offset"), std::string(8, '\0'));
}

TEST_F(AReplica, CutsARecordThatDoesNotFitIntoTheDeadLetters) {
  const std::string key(std::size_t{3} << 20, 'k');
  const std::string value(std::size_t{9} << 20, 'v');
  const journal::Header long_header{"h", key};
  const journal::RawRecord huge{
      .offset = 1, .key = key, .value = value, .headers = std::span(&long_header, 1)};
  const Relay relay = relay_to_dead_letters(huge, "too long");
  RelayWriter writer(0, kRecordMac, {});
  const journal::Append letter = writer.write(relay);
  std::size_t size = letter.key->size() + letter.value->size();
  for (const auto& one : letter.headers) size += one.key.size() + one.value.size();
  EXPECT_LT(size, std::size_t{2} << 20);
  EXPECT_GT(letter.value->size(), std::size_t{1} << 20);
  EXPECT_EQ(header(letter, "firstcome-cut"), std::to_string(value.size()));
}

TEST(AReplicaOfThree, RelaysAMisroutedRecordToItsHome) {
  PolicyId elsewhere{1};
  while (home(elsewhere, 3) == 0) ++elsewhere.value;
  PolicySnapshots snapshots(3);
  DecidedLog log(0, 100);
  AnswerRoutes routes;
  Replica replica(0, 3, snapshots, log, routes, kTrust, {});
  store::Position position;
  position.state = decide::initial_state();
  replica.reset();
  replica.load(position);
  ASSERT_TRUE(replica.start({0, 1}).ok());
  std::string value;
  journal::encode(IssueRequest{UserId{42}, elsewhere, 5}, from_millis(1), value);
  journal::Fetch fetch{.records = {{.offset = 9, .timestamp = from_millis(1), .value = value}},
                       .position = 10,
                       .at_end = true};
  ASSERT_TRUE(replica.apply(fetch, {from_millis(0), Instant{}}).ok());
  const auto relays = log.relays_in(0, 10);
  ASSERT_EQ(relays.size(), 1U);
  EXPECT_EQ(relays[0].target, home(elsewhere, 3));
  EXPECT_EQ(replica.decided()[static_cast<std::size_t>(Code::Forwarded)].value(), 1U);
  RelayWriter writer(0, kRecordMac, {});
  const journal::Append moved = writer.write(relays[0]);
  EXPECT_EQ(moved.partition, relays[0].target);
  EXPECT_EQ(moved.value, value);
  EXPECT_EQ(header(moved, "origin"), "0:9");
  const journal::RawRecord arrived{.key = moved.key, .value = moved.value, .headers = moved.headers};
  EXPECT_TRUE(kRecordMac.is_valid(moved.partition, arrived));
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

}  // namespace
}  // namespace firstcome::replica
