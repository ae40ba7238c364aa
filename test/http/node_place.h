#pragma once

#include <memory>
#include <optional>

#include "admission/postgres/database_validators.h"
#include "node/node_data.h"

namespace firstcome::test {

/// The journal and the store of a node under test, new for each test. Two files implement it and each test program links
/// one of them, so every HTTP test runs with embedded data and with servers.
class NodePlace {
 public:
  static std::unique_ptr<NodePlace> make();
  virtual ~NodePlace() = default;
  [[nodiscard]] virtual node::DataLocation location() const = 0;
  /// For the node that answers. If it does not save, this object runs an issuer.
  [[nodiscard]] virtual node::DataPlan plan() const = 0;
  /// Settings for --admission database; nothing: admission does not use the database.
  [[nodiscard]] virtual std::optional<admission::DatabaseValidation> validation() const {
    return std::nullopt;
  }
};

}  // namespace firstcome::test
