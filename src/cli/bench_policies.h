#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "domain/result.h"
#include "load/summary.h"
#include "thread/periodic_thread.h"

namespace firstcome::cli {

/// Where policies are made and asked for.
struct PolicyDesk {
  std::vector<std::string> servers;  ///< any of them may be asked
  std::string admin;
  std::string admin_key;
};

/// Creates policies for a bench.
Result<std::vector<load::PolicySeen>> make_policies(const PolicyDesk& desk, std::int64_t count,
                                                    std::int64_t max_count);
/// Finds a policy that is there already.
Result<load::PolicySeen> find_policy(const PolicyDesk& desk, PolicyId id);
/// Coupons issued by now; nothing when no server can say.
std::optional<std::int64_t> issued_now(const PolicyDesk& desk, PolicyId id);

/// Asks once a second how many coupons are left, on a thread of its own.
class StockWatch {
 public:
  StockWatch(const PolicyDesk& desk, const std::vector<load::PolicySeen>& policies);

  /// As last heard; from any thread.
  [[nodiscard]] std::optional<std::int64_t> left() const;

 private:
  [[nodiscard]] std::optional<std::int64_t> ask() const;

  const PolicyDesk& desk_;
  const std::vector<load::PolicySeen>& policies_;
  std::atomic<std::int64_t> left_{-1};  ///< -1: not heard
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::cli
