#include "app/bench_policies.h"

#include <simdjson.h>

#include "app/http_client.h"
#include "app/json_object.h"
#include "domain/time.h"

namespace firstcome::app {
namespace {

namespace dom = simdjson::dom;

constexpr milliseconds kTimeout{5'000};
/// Beyond so many the stock is not watched: it would be a load of its own.
constexpr std::size_t kWatched = 20;

load::Tick look_at_clock() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::int64_t number_of(const dom::element& policy, const char* key) {
  std::int64_t number = 0;
  return policy[key].get(number) == simdjson::SUCCESS ? number : 0;
}

/// The policy that a server speaks of, or what it says instead.
Result<load::PolicySeen> read_policy(const HttpAnswer& answer) {
  dom::parser parser;
  dom::element json;
  const bool readable = parser.parse(answer.body).get(json) == simdjson::SUCCESS && json.is_object();
  if (readable && answer.status < 300) {
    return load::PolicySeen{.id = PolicyId{number_of(json, "id")},
                            .max_count = number_of(json, "maxCount"),
                            .revision = number_of(json, "revision"),
                            .issued_before = number_of(json, "issuedCount")};
  }
  std::string what = "HTTP " + std::to_string(answer.status);
  for (const char* key : {"result", "detail"}) {
    std::string_view text;
    if (readable && json[key].get(text) == simdjson::SUCCESS) what += " " + std::string(text);
  }
  return Error{Error::Kind::Permanent, what};
}

Result<load::PolicySeen> make_policy(const PolicyDesk& desk, std::int64_t max_count) {
  HttpQuestion question{.method = "POST", .target = "/v1/policies", .admin_key = desk.admin_key};
  const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  question.body =
      JsonObject().text("name", "Bench " + format_rfc3339(now)).number("maxCount", max_count).str();
  const load::Tick sent = look_at_clock();
  const auto answer = ask(desk.admin, question, kTimeout);
  if (!answer) return answer.error();
  auto policy = read_policy(*answer);
  if (!policy)
    return Error{Error::Kind::Permanent, desk.admin + " makes no policy: " + policy.error().message};
  policy->ours = true;
  policy->sent = sent;
  policy->answered = look_at_clock();
  return policy;
}

}  // namespace

Result<std::vector<load::PolicySeen>> make_policies(const PolicyDesk& desk, std::int64_t count,
                                                    std::int64_t max_count) {
  std::vector<load::PolicySeen> policies;
  for (std::int64_t i = 0; i < count; ++i) {
    auto policy = make_policy(desk, max_count);
    if (!policy) return policy.error();
    policies.push_back(*policy);
  }
  return policies;
}

Result<load::PolicySeen> find_policy(const PolicyDesk& desk, PolicyId id) {
  Error last{Error::Kind::Permanent, "there is no server to ask"};
  for (const std::string& server : desk.servers) {
    const auto answer = ask(server, {.target = "/v1/policies/" + std::to_string(id.value)}, kTimeout);
    if (answer) {
      auto policy = read_policy(*answer);
      if (policy) return policy;
      last = {Error::Kind::Permanent, server + " has no policy " + std::to_string(id.value) + ": " +
                                          policy.error().message +
                                          ". `firstcome policy list` shows what there is"};
    } else {
      last = answer.error();
    }
  }
  return last;
}

std::optional<std::int64_t> issued_now(const PolicyDesk& desk, PolicyId id) {
  const auto policy = find_policy(desk, id);
  if (!policy) return std::nullopt;
  return policy->issued_before;
}

StockWatch::StockWatch(const PolicyDesk& desk, const std::vector<load::PolicySeen>& policies)
    : desk_(desk), policies_(policies) {
  if (policies_.size() <= kWatched) thread_ = std::thread([this] { run(); });
}

StockWatch::~StockWatch() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::optional<std::int64_t> StockWatch::left() const {
  const std::int64_t left = left_.load(std::memory_order_relaxed);
  return left < 0 ? std::nullopt : std::optional(left);
}

void StockWatch::run() {
  constexpr milliseconds kPause{1'000};
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    lock.unlock();
    left_.store(ask().value_or(-1), std::memory_order_relaxed);
    lock.lock();
    changed_.wait_for(lock, kPause, [this] { return stopped_; });
  }
}

std::optional<std::int64_t> StockWatch::ask() const {
  std::int64_t left = 0;
  for (const load::PolicySeen& policy : policies_) {
    const auto seen = find_policy(desk_, policy.id);
    if (!seen) return std::nullopt;
    left += seen->max_count - seen->issued_before;
  }
  return left;
}

}  // namespace firstcome::app
