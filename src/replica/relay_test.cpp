#include "replica/relay.h"

#include "domain/home.h"
#include "replica/replica_test.h"

namespace firstcome::replica {
namespace {

std::string header(const journal::Append& append, std::string_view key) {
  for (const auto& one : append.headers) {
    if (one.key == key) return std::string(one.value);
  }
  return "none";
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

TEST(ARelay, CarriesTheTraceOfTheRecordUnderItsMac) {
  constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  Record record{.offset = 9, .content = IssueRequest{UserId{42}, PolicyId{7}, 5}};
  record.trace = TraceContext::parse_shared(kParent, "congo=t61rcWkgMzE");
  const Relay relay = relay_home({.offset = 9, .timestamp = from_millis(1)}, record, 2);
  RelayWriter writer(0, kRecordMac, {});
  journal::Append moved = writer.write(relay);
  EXPECT_EQ(header(moved, "traceparent"), kParent);
  EXPECT_EQ(header(moved, "tracestate"), "congo=t61rcWkgMzE");
  journal::RawRecord arrived{.key = moved.key, .value = moved.value, .headers = moved.headers};
  EXPECT_TRUE(kRecordMac.is_valid(2, arrived));
  std::vector<journal::Header> forged(moved.headers.begin(), moved.headers.end());
  ASSERT_EQ(forged[1].key, "traceparent");
  forged[1].value = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01";
  arrived.headers = forged;
  EXPECT_FALSE(kRecordMac.is_valid(2, arrived));
}

TEST(ARelay, OfACouponCommandIsTheSameCommandForItsHome) {
  const CouponCommand command{.kind = CouponCommand::Kind::Cancel,
                              .policy = PolicyId{7},
                              .sequence = 12,
                              .reference = "order-17",
                              .user = UserId{42},
                              .reason = "changed my mind",
                              .who = "shop",
                              .sequence_number = 5};
  const Record record{.offset = 9, .content = command};
  const Relay relay = relay_home({.offset = 9, .timestamp = from_millis(1)}, record, 2);
  RelayWriter writer(0, kRecordMac, {});
  const journal::Append moved = writer.write(relay);
  EXPECT_EQ(moved.partition, 2);
  EXPECT_EQ(moved.key, "7");
  EXPECT_EQ(moved.value, journal::encode(command));
  EXPECT_EQ(header(moved, "kind"), "coupon");
  EXPECT_EQ(header(moved, "origin"), "0:9");
  const journal::RawRecord arrived{.key = moved.key, .value = moved.value, .headers = moved.headers};
  EXPECT_TRUE(kRecordMac.is_valid(moved.partition, arrived));
}

}  // namespace
}  // namespace firstcome::replica
