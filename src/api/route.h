#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/call.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "net/request.h"

namespace firstcome::api {

class Calls;
struct Exchange;

/// The parameters of a request target. The views point into the target.
struct Target {
  PolicyId policy{};
  UserId user{};
  std::int64_t sequence = 0;
  std::string_view ticket{};
  std::string_view code{};   ///< of a coupon
  std::string_view query{};  ///< behind the '?'
};

enum class ListenedOn : std::uint8_t { Both, Admin };
/// Who may call a route. AccessControl applies it; docs/reference/http.md has the table for every kind of caller.
enum class Access : std::uint8_t {
  Anyone,        ///< no credential is verified
  Description,   ///< on the users' listener anyone; on the admin listener any key
  Issue,         ///< users for themselves; keys with scope issue
  Read,          ///< users; keys with scope read or admin
  Ticket,        ///< users their own tickets; keys with scope read
  Coupons,       ///< users their own coupons; keys with scope read
  OwnCoupons,    ///< users only
  ReadCoupon,    ///< users their own coupon; keys with scope read, use or admin
  UseCoupon,     ///< keys with scope use or admin; sends JSON
  CancelCoupon,  ///< users their own coupon; keys with scope use or admin; sends JSON
  Metrics,       ///< keys with scope metrics
  Command,       ///< keys with scope admin; a browser page only of the listener's own origin; sends JSON
};
/// Large calls are put off: they take turns with those of other connections, so that other requests do not wait for them.
enum class Cost : std::uint8_t { Small, Large };
enum class WhileStopping : std::uint8_t { Refused, Served };

using Handler = net::Handled (*)(Calls& calls, const Target& target, Exchange& exchange, Now now);

/// Without percent encoding (RFC 3986 §2.1); nothing if it is not complete.
std::optional<std::string> percent_decoded(std::string_view text);

/// One row of the table of routes (routes.cpp).
struct Route {
  net::Method method;     ///< Get serves HEAD too; every path serves OPTIONS
  std::string_view path;  ///< with {policyId}, {userId}, {sequence}, {code}, {ticket}, as in openapi.json
  ListenedOn listener;
  Access access;
  Cost cost;
  WhileStopping while_stopping;
  Call call;
  Handler handler;
};

/// Every route. The last one exists only with --bench-route.
std::span<const Route> all_routes();

/// The route of `method` and `target` on a listener; fills `parameters`. Null if there is none.
const Route* find_route(std::span<const Route> routes, net::Method method, std::string_view target,
                        bool admin_listener, Target& parameters);

/// The methods of a path, for requests without a route. Allocates.
struct PathMethods {
  std::string here;       ///< for an Allow header, with OPTIONS last; empty: the path does not exist here
  bool on_admin = false;  ///< the path exists on the admin listener
  bool serves_on_admin = false;  ///< and serves the method there
  Call call = Call::Other;
};
PathMethods methods_of(std::span<const Route> routes, net::Method method, std::string_view target,
                       bool admin_listener);

/// The value of `name` in a query string; nothing if the query does not have it.
std::optional<std::string_view> query_value(std::string_view query, std::string_view name);

}  // namespace firstcome::api
