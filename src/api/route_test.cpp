#include "api/route.h"

#include <gtest/gtest.h>

namespace firstcome::api {
namespace {

using net::Method;

const Route* find(Method method, std::string_view target, bool admin, Target& parameters) {
  return find_route(all_routes(), method, target, admin, parameters);
}

std::string_view path_of(Method method, std::string_view target, bool admin = true) {
  Target parameters;
  const Route* route = find(method, target, admin, parameters);
  return route == nullptr ? "none" : route->path;
}

std::string methods(std::string_view target, bool admin) {
  return methods_of(all_routes(), Method::Options, target, admin).here;
}

TEST(Routes, AreFoundByPathWithTheirParameters) {
  Target target;
  ASSERT_NE(find(Method::Post, "/v1/policies/7/coupons?x=1", false, target), nullptr);
  EXPECT_EQ(target.policy, PolicyId{7});
  EXPECT_EQ(target.query, "x=1");
  ASSERT_NE(find(Method::Get, "/v1/users/42/coupons", false, target), nullptr);
  EXPECT_EQ(target.user, UserId{42});
  EXPECT_EQ(target.query, "");
  ASSERT_NE(find(Method::Head, "/v1/requests/any-text?wait=1", false, target), nullptr);
  EXPECT_EQ(target.ticket, "any-text");
}

TEST(Routes, ACommandOfACouponIsFoundWithPolicyAndSequence) {
  Target target;
  const Route* route = find(Method::Post, "/v1/policies/7/coupons/17/use", false, target);
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(route->path, "/v1/policies/{policyId}/coupons/{sequence}/use");
  EXPECT_EQ(target.policy, PolicyId{7});
  EXPECT_EQ(target.sequence, 17);
  EXPECT_EQ(methods("/v1/policies/7/coupons/17/use", false), "POST, OPTIONS");
  EXPECT_EQ(path_of(Method::Post, "/v1/policies/7/coupons/0/use"), "none");
  EXPECT_EQ(path_of(Method::Post, "/v1/policies/7/coupons/17/used"), "none");
  EXPECT_EQ(path_of(Method::Post, "/v1/policies/7/coupons//use"), "none");
}

TEST(Routes, PathsMatchExactly) {
  EXPECT_EQ(path_of(Method::Get, "/v1/policies"), "/v1/policies");
  EXPECT_EQ(path_of(Method::Get, "/v1/policies/7"), "/v1/policies/{policyId}");
  for (const char* target : {"",
                             "/",
                             "*",
                             "/v1/policies/",
                             "/v1/policies/0",
                             "/v1/policies/07",
                             "/v1/policies/x",
                             "/v1/policies/7/",
                             "/v1/policies/7/coupon",
                             "/v1/policies/7/coupons/",
                             "/v1/policiesx",
                             "/v1/requests/",
                             "/v1/requests",
                             "/v1/requests/a/b",
                             "/v1/users/7",
                             "/v1/users//coupons",
                             "/v1/policies/9223372036854775808",
                             "/livez/",
                             "//livez",
                             "/v1/policies//coupons"}) {
    for (const Method method : {Method::Get, Method::Post, Method::Patch}) {
      EXPECT_EQ(path_of(method, target), "none") << target;
    }
    if (*target != '*') {
      EXPECT_EQ(methods(target, true), "") << target;
    }
  }
}

TEST(Routes, EachListenerServesItsRoutes) {
  EXPECT_EQ(path_of(Method::Post, "/v1/policies", false), "none");
  EXPECT_EQ(path_of(Method::Post, "/v1/policies", true), "/v1/policies");
  EXPECT_EQ(methods("/v1/policies", false), "GET, HEAD, OPTIONS");
  EXPECT_EQ(methods("/v1/policies", true), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(methods("/v1/policies/7", true), "GET, HEAD, PATCH, OPTIONS");
  EXPECT_EQ(methods("/v1/policies/7/coupons", false), "POST, OPTIONS");
  EXPECT_EQ(methods("/metrics", false), "");
  EXPECT_EQ(methods("*", false), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(methods("*", true), "GET, HEAD, POST, PATCH, OPTIONS");
  const PathMethods metrics = methods_of(all_routes(), Method::Get, "/metrics", false);
  EXPECT_TRUE(metrics.on_admin && metrics.serves_on_admin && metrics.here.empty());
}

TEST(Routes, TheCallOfARequestFollowsFromItsPath) {
  EXPECT_EQ(methods_of(all_routes(), Method::Get, "/v1/policies/7/coupons", false).call, Call::Issue);
  EXPECT_EQ(methods_of(all_routes(), Method::Post, "/v1/policies/7/pause", false).call, Call::Policy);
  EXPECT_EQ(methods_of(all_routes(), Method::Get, "/nothing", false).call, Call::Other);
}

/// The listener for users must not have routes for operators.
TEST(Routes, RoutesForOperatorsAreOnTheAdminListenerOnly) {
  for (const Route& route : all_routes()) {
    if (route.access == Access::Command) {
      EXPECT_EQ(route.listener, ListenedOn::Admin) << route.path;
    }
  }
}

}  // namespace
}  // namespace firstcome::api
