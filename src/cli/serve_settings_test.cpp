#include "cli/serve_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

using testing::HasSubstr;

Result<node::NodeSettings> settings(const Flags& flags) {
  const auto values = merge(with_servers_options(serve_options()), flags,
                            [](const std::string&) { return std::optional<std::string>(); });
  if (!values) return values.error();
  return serve_settings(*values);
}

TEST(ServeSettings, CallersWaitingForOnePolicyOrPartitionLeaveConnectionsForOthers) {
  const auto usual = settings({{"threads", "2"}, {"max-connections", "1000"}});
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->server.admission.max_pending_policy, 400U);
  EXPECT_EQ(usual->server.admission.max_pending_partition, 450U);
  const auto least = settings({{"threads", "8"}, {"max-connections", "1"}});
  ASSERT_TRUE(least);
  EXPECT_EQ(least->server.admission.max_pending_policy, 1U);
  const auto given = settings({{"max-pending-policy", "7"}, {"max-pending-partition", "9"}});
  ASSERT_TRUE(given);
  EXPECT_EQ(given->server.admission.max_pending_policy, 7U);
  EXPECT_EQ(given->server.admission.max_pending_partition, 9U);
}

TEST(ServeSettings, LimitsAndTimeoutsAreTheGivenOnes) {
  const auto given = settings({{"max-header", "2048"},
                               {"max-body", "70000"},
                               {"request-timeout", "1s"},
                               {"idle-timeout", "2m"},
                               {"write-timeout", "300ms"}});
  ASSERT_TRUE(given);
  EXPECT_EQ(given->server.connection.request.header, 2048U);
  EXPECT_EQ(given->server.connection.request.body, 70000U);
  EXPECT_EQ(given->server.connection.request_timeout, milliseconds{1'000});
  EXPECT_EQ(given->server.connection.idle_timeout, milliseconds{120'000});
  EXPECT_EQ(given->server.connection.write_timeout, milliseconds{300});
}

TEST(ServeSettings, IssuersCloseEndedPolicies) {
  EXPECT_EQ(settings({})->close_expired, std::chrono::days{30});
  EXPECT_EQ(settings({{"close-expired", "0"}})->close_expired, milliseconds{0});
  const Flags edge{
      {"journal", "kafka://broker:9092"}, {"store", "postgresql://owner@db/shop"}, {"role", "edge"}};
  EXPECT_EQ(settings(edge)->close_expired, milliseconds{0});
}

TEST(ServeSettings, AnInvalidListenAddressIsWrongUsage) {
  for (const char* name : {"listen", "admin-listen"}) {
    for (const char* wrong :
         {"127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:80x", "127.0.0.1:65536", "::1:8080"}) {
      const auto refused = settings({{name, wrong}});
      ASSERT_FALSE(refused) << name << " " << wrong;
      EXPECT_THAT(refused.error().message, HasSubstr("--" + std::string(name))) << wrong;
      EXPECT_THAT(refused.error().message, HasSubstr("host:port")) << wrong;
    }
  }
}

TEST(ServeSettings, TwoListenersNeedDifferentAddresses) {
  EXPECT_TRUE(settings({{"listen", "127.0.0.1:0"}, {"admin-listen", "127.0.0.1:0"}}));
  for (const Flags& same : {Flags{{"listen", "127.0.0.1:8081"}}, Flags{{"admin-listen", "127.0.0.1:8080"}}}) {
    const auto refused = settings(same);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, testing::StartsWith("--" + same.begin()->first + ": "));
  }
}

TEST(ServeSettings, AUsersListenerReachableFromOtherMachinesNeedsCredentialsOrTheWordAnonymous) {
  const auto refused = settings({{"listen", "0.0.0.0:8080"}});
  ASSERT_FALSE(refused);
  for (const char* way : {"--keys-file", "--jwt-keys", "--allow-anonymous"}) {
    EXPECT_THAT(refused.error().message, HasSubstr(way));
  }
  const auto anonymous = settings({{"listen", "0.0.0.0:8080"}, {"allow-anonymous", "true"}});
  ASSERT_TRUE(anonymous) << anonymous.error().message;
  EXPECT_TRUE(anonymous->server.anonymous.users);
  EXPECT_FALSE(anonymous->server.anonymous.lists) << "ids of users can be counted";
  EXPECT_TRUE(anonymous->server.anonymous_allowed);
  const auto trial = settings({});
  ASSERT_TRUE(trial);
  EXPECT_TRUE(trial->server.anonymous.users && trial->server.anonymous.lists &&
              trial->server.anonymous.operators);
  EXPECT_FALSE(trial->server.anonymous_allowed) << "no operator has chosen it";
}

TEST(ServeSettings, AnAdminListenerReachableFromOtherMachinesNeedsAKey) {
  for (const char* near : {"127.0.0.1:8081", "127.1.2.3:0", "localhost:8081", "[::1]:8081"}) {
    EXPECT_TRUE(settings({{"admin-listen", near}})) << near;
  }
  for (const char* far : {"0.0.0.0:8081", "10.0.0.1:8081", "[::]:8081", "127.example.com:8081",
                          "127.0.0.1.example.com:8081", "localhost.example.com:8081"}) {
    const auto refused = settings({{"admin-listen", far}});
    ASSERT_FALSE(refused) << far;
    EXPECT_THAT(refused.error().message, HasSubstr("--admin-key-file")) << far;
  }
}

}  // namespace
}  // namespace firstcome::cli
