#pragma once

#include <memory>

#include "app/data.h"

namespace firstcome::test {

/// Where a node under test has its data, fresh for each test. Of the two files that implement it, each test
/// program links one: every test of the HTTP side holds for both forms.
class NodePlace {
 public:
  static std::unique_ptr<NodePlace> make();
  virtual ~NodePlace() = default;
  [[nodiscard]] virtual app::DataPlace place() const = 0;
  /// For the node that answers. What saves beside it, if it does not, is the place's.
  [[nodiscard]] virtual app::DataPlan plan() const = 0;
};

}  // namespace firstcome::test
