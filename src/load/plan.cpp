#include "load/plan.h"

#include <algorithm>

namespace firstcome::load {
namespace {

Error wrong(std::string what) { return {Error::Kind::Permanent, std::move(what)}; }

/// Part `index` of `whole` dealt to `parts`.
std::int64_t deal(std::int64_t whole, int parts, int index) {
  return whole / parts + (index < whole % parts ? 1 : 0);
}

}  // namespace

Status check(const Plan& plan) {
  if (plan.servers.empty()) return wrong("--server: name at least one");
  if (plan.threads > plan.connections) {
    return wrong("--threads: " + std::to_string(plan.threads) + " have nothing to do with " +
                 std::to_string(plan.connections) + " connections (--connections)");
  }
  if (static_cast<int>(plan.servers.size()) > plan.connections) {
    return wrong("--connections: " + std::to_string(plan.connections) + " cannot reach " +
                 std::to_string(plan.servers.size()) + " servers");
  }
  if (plan.duration && plan.ramp > *plan.duration) return wrong("--ramp: is longer than --duration");
  if (plan.rate && *plan.rate < plan.threads) {
    return wrong("--rate: " + std::to_string(*plan.rate) + " a second cannot be dealt to " +
                 std::to_string(plan.threads) + " threads (--threads)");
  }
  if (plan.users > 0 && plan.users < plan.threads) {
    return wrong("--users: " + std::to_string(plan.users) + " cannot be dealt to " +
                 std::to_string(plan.threads) + " threads (--threads)");
  }
  if (plan.first_user > INT64_MAX - std::max(plan.users, std::int64_t{1} << 40)) {
    return wrong("--first-user: leaves no room for the users after it");
  }
  return Done{};
}

int connections_of(const Plan& plan, int thread) {
  return static_cast<int>(deal(plan.connections, plan.threads, thread));
}

std::optional<std::int64_t> requests_of(const Plan& plan, int thread) {
  if (!plan.requests) return std::nullopt;
  return deal(*plan.requests, plan.threads, thread);
}

}  // namespace firstcome::load
