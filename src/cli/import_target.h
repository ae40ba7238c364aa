#pragma once

#include <fmt/core.h>

#include <optional>
#include <string>

#include "cli/http_client.h"
#include "cli/import_source.h"
#include "domain/policy.h"
#include "text/json_object.h"

namespace firstcome::cli {

/// The imported policy on a server, changed through its admin listener. Retries for `retry_for` while the
/// server does not respond. Each call may be repeated.
class ImportTarget {
 public:
  ImportTarget(std::string server, net::TlsContext::ClientFiles tls, std::string admin_key, PolicyId policy,
               milliseconds retry_for)
      : server_(std::move(server)),
        tls_(std::move(tls)),
        admin_key_(std::move(admin_key)),
        policy_(policy),
        retry_for_(retry_for) {}

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

 private:
  Result<HttpResponse> send_with_retries(const std::string& method, const std::string& target,
                                         const std::string& body);
  [[nodiscard]] std::string path() const { return fmt::format("/v1/policies/{}", policy_.value); }

  const std::string server_;
  const net::TlsContext::ClientFiles tls_;
  const std::string admin_key_;
  const PolicyId policy_;
  const milliseconds retry_for_;
};

}  // namespace firstcome::cli
