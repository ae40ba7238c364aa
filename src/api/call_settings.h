#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/time.h"

namespace firstcome::api {

/// What the calls of a worker are told of ServerSettings.
struct CallSettings {
  milliseconds wait_default{2'000};
  milliseconds wait_most{10'000};
  std::size_t max_queries = 1'000;
  std::string admin_key;
  std::vector<std::string> cors_origins;
  bool fixed_route = false;

  /// The wait a caller named, in seconds, within what is allowed; `otherwise` when none was named.
  [[nodiscard]] milliseconds wait(std::optional<std::int64_t> seconds, milliseconds otherwise) const {
    if (!seconds) return otherwise;
    const std::int64_t most_seconds = wait_most.count() / 1000 + 1;
    return std::min(milliseconds{std::min(*seconds, most_seconds) * 1000}, wait_most);
  }
};

}  // namespace firstcome::api
