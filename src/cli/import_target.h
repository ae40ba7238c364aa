#pragma once

#include <fmt/core.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/import_source.h"
#include "cli/retrying_client.h"
#include "domain/policy.h"
#include "text/json_object.h"

namespace firstcome::cli {

/// The imported policy on a server, changed through its admin listener. Retries for `retry_for` while the
/// server does not respond. Each call may be repeated.
class ImportTarget {
 public:
  ImportTarget(std::string server, net::TlsContext::ClientFiles tls, std::string admin_key, PolicyId policy,
               milliseconds retry_for)
      : settings_({std::move(server), std::move(tls), std::move(admin_key), retry_for,
                   "Repeat the command: it continues the import."}),
        client_(settings_),
        policy_(policy) {}

  struct State {
    std::string policy_state;  ///< `state` in the HTTP API
    std::int64_t coupons = 0;
    SourcePolicy policy;  ///< the current fields of the policy
  };
  /// Nothing: the policy does not exist.
  Result<std::optional<State>> read_state();
  Status create(const SourcePolicy& policy);
  /// Succeeds also if the server has accepted the chunk before and only the response was lost.
  Status send(const ImportChunk& chunk);
  /// Uses or cancels imported coupons. A repeat has no effect, because the references are the same.
  Status touch(std::span<const TouchedCoupon> coupons);
  Status resume();

 private:
  [[nodiscard]] std::string path() const { return fmt::format("/v1/policies/{}", policy_.value); }

  const RetryingClient::Settings settings_;
  RetryingClient client_;
  std::vector<RetryingClient> clients_;  ///< of touch(); made at the first call
  const PolicyId policy_;
};

}  // namespace firstcome::cli
