#include "load/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/server_address.h"
#include "test/kits/load/plan_for_tests.h"

namespace firstcome::load {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Plan, AnImpossiblePlanIsRefusedWithTheFlagToChange) {
  EXPECT_TRUE(validate(plan_for_tests()).ok());
  struct Case {
    void (*change)(Plan&);
    std::string message;
  };
  const Case cases[] = {
      {[](Plan& p) { p.servers.clear(); }, "--server"},
      {[](Plan& p) { p.threads = 4, p.connections = 3; }, "--threads: 4 threads need at least 4 connections"},
      {[](Plan& p) { p.connections = 1; }, "--connections: 1 connections cannot reach 2"},
      {[](Plan& p) { p.ramp = 2s, p.duration = 1s; }, "--ramp: is longer than --duration"},
      {[](Plan& p) { p.rate = 1, p.threads = 2; }, "--rate: 1 per second cannot be distributed to 2"},
      {[](Plan& p) { p.users = 1, p.threads = 2; }, "--users: 1 users cannot be distributed to 2"},
      {[](Plan& p) { p.first_user = INT64_MAX - 5; }, "--first-user"},
      {[](Plan& p) { p.use = 700'000, p.cancel = 300'001; },
       "--use, --cancel: together they are more than 100%"},
  };
  for (const auto& [change, message] : cases) {
    Plan wrong = plan_for_tests();
    change(wrong);
    const Status status = validate(wrong);
    ASSERT_FALSE(status.ok()) << message;
    EXPECT_THAT(status.error().message, HasSubstr(message));
  }
}

TEST(ServerAddress, AListIsReadWithOrWithoutScheme) {
  const auto servers = find_servers("http://127.0.0.1:8080/,[::1]:81");
  ASSERT_TRUE(servers.ok()) << servers.error().message;
  ASSERT_EQ(servers->size(), 2U);
  EXPECT_EQ((*servers)[0].name, "127.0.0.1:8080");
  EXPECT_TRUE((*servers)[0].is_loopback());
  EXPECT_EQ((*servers)[1].name, "[::1]:81");
  EXPECT_FALSE((*servers)[1].is_loopback());
}

TEST(ServerAddress, AnInvalidAddressIsRefused) {
  for (const std::string wrong :
       {"", "localhost", "http://a:1/path", ":80", "127.0.0.1:", "127.0.0.1:80,,", "127.0.0.1:x"}) {
    const auto servers = find_servers(wrong);
    ASSERT_FALSE(servers.ok()) << wrong;
    EXPECT_THAT(servers.error().message, HasSubstr("--server"));
  }
}

}  // namespace
}  // namespace firstcome::load
