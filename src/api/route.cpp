#include "api/route.h"

namespace firstcome::api {
namespace {

constexpr std::string_view kPolicies = "/v1/policies";
constexpr std::string_view kRequests = "/v1/requests/";
constexpr std::string_view kUsers = "/v1/users/";
constexpr std::string_view kBenchFixed = "/bench/fixed/";

/// Takes what stands before the next '/' off the front of `path`.
std::string_view take_segment(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  return segment;
}

Resource below_policy(std::string_view rest) {
  if (rest.empty()) return Resource::Policy;
  if (rest == "/coupons") return Resource::PolicyCoupons;
  if (rest == "/pause") return Resource::PolicyPause;
  if (rest == "/resume") return Resource::PolicyResume;
  if (rest == "/close") return Resource::PolicyClose;
  if (rest == "/import") return Resource::PolicyImport;
  return Resource::None;
}

Route policy_route(std::string_view path) {
  const auto id = parse_id(take_segment(path));
  if (!id) return {};
  return {.resource = below_policy(path), .policy = PolicyId{*id}};
}

Route route_of_path(std::string_view path) {
  if (path.starts_with(kPolicies)) {
    path.remove_prefix(kPolicies.size());
    if (path.empty()) return {.resource = Resource::Policies};
    if (path.front() == '/') return policy_route(path.substr(1));
    return {};
  }
  if (path.starts_with(kRequests)) {
    path.remove_prefix(kRequests.size());
    if (path.empty() || path.find('/') != std::string_view::npos) return {};
    return {.resource = Resource::Ticket, .ticket = path};
  }
  if (path.starts_with(kUsers)) {
    path.remove_prefix(kUsers.size());
    const auto id = parse_id(take_segment(path));
    if (!id || path != "/coupons") return {};
    return {.resource = Resource::UserCoupons, .user = UserId{*id}};
  }
  if (path.starts_with(kBenchFixed)) {
    path.remove_prefix(kBenchFixed.size());
    const auto id = parse_id(take_segment(path));
    if (!id || path != "/coupons") return {};
    return {.resource = Resource::BenchFixed, .policy = PolicyId{*id}};
  }
  if (path == "/livez") return {.resource = Resource::Live};
  if (path == "/readyz") return {.resource = Resource::Ready};
  if (path == "/metrics") return {.resource = Resource::Metrics};
  if (path == "/openapi.json") return {.resource = Resource::OpenApi};
  if (path == "*") return {.resource = Resource::Server};
  return {};
}

}  // namespace

Call call_of(Resource resource) {
  switch (resource) {
    case Resource::PolicyCoupons: return Call::Issue;
    case Resource::Policies:
    case Resource::Policy:
    case Resource::PolicyPause:
    case Resource::PolicyResume:
    case Resource::PolicyClose:
    case Resource::PolicyImport: return Call::Policy;
    case Resource::Ticket:
    case Resource::UserCoupons: return Call::Query;
    case Resource::None:
    case Resource::Live:
    case Resource::Ready:
    case Resource::Metrics:
    case Resource::OpenApi:
    case Resource::Server:
    case Resource::BenchFixed: break;
  }
  return Call::Other;
}

std::string_view name_of(Call call) {
  switch (call) {
    case Call::Issue: return "issue";
    case Call::Policy: return "policy";
    case Call::Query: return "query";
    case Call::Other: return "other";
  }
  return {};
}

Route route_of(std::string_view target) {
  const auto question = target.find('?');
  Route route = route_of_path(target.substr(0, question));
  if (question != std::string_view::npos) route.query = target.substr(question + 1);
  return route;
}

std::string_view allowed(Resource resource, bool admin_listener) {
  constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
  constexpr std::string_view kPost = "POST, OPTIONS";
  switch (resource) {
    case Resource::None: return {};
    case Resource::Policies: return admin_listener ? "GET, HEAD, POST, OPTIONS" : kRead;
    case Resource::Policy: return admin_listener ? "GET, HEAD, PATCH, OPTIONS" : kRead;
    case Resource::PolicyPause:
    case Resource::PolicyResume:
    case Resource::PolicyClose:
    case Resource::PolicyImport: return admin_listener ? kPost : "";
    case Resource::PolicyCoupons:
    case Resource::BenchFixed: return kPost;
    case Resource::Ticket:
    case Resource::UserCoupons:
    case Resource::Live:
    case Resource::Ready:
    case Resource::OpenApi: return kRead;
    case Resource::Metrics: return admin_listener ? kRead : "";
    case Resource::Server:
      return admin_listener ? "GET, HEAD, POST, PATCH, OPTIONS" : "GET, HEAD, POST, OPTIONS";
  }
  return {};
}

bool allows(Resource resource, bool admin_listener, net::Method method) {
  const std::string_view methods = allowed(resource, admin_listener);
  const auto names = [&](std::string_view name) { return methods.find(name) != std::string_view::npos; };
  switch (method) {
    case net::Method::Get:
    case net::Method::Head: return methods.starts_with("GET");
    case net::Method::Post: return names("POST");
    case net::Method::Patch: return names("PATCH");
    case net::Method::Options: return !methods.empty();
    case net::Method::Other: return false;
  }
  return false;
}

std::optional<std::string_view> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const std::string_view pair = query.substr(0, ampersand);
    query = ampersand == std::string_view::npos ? std::string_view{} : query.substr(ampersand + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
  }
  return std::nullopt;
}

}  // namespace firstcome::api
