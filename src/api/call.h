#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firstcome::api {

/// The kinds of requests that the metrics count.
enum class Call : std::uint8_t { Issue, Coupon, Policy, Query, Other };
inline constexpr std::size_t kCallCount = 5;

constexpr std::string_view name_of(Call call) {
  constexpr std::string_view kNames[kCallCount] = {"issue", "coupon", "policy", "query", "other"};
  return kNames[static_cast<std::size_t>(call)];
}

}  // namespace firstcome::api
