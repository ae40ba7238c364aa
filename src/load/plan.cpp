#include "load/plan.h"

#include <algorithm>

namespace firstcome::load {
namespace {

/// The size of part `index` if `whole` is split into `parts`.
std::int64_t part_of(std::int64_t whole, int parts, int index) {
  return whole / parts + (index < whole % parts ? 1 : 0);
}

}  // namespace

Status validate(const Plan& plan) {
  if (plan.servers.empty()) return Error::permanent("--server: at least one server is required");
  if (plan.threads > plan.connections) {
    return Error::permanent("--threads: {} threads need at least {} connections (--connections)",
                            plan.threads, plan.threads);
  }
  if (static_cast<int>(plan.servers.size()) > plan.connections) {
    return Error::permanent("--connections: {} connections cannot reach {} servers", plan.connections,
                            plan.servers.size());
  }
  if (plan.duration && plan.ramp > *plan.duration)
    return Error::permanent("--ramp: is longer than --duration");
  if (plan.rate && *plan.rate < plan.threads) {
    return Error::permanent("--rate: {} per second cannot be distributed to {} threads (--threads)",
                            *plan.rate, plan.threads);
  }
  if (plan.users > 0 && plan.users < plan.threads) {
    return Error::permanent("--users: {} users cannot be distributed to {} threads (--threads)", plan.users,
                            plan.threads);
  }
  if (plan.use + plan.cancel > 1'000'000)
    return Error::permanent("--use, --cancel: together they are more than 100% of the coupons");
  if (plan.first_user > INT64_MAX - std::max(plan.users, std::int64_t{1} << 40)) {
    return Error::permanent("--first-user: is too high for the number of users");
  }
  return Done{};
}

int connections_of(const Plan& plan, int thread) {
  return static_cast<int>(part_of(plan.connections, plan.threads, thread));
}

std::optional<std::int64_t> requests_of(const Plan& plan, int thread) {
  if (!plan.requests) return std::nullopt;
  return part_of(*plan.requests, plan.threads, thread);
}

}  // namespace firstcome::load
