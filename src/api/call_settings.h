#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "admission/admission.h"
#include "domain/time.h"
#include "net/request.h"

namespace firstcome::api {

struct CallSettings {
  milliseconds wait_default{2'000};       ///< how long a caller waits for the final answer
  milliseconds wait_most{10'000};         ///< limit of `Prefer: wait=` and `?wait=`
  std::size_t max_queries = 1'000;        ///< waiting ticket and coupon queries; above it: 503
  std::string admin_key;                  ///< not empty: admin writes need `Authorization: Bearer <key>`
  std::vector<std::string> cors_origins;  ///< web pages that may use the users' listener; see CrossOrigin
  /// `POST /bench/fixed`: parses like an issue request and answers a constant. For measuring only.
  bool fixed_route = false;

  /// The wait that a caller requests, in seconds, limited to wait_most; `otherwise` if it requests none.
  [[nodiscard]] milliseconds wait(std::optional<std::int64_t> seconds, milliseconds otherwise) const {
    if (!seconds) return otherwise;
    const std::int64_t most_seconds = wait_most.count() / 1000 + 1;
    return std::min(milliseconds{std::min(*seconds, most_seconds) * 1000}, wait_most);
  }
  /// RFC 7240 §4.3: with respond-async and a wait, the wait comes first.
  [[nodiscard]] admission::Wait wait(const net::Request& request) const {
    return {.most = wait(request.wait_seconds, wait_default),
            .respond_async = request.respond_async && !request.wait_seconds};
  }
};

}  // namespace firstcome::api
