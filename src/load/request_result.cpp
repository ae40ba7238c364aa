#include "load/request_result.h"

#include <array>

namespace firstcome::load {
namespace {

struct Names {
  std::string_view wire;
  std::string_view key;
  std::string_view words;
};

constexpr Names told(std::string_view name) { return {name, name, name}; }

constexpr std::array<Names, kOutcomes> kNames{{
    told("SUCCESS"),
    told("ALREADY_ISSUED"),
    told("SOLD_OUT"),
    told("NOT_STARTED"),
    told("ENDED"),
    told("PAUSED"),
    told("CLOSED"),
    told("UNKNOWN_POLICY"),
    told("PENDING"),
    told("OVERLOADED"),
    told("UNAVAILABLE"),
    told("OUTCOME_UNKNOWN"),
    {"", "OTHER_REFUSAL", "another refusal"},
    {"", "UNREADABLE", "unreadable answer"},
    {"", "CONNECTION_BROKE", "connection broke"},
    {"", "NO_ANSWER_IN_TIME", "no answer in time"},
    {"", "BROKEN_OFF", "broken off by us"},
}};

}  // namespace

std::string_view name_of(RequestResult outcome) { return kNames[index_of(outcome)].wire; }
std::string_view key_of(RequestResult outcome) { return kNames[index_of(outcome)].key; }
std::string_view words_for(RequestResult outcome) { return kNames[index_of(outcome)].words; }

std::optional<RequestResult> outcome_named(std::string_view result) {
  if (result.empty()) return std::nullopt;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (kNames[i].wire == result) return static_cast<RequestResult>(i);
  }
  return std::nullopt;
}

}  // namespace firstcome::load
