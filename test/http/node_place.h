#pragma once

#include <memory>
#include <optional>

#include "admission/postgres/database_validators.h"
#include "node/node_data.h"

namespace firstcome::test {

/// Where a node under test has its data, fresh for each test. Of the two files that implement it, each test
/// program links one: every test of the HTTP side holds for both forms.
class NodePlace {
 public:
  static std::unique_ptr<NodePlace> make();
  virtual ~NodePlace() = default;
  [[nodiscard]] virtual node::DataPlace place() const = 0;
  /// For the node that answers. What saves beside it, if it does not, is the place's.
  [[nodiscard]] virtual node::DataPlan plan() const = 0;
  /// How its admission asks the database; nothing: it does not.
  [[nodiscard]] virtual std::optional<admission::DatabaseValidation> validation() const {
    return std::nullopt;
  }
};

}  // namespace firstcome::test
