#include "cli/bench_policies.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <random>
#include <thread>

#include "cli/admin_client.h"
#include "cli/error_context.h"
#include "cli/http_client.h"
#include "domain/time.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

namespace dom = simdjson::dom;

constexpr milliseconds kTimeout{5'000};
constexpr milliseconds kRetryFor{15'000};
constexpr milliseconds kPause{200};
/// With more policies StockWatch sends no requests: they would be a load of their own.
constexpr std::size_t kMaxWatched = 20;

load::Tick now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::int64_t number_of(const dom::element& policy, const char* key) {
  std::int64_t number = 0;
  return policy[key].get(number) == simdjson::SUCCESS ? number : 0;
}

/// A number, or its digits as a string (--ids of the server).
std::int64_t id_of(const dom::element& json, const char* key) {
  std::string_view text;
  if (json[key].get(text) == simdjson::SUCCESS) return parse_id(text).value_or(0);
  return number_of(json, key);
}

struct Refusal {
  std::string result;
  std::int64_t policy = 0;
};

Refusal read_refusal(const HttpResponse& response) {
  dom::parser parser;
  dom::element json;
  Refusal refusal;
  if (parser.parse(response.body).get(json) != simdjson::SUCCESS || !json.is_object()) return refusal;
  std::string_view text;
  if (json["result"].get(text) == simdjson::SUCCESS) refusal.result = text;
  refusal.policy = id_of(json, "policyId");
  return refusal;
}

std::string read_name(const HttpResponse& response) {
  dom::parser parser;
  dom::element json;
  std::string_view name;
  if (parser.parse(response.body).get(json) != simdjson::SUCCESS ||
      json["name"].get(name) != simdjson::SUCCESS)
    return {};
  return std::string(name);
}

/// The policy in a response, or the refusal as an error.
Result<load::BenchPolicy> read_policy(const HttpResponse& response) {
  dom::parser parser;
  dom::element json;
  const bool readable = parser.parse(response.body).get(json) == simdjson::SUCCESS && json.is_object();
  if (!readable || response.status >= 300)
    return Error::permanent(describe_refusal(response.status, response.body));
  return load::BenchPolicy{.id = PolicyId{id_of(json, "id")},
                           .max_count = number_of(json, "maxCount"),
                           .revision = number_of(json, "revision"),
                           .before = {.issued = number_of(json, "issuedCount"),
                                      .used = number_of(json, "usedCount"),
                                      .cancelled = number_of(json, "cancelledCount"),
                                      .remaining = number_of(json, "remaining")}};
}

/// Creates one policy. Repeats the request only if that cannot create a second policy: after a response that
/// means that nothing was recorded, or with the id that an OUTCOME_UNKNOWN response proposed.
class PolicyCreation {
 public:
  PolicyCreation(const PolicyServers& servers, std::int64_t max_count)
      : servers_(servers), max_count_(max_count) {
    const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    // The unique name identifies the policy with the proposed id as this one.
    name_ = fmt::format("Bench {} {}", format_rfc3339(now), std::random_device{}());
  }

  Result<load::BenchPolicy> run() {
    const auto until = std::chrono::steady_clock::now() + kRetryFor;
    for (;;) {
      const auto response = send_request(servers_.admin, request(), kTimeout);
      if (!response && !(id_ && response.error().kind == Error::Kind::Unknown)) return response.error();
      auto result = response ? take_response(*response) : std::nullopt;
      if (result) return *result;
      if (std::chrono::steady_clock::now() > until) return timed_out(response);
      std::this_thread::sleep_for(kPause);
    }
  }

 private:
  HttpRequest request() const {
    text::JsonObject body;
    if (id_) body.number("id", *id_);
    return {.method = "POST",
            .target = "/v1/policies",
            .body = body.text("name", name_).number("maxCount", max_count_).str(),
            .credential = servers_.admin_key,
            .tls = servers_.tls,
            .if_unanswered =
                fmt::format("Check with `firstcome policy list` whether policy \"{}\" exists.", name_)};
  }

  /// Nothing: repeat the request.
  std::optional<Result<load::BenchPolicy>> take_response(const HttpResponse& response) {
    auto policy = read_policy(response);
    if (policy) return created(*policy);
    const Refusal refusal = read_refusal(response);
    if (response.status == 409 && id_) return read_proposed();
    if (refusal.result == "OVERLOADED" || refusal.result == "UNAVAILABLE") return std::nullopt;
    if (refusal.result == "OUTCOME_UNKNOWN" && refusal.policy > 0) {
      id_ = refusal.policy;
      return std::nullopt;
    }
    return in_context(fmt::format("{} did not create a policy", servers_.admin), policy.error());
  }

  /// The proposed id exists: an earlier request of this object created it, or another client did.
  std::optional<Result<load::BenchPolicy>> read_proposed() {
    const auto response = send_request(servers_.admin,
                                       {.target = fmt::format("/v1/policies/{}", *id_),
                                        .credential = servers_.admin_key,
                                        .tls = servers_.tls},
                                       kTimeout);
    if (!response) return std::nullopt;
    auto policy = read_policy(*response);
    if (!policy) return std::nullopt;
    if (read_name(*response) == name_) return created(*policy);
    id_.reset();
    return std::nullopt;
  }

  Result<load::BenchPolicy> created(load::BenchPolicy policy) const {
    policy.created = true;
    policy.sent = began_;
    policy.answered = now();
    return policy;
  }

  Error timed_out(const Result<HttpResponse>& response) const {
    const Error error = response ? read_policy(*response).error() : response.error();
    return in_context(fmt::format("{} did not create a policy", servers_.admin), error);
  }

  const PolicyServers& servers_;
  const std::int64_t max_count_;
  const load::Tick began_ = now();
  std::string name_;
  std::optional<std::int64_t> id_;  ///< proposed by a server that returned OUTCOME_UNKNOWN
};

/// A policy as the servers return it; one request to each server until one succeeds.
struct PolicyLookup {
  Result<load::BenchPolicy> policy;
  /// A server did not know the policy yet: it was busy, or it was replaying.
  bool worth_a_retry = false;
};

PolicyLookup look_up(const PolicyServers& servers, PolicyId id) {
  PolicyLookup lookup{.policy = Error::permanent("no server is configured")};
  const std::string name = fmt::format("policy {}", id);
  for (const std::string& server : servers.servers) {
    const auto response = send_request(
        server, {.target = fmt::format("/v1/policies/{}", id), .credential = servers.key, .tls = servers.tls},
        kTimeout);
    if (!response) {
      lookup.policy = response.error();
      lookup.worth_a_retry |= response.error().kind == Error::Kind::Unknown;
      continue;
    }
    lookup.policy = read_policy(*response);
    if (lookup.policy) return lookup;
    lookup.worth_a_retry |= response->status == 503;
    if (response->status == 404) {
      lookup.policy = Error::permanent("{} has no {}.", server, name)
                          .with_hint("`firstcome policy list` prints the existing policies.");
    } else {
      lookup.policy = in_context(fmt::format("{} did not return {}", server, name), lookup.policy.error());
    }
  }
  return lookup;
}

}  // namespace

Result<std::vector<load::BenchPolicy>> create_policies(const PolicyServers& servers, std::int64_t count,
                                                       std::int64_t max_count) {
  std::vector<load::BenchPolicy> policies;
  for (std::int64_t i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const auto policy, PolicyCreation(servers, max_count).run());
    policies.push_back(policy);
  }
  return policies;
}

