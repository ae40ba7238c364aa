#include "cli/bench_policies.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <random>
#include <thread>

#include "cli/client.h"
#include "cli/http_client.h"
#include "domain/time.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

namespace dom = simdjson::dom;

constexpr milliseconds kTimeout{5'000};
constexpr milliseconds kRetryFor{15'000};
constexpr milliseconds kPause{200};
/// Beyond so many the stock is not watched: it would be a load of its own.
constexpr std::size_t kWatched = 20;

load::Tick look_at_clock() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::int64_t number_of(const dom::element& policy, const char* key) {
  std::int64_t number = 0;
  return policy[key].get(number) == simdjson::SUCCESS ? number : 0;
}

struct Refusal {
  std::string result;
  std::int64_t policy = 0;
};

Refusal read_refusal(const HttpAnswer& answer) {
  dom::parser parser;
  dom::element json;
  Refusal refusal;
  if (parser.parse(answer.body).get(json) != simdjson::SUCCESS || !json.is_object()) return refusal;
  std::string_view text;
  if (json["result"].get(text) == simdjson::SUCCESS) refusal.result = text;
  refusal.policy = number_of(json, "policyId");
  return refusal;
}

std::string read_name(const HttpAnswer& answer) {
  dom::parser parser;
  dom::element json;
  std::string_view name;
  if (parser.parse(answer.body).get(json) != simdjson::SUCCESS || json["name"].get(name) != simdjson::SUCCESS)
    return {};
  return std::string(name);
}

/// The policy that a server speaks of, or what it says instead.
Result<load::PolicySeen> read_policy(const HttpAnswer& answer) {
  dom::parser parser;
  dom::element json;
  const bool readable = parser.parse(answer.body).get(json) == simdjson::SUCCESS && json.is_object();
  if (!readable || answer.status >= 300)
    return Error::permanent(describe_refusal(answer.status, answer.body));
  return load::PolicySeen{.id = PolicyId{number_of(json, "id")},
                          .max_count = number_of(json, "maxCount"),
                          .revision = number_of(json, "revision"),
                          .issued_before = number_of(json, "issuedCount")};
}

/// One creation of a policy, asked for again only where that cannot create a second one: after an answer that
/// says that nothing was recorded, or with the id that an unknown outcome names.
class Creation {
 public:
  Creation(const PolicyDesk& desk, std::int64_t max_count) : desk_(desk), max_count_(max_count) {
    const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
    // By its name a policy with the proposed id is known as this one.
    name_ = fmt::format("Bench {} {}", format_rfc3339(now), std::random_device{}());
  }

  Result<load::PolicySeen> run() {
    const auto until = std::chrono::steady_clock::now() + kRetryFor;
    for (;;) {
      const auto answer = ask(desk_.admin, question(), kTimeout);
      if (!answer && !(id_ && answer.error().kind == Error::Kind::Unknown)) return answer.error();
      auto settled = answer ? settle(*answer) : std::nullopt;
      if (settled) return *settled;
      if (std::chrono::steady_clock::now() > until) return gave_up(answer);
      std::this_thread::sleep_for(kPause);
    }
  }

 private:
  HttpQuestion question() const {
    text::JsonObject body;
    if (id_) body.number("id", *id_);
    return {.method = "POST",
            .target = "/v1/policies",
            .body = body.text("name", name_).number("maxCount", max_count_).str(),
            .admin_key = desk_.admin_key,
            .unanswered = "Look with `firstcome policy list` if there is a policy \"" + name_ + "\""};
  }

  /// Nothing: to be asked again.
  std::optional<Result<load::PolicySeen>> settle(const HttpAnswer& answer) {
    auto policy = read_policy(answer);
    if (policy) return ours(*policy);
    const Refusal refusal = read_refusal(answer);
    if (answer.status == 409 && id_) return take_over();
    if (refusal.result == "OVERLOADED" || refusal.result == "UNAVAILABLE") return std::nullopt;
    if (refusal.result == "OUTCOME_UNKNOWN" && refusal.policy > 0) {
      id_ = refusal.policy;
      return std::nullopt;
    }
    return Error::permanent(desk_.admin + " makes no policy: " + policy.error().message);
  }

  /// The id is taken: by the first of our copies, or by someone else, and then by none of ours.
  std::optional<Result<load::PolicySeen>> take_over() {
    const auto answer = ask(desk_.admin, {.target = fmt::format("/v1/policies/{}", *id_)}, kTimeout);
    if (!answer) return std::nullopt;
    auto policy = read_policy(*answer);
    if (!policy) return std::nullopt;
    if (read_name(*answer) == name_) return ours(*policy);
    id_.reset();
    return std::nullopt;
  }

  Result<load::PolicySeen> ours(load::PolicySeen policy) const {
    policy.ours = true;
    policy.sent = began_;
    policy.answered = look_at_clock();
    return policy;
  }

  Error gave_up(const Result<HttpAnswer>& answer) const {
    const std::string why = answer ? read_policy(*answer).error().message : answer.error().message;
    return Error::permanent(desk_.admin + " makes no policy: " + why);
  }

  const PolicyDesk& desk_;
  const std::int64_t max_count_;
  const load::Tick began_ = look_at_clock();
  std::string name_;
  std::optional<std::int64_t> id_;  ///< proposed by a server whose answer was OUTCOME_UNKNOWN
};

/// What the servers show of a policy, when each is asked once.
struct Look {
  Result<load::PolicySeen> policy;
  /// One of them cannot tell now. A node that is busy, or replays, says so.
  bool worth_a_retry = false;
};

Look look_at(const PolicyDesk& desk, PolicyId id) {
  Look look{.policy = Error::permanent("there is no server to ask")};
  const std::string name = fmt::format("policy {}", id);
  for (const std::string& server : desk.servers) {
    const auto answer = ask(server, {.target = fmt::format("/v1/policies/{}", id)}, kTimeout);
    if (!answer) {
      look.policy = answer.error();
      look.worth_a_retry |= answer.error().kind == Error::Kind::Unknown;
      continue;
    }
    look.policy = read_policy(*answer);
    if (look.policy) return look;
    look.worth_a_retry |= answer->status == 503;
    look.policy = Error::permanent(
        answer->status == 404 ? server + " has no " + name + ". `firstcome policy list` shows what there is"
                              : server + " does not show " + name + ": " + look.policy.error().message);
  }
  return look;
}

}  // namespace

Result<std::vector<load::PolicySeen>> make_policies(const PolicyDesk& desk, std::int64_t count,
                                                    std::int64_t max_count) {
  std::vector<load::PolicySeen> policies;
  for (std::int64_t i = 0; i < count; ++i) {
    auto policy = Creation(desk, max_count).run();
    if (!policy) return policy.error();
    policies.push_back(*policy);
  }
  return policies;
}

Result<load::PolicySeen> find_policy(const PolicyDesk& desk, PolicyId id) {
  const auto until = std::chrono::steady_clock::now() + kRetryFor;
  for (;;) {
    const Look look = look_at(desk, id);
    if (look.policy || !look.worth_a_retry || std::chrono::steady_clock::now() > until) return look.policy;
    std::this_thread::sleep_for(kPause);
  }
}

std::optional<std::int64_t> issued_now(const PolicyDesk& desk, PolicyId id) {
  const auto policy = find_policy(desk, id);
  if (!policy) return std::nullopt;
  return policy->issued_before;
}

StockWatch::StockWatch(const PolicyDesk& desk, const std::vector<load::PolicySeen>& policies)
    : desk_(desk), policies_(policies), thread_("stock", [this]() -> std::optional<Instant> {
        constexpr milliseconds kPause{1'000};
        left_.store(ask().value_or(-1), std::memory_order_relaxed);
        return std::chrono::steady_clock::now() + kPause;
      }) {
  if (policies_.size() <= kWatched) thread_.start();
}

std::optional<std::int64_t> StockWatch::left() const {
  const std::int64_t left = left_.load(std::memory_order_relaxed);
  return left < 0 ? std::nullopt : std::optional(left);
}

std::optional<std::int64_t> StockWatch::ask() const {
  std::int64_t left = 0;
  for (const load::PolicySeen& policy : policies_) {
    const Look look = look_at(desk_, policy.id);
    if (!look.policy) return std::nullopt;
    left += look.policy->max_count - look.policy->issued_before;
  }
  return left;
}

}  // namespace firstcome::cli
