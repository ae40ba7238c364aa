#include <array>
#include <type_traits>

#include "api/calls.h"
#include "api/route.h"

namespace firstcome::api {
namespace {

template <class Part>
Part& part_of(Calls& calls) {
  if constexpr (std::is_same_v<Part, PolicyCalls>) return calls.policies();
  if constexpr (std::is_same_v<Part, CouponCalls>) return calls.coupons();
  if constexpr (std::is_same_v<Part, QueryCalls>) return calls.queries();
  if constexpr (std::is_same_v<Part, HealthCalls>) return calls.health();
  if constexpr (std::is_same_v<Part, Calls>) return calls;
}

template <class Part>
using Member = net::Handled (Part::*)(const Target& target, Exchange& exchange, Now now);

/// Calls a member function of a part of Calls.
template <auto member>
constexpr Handler to = []<class Part>(Member<Part>) {
  return Handler{[](Calls& calls, const Target& target, Exchange& exchange, Now now) {
    return (part_of<Part>(calls).*member)(target, exchange, now);
  }};
}(member);

// find_route() returns the first row that matches, so the call with the most requests is the first row.
// clang-format off
constexpr auto kRoutes = [] {
  using enum net::Method;
  using enum ListenedOn;
  using enum Access;
  using enum Cost;
  using enum WhileStopping;
  using enum PolicyCommand::Kind;
  using enum CouponCommand::Kind;
  return std::to_array<Route>({
    // method, path                             on     who may      cost   stopping counted as    handler
    {Post,  "/v1/policies/{policyId}/coupons",  Both,  Issue,       Small, Refused, Call::Issue,  to<&Calls::issue>},
    {Post,  "/v1/policies/{policyId}/coupons/{sequence}/reserve", Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Reserve>>},
    {Post,  "/v1/policies/{policyId}/coupons/{sequence}/use",     Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Use>>},
    {Post,  "/v1/policies/{policyId}/coupons/{sequence}/release", Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Release>>},
    {Post,  "/v1/policies/{policyId}/coupons/{sequence}/restore", Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Restore>>},
    {Post,  "/v1/policies/{policyId}/coupons/{sequence}/cancel",  Both, CancelCoupon, Small, Refused, Call::Coupon, to<&CouponCalls::command<Cancel>>},
    {Get,   "/v1/policies/{policyId}/coupons/{sequence}",         Both, ReadCoupon,   Small, Refused, Call::Query,  to<&CouponCalls::get>},
    {Get,   "/v1/policies/{policyId}/coupons",                    Admin, Read,        Small, Refused, Call::Query,  to<&CouponCalls::list>},
    {Get,   "/v1/policies/{policyId}/coupons/counts",             Admin, Read,        Small, Refused, Call::Query,  to<&CouponCalls::counts>},
    {Get,   "/v1/coupons/{code}",                                 Both, ReadCoupon,   Small, Refused, Call::Query,  to<&CouponCalls::get>},
    {Post,  "/v1/coupons/{code}/reserve",                         Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Reserve>>},
    {Post,  "/v1/coupons/{code}/use",                             Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Use>>},
    {Post,  "/v1/coupons/{code}/release",                         Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Release>>},
    {Post,  "/v1/coupons/{code}/restore",                         Both, UseCoupon,    Small, Refused, Call::Coupon, to<&CouponCalls::command<Restore>>},
    {Post,  "/v1/coupons/{code}/cancel",                          Both, CancelCoupon, Small, Refused, Call::Coupon, to<&CouponCalls::command<Cancel>>},
    {Get,   "/v1/requests/{ticket}",            Both,  Ticket,      Small, Refused, Call::Query,  to<&QueryCalls::ticket>},
    {Get,   "/v1/users/{userId}/coupons",       Both,  Coupons,     Small, Refused, Call::Query,  to<&QueryCalls::coupons>},
    {Get,   "/v1/users/me/coupons",             Both,  OwnCoupons,  Small, Refused, Call::Query,  to<&QueryCalls::own_coupons>},
    {Get,   "/v1/policies",                     Both,  Read,        Large, Refused, Call::Policy, to<&PolicyCalls::list>},
    {Get,   "/v1/policies/{policyId}",          Both,  Read,        Small, Refused, Call::Policy, to<&PolicyCalls::get>},
    {Post,  "/v1/policies",                     Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::create>},
    {Patch, "/v1/policies/{policyId}",          Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::change>},
    {Post,  "/v1/policies/{policyId}/pause",    Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::set_state<Pause>>},
    {Post,  "/v1/policies/{policyId}/resume",   Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::set_state<Resume>>},
    {Post,  "/v1/policies/{policyId}/close",    Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::set_state<Close>>},
    {Post,  "/v1/policies/{policyId}/import",   Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::import_chunk>},
    {Post,  "/v1/policies/{policyId}/eligible", Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::list_users>},
    {Post,  "/v1/policies/{policyId}/codes",    Admin, Command,     Small, Refused, Call::Policy, to<&PolicyCalls::add_codes>},
    {Get,   "/livez",                           Both,  Anyone,      Small, Served,  Call::Other,  to<&HealthCalls::live>},
    {Get,   "/readyz",                          Both,  Anyone,      Large, Served,  Call::Other,  to<&HealthCalls::ready>},
    {Get,   "/metrics",                         Admin, Metrics,     Small, Served,  Call::Other,  to<&HealthCalls::metrics>},
    {Get,   "/openapi.json",                    Both,  Description, Large, Refused, Call::Other,  to<&HealthCalls::openapi>},
    // Only with --bench-route; its path is as long as that of the first row, which it is compared with.
    {Post,  "/bench/fixed/{policyId}/coupons",  Both,  Anyone,      Small, Refused, Call::Other,  to<&Calls::answer_fixed>},
  });
}();
// clang-format on

}  // namespace

std::span<const Route> all_routes() { return kRoutes; }

}  // namespace firstcome::api
