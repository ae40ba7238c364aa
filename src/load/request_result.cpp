#include "load/request_result.h"

#include <algorithm>
#include <array>

namespace firstcome::load {
namespace {

struct Names {
  std::string_view wire;
  std::string_view key;
  std::string_view text;
};

constexpr Names on_wire(std::string_view name) { return {name, name, name}; }

// clang-format off
constexpr std::array<Names, kRequestResults> kNames{{
    on_wire("SUCCESS"),
    on_wire("ALREADY_ISSUED"),
    on_wire("SOLD_OUT"),
    on_wire("NOT_STARTED"),
    on_wire("ENDED"),
    on_wire("PAUSED"),
    on_wire("CLOSED"),
    on_wire("UNKNOWN_POLICY"),
    on_wire("NOT_ELIGIBLE"),
    on_wire("REFUSED"),
    on_wire("ACCEPTED"),
    on_wire("UNCHANGED"),
    on_wire("ALREADY_USED"),
    on_wire("RESERVED"),
    on_wire("CANCELLED"),
    on_wire("EXPIRED"),
    on_wire("NOT_YET_VALID"),
    on_wire("NOT_RESERVED"),
    on_wire("NOT_USED"),
    on_wire("UNKNOWN_COUPON"),
    on_wire("PENDING"),
    on_wire("OVERLOADED"),
    on_wire("UNAVAILABLE"),
    on_wire("OUTCOME_UNKNOWN"),
    on_wire("TOO_MANY_REQUESTS"),
    {"", "OTHER_REFUSAL",     "other refusal"},
    {"", "UNREADABLE",        "unreadable answer"},
    {"", "CONNECTION_BROKE",  "connection broke"},
    {"", "NO_ANSWER_IN_TIME", "no answer in time"},
    {"", "BROKEN_OFF",        "broken off by us"},
}};
// clang-format on

}  // namespace

std::string_view name_of(RequestResult result) { return kNames[index_of(result)].wire; }
std::string_view key_of(RequestResult result) { return kNames[index_of(result)].key; }
std::string_view text_of(RequestResult result) { return kNames[index_of(result)].text; }

std::optional<RequestResult> result_named(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, &Names::wire);
  if (name.empty() || found == kNames.end()) return std::nullopt;
  return static_cast<RequestResult>(found - kNames.begin());
}

}  // namespace firstcome::load
