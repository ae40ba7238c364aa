#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/http_result.h"
#include "domain/code.h"

namespace firstcome::api {

/// What an answer says in `result`, as one number to count by: the codes, then the problems, then the rest.
using Told = std::uint8_t;

inline constexpr Told kToldPending = kCodeCount + kProblemCount;
inline constexpr Told kToldOk = kToldPending + 1;  ///< answers that have no `result`: what was asked for
inline constexpr std::size_t kToldCount = kToldOk + 1;

constexpr Told told(Code code) { return static_cast<Told>(code); }
/// INVALID is one word, whether the edge or the journal says it.
constexpr Told told(Problem problem) {
  if (problem == Problem::Invalid) return told(Code::Invalid);
  return static_cast<Told>(kCodeCount + static_cast<std::size_t>(problem));
}

inline std::string_view name_of(Told told) {
  if (told < kCodeCount) return firstcome::name_of(static_cast<Code>(told));
  if (told < kToldPending) return http_result(static_cast<Problem>(told - kCodeCount)).name;
  return told == kToldPending ? kResultPending : "OK";
}

}  // namespace firstcome::api
