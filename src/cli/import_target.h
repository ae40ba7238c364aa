#pragma once

#include <optional>
#include <string>

#include "cli/import_source.h"
#include "domain/policy.h"
#include "text/json_object.h"

namespace firstcome::cli {

/// The policy at a server's admin listener that is being imported. Asks again while the server is away, for
/// so long; each of its calls may be repeated.
class ImportTarget {
 public:
  ImportTarget(std::string server, std::string admin_key, PolicyId policy, milliseconds retry_for)
      : server_(std::move(server)),
        admin_key_(std::move(admin_key)),
        policy_(policy),
        retry_for_(retry_for) {}

  struct Stands {
    std::string state;  ///< as the HTTP interface says it
    std::int64_t coupons = 0;
    SourcePolicy policy;  ///< what it was created with, unless somebody has changed it since
  };
  /// Nothing: there is no such policy.
  Result<std::optional<Stands>> look();
  Status create(const SourcePolicy& policy);
  /// Also when it was taken already, and only the answer had been lost.
  Status send(const ImportChunk& chunk);

 private:
  struct Said {
    int status = 0;
    std::string body;
  };
  Result<Said> ask(const std::string& method, const std::string& target, const std::string& body);
  [[nodiscard]] std::string path() const { return "/v1/policies/" + std::to_string(policy_.value); }

  const std::string server_;
  const std::string admin_key_;
  const PolicyId policy_;
  const milliseconds retry_for_;
};

}  // namespace firstcome::cli