Result<load::BenchPolicy> find_policy(const PolicyServers& servers, PolicyId id) {
  const auto until = std::chrono::steady_clock::now() + kRetryFor;
  for (;;) {
    const PolicyLookup lookup = look_up(servers, id);
    if (lookup.policy || !lookup.worth_a_retry || std::chrono::steady_clock::now() > until)
      return lookup.policy;
    std::this_thread::sleep_for(kPause);
  }
}

std::optional<load::PolicyCounts> counts_now(const PolicyServers& servers, PolicyId id) {
  const auto policy = find_policy(servers, id);
  if (!policy) return std::nullopt;
  return policy->before;
}

StockWatch::StockWatch(const PolicyServers& servers, const std::vector<load::BenchPolicy>& policies)
    : servers_(servers), policies_(policies), thread_("stock", [this]() -> std::optional<Instant> {
        constexpr milliseconds kInterval{1'000};
        remaining_.store(read_remaining().value_or(-1), std::memory_order_relaxed);
        return std::chrono::steady_clock::now() + kInterval;
      }) {
  if (policies_.size() <= kMaxWatched) thread_.start();
}

std::optional<std::int64_t> StockWatch::remaining() const {
  const std::int64_t remaining = remaining_.load(std::memory_order_relaxed);
  return remaining < 0 ? std::nullopt : std::optional(remaining);
}

std::optional<std::int64_t> StockWatch::read_remaining() const {
  std::int64_t remaining = 0;
  for (const load::BenchPolicy& policy : policies_) {
    const PolicyLookup lookup = look_up(servers_, policy.id);
    if (!lookup.policy) return std::nullopt;
    remaining += lookup.policy->before.remaining;
  }
  return remaining;
}

}  // namespace firstcome::cli
