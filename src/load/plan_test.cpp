#include "load/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/server_address.h"
#include "test/kits/load/plan_for_tests.h"

namespace firstcome::load {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Plan, WhatCannotBeIsSaidWithTheFlagToChange) {
  EXPECT_TRUE(check(plan_for_tests()).ok());
  struct Case {
    void (*change)(Plan&);
    std::string said;
  };
  const Case cases[] = {
      {[](Plan& p) { p.servers.clear(); }, "--server"},
      {[](Plan& p) { p.threads = 4, p.connections = 3; },
       "--threads: 4 have nothing to do with 3 connections"},
      {[](Plan& p) { p.connections = 1; }, "--connections: 1 cannot reach 2"},
      {[](Plan& p) { p.ramp = 2s, p.duration = 1s; }, "--ramp: is longer than --duration"},
      {[](Plan& p) { p.rate = 1, p.threads = 2; }, "--rate: 1 a second cannot be dealt to 2"},
      {[](Plan& p) { p.users = 1, p.threads = 2; }, "--users: 1 cannot be dealt to 2"},
      {[](Plan& p) { p.first_user = INT64_MAX - 5; }, "--first-user"},
  };
  for (const auto& [change, said] : cases) {
    Plan wrong = plan_for_tests();
    change(wrong);
    const Status status = check(wrong);
    ASSERT_FALSE(status.ok()) << said;
    EXPECT_THAT(status.error().message, HasSubstr(said));
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

TEST(ServerAddress, WhatIsNoAddressIsSaid) {
  for (const std::string wrong :
       {"", "localhost", "http://a:1/path", ":80", "127.0.0.1:", "127.0.0.1:80,,", "127.0.0.1:x"}) {
    const auto servers = find_servers(wrong);
    ASSERT_FALSE(servers.ok()) << wrong;
    EXPECT_THAT(servers.error().message, HasSubstr("--server"));
  }
}

}  // namespace
}  // namespace firstcome::load
