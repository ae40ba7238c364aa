#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "domain/result.h"
#include "load/summary.h"
#include "thread/periodic_thread.h"

namespace firstcome::cli {

/// The servers that create and show policies.
struct PolicyServers {
  std::vector<std::string> servers;  ///< users' listeners; any of them can show a policy
  std::string admin;
  std::string key{};        ///< for the users' listeners; may be empty
  std::string admin_key{};  ///< for the admin listener; may be empty
  net::TlsContext::ClientFiles tls{};
};

/// Creates policies for a bench.
Result<std::vector<load::BenchPolicy>> create_policies(const PolicyServers& servers, std::int64_t count,
                                                       std::int64_t max_count);
/// Reads an existing policy.
Result<load::BenchPolicy> find_policy(const PolicyServers& servers, PolicyId id);
/// Its counts; nothing if no server returns them.
std::optional<load::PolicyCounts> counts_now(const PolicyServers& servers, PolicyId id);

/// Requests the number of remaining coupons once a second, on its own thread.
class StockWatch {
 public:
  StockWatch(const PolicyServers& servers, const std::vector<load::BenchPolicy>& policies);

  /// The last known number; nothing if it is not known. Callable from any thread.
  [[nodiscard]] std::optional<std::int64_t> remaining() const;

 private:
  [[nodiscard]] std::optional<std::int64_t> read_remaining() const;

  const PolicyServers& servers_;
  const std::vector<load::BenchPolicy>& policies_;
  std::atomic<std::int64_t> remaining_{-1};  ///< -1: not known
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::cli
