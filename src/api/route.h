#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/ids.h"
#include "net/request.h"

namespace firstcome::api {

/// The resources of the edge, by path alone.
enum class Resource : std::uint8_t {
  None,
  Policies,     ///< /v1/policies
  Policy,       ///< /v1/policies/{id}
  PolicyPause,  ///< /v1/policies/{id}/pause, and so on
  PolicyResume,
  PolicyClose,
  PolicyImport,   ///< /v1/policies/{id}/import
  PolicyCoupons,  ///< /v1/policies/{id}/coupons
  Ticket,         ///< /v1/requests/{ticket}
  UserCoupons,    ///< /v1/users/{id}/coupons
  Live,
  Ready,
  Metrics,
  OpenApi,     ///< /openapi.json
  Server,      ///< *: OPTIONS alone
  BenchFixed,  ///< /bench/fixed/{id}/coupons: as long as the path it is measured against
};
inline constexpr std::size_t kResourceCount = static_cast<std::size_t>(Resource::BenchFixed) + 1;

/// What a request is for, as the metrics tell requests apart.
enum class Call : std::uint8_t { Issue, Policy, Query, Other };
inline constexpr std::size_t kCallCount = 4;
Call call_of(Resource resource);
std::string_view name_of(Call call);

struct Route {
  Resource resource = Resource::None;
  PolicyId policy{};
  UserId user{};
  std::string_view ticket{};
  std::string_view query{};  ///< behind the '?'
};

/// Views into `target`.
Route route_of(std::string_view target);

/// The methods of a resource on a listener, as an Allow header says them; empty: it does not exist there.
/// OPTIONS, which every resource has, is last.
std::string_view allowed(Resource resource, bool admin_listener);
bool allows(Resource resource, bool admin_listener, net::Method method);

/// The value of `name` in a query string; nothing when it is not named.
std::optional<std::string_view> query_value(std::string_view query, std::string_view name);

}  // namespace firstcome::api
