#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace firstcome::load {

/// What became of one request, as the generator counts it.
enum class RequestResult : std::uint8_t {
  // What the server said, under the server's word.
  Success,
  AlreadyIssued,
  SoldOut,
  NotStarted,
  Ended,
  Paused,
  Closed,
  UnknownPolicy,
  Pending,
  Overloaded,
  Unavailable,
  OutcomeUnknown,
  OtherRefusal,  ///< any other answer of 400 or more
  // What we saw instead of an answer. Each may or may not have been recorded by the server.
  Unreadable,  ///< an answer that breaks the rules of HTTP or of the interface
  Broken,      ///< the connection ended
  GaveUp,      ///< no answer within Plan::timeout
  CutOff,      ///< we broke off, as asked to
};
inline constexpr std::size_t kOutcomes = 17;

constexpr std::size_t index_of(RequestResult outcome) { return static_cast<std::size_t>(outcome); }
/// Of those the server says: its word, SOLD_OUT.
std::string_view name_of(RequestResult outcome);
/// In reports for programs: the server's word, or one of ours, CONNECTION_BROKE.
std::string_view key_of(RequestResult outcome);
/// In a table for people: SOLD_OUT, or "connection broke".
std::string_view words_for(RequestResult outcome);
/// The outcome that an answer's `result` names; nothing for a word that is none of the above.
std::optional<RequestResult> outcome_named(std::string_view result);

constexpr bool is_answer(RequestResult outcome) { return outcome < RequestResult::Unreadable; }
/// A final answer to the question who gets a coupon.
constexpr bool is_final(RequestResult outcome) { return outcome <= RequestResult::UnknownPolicy; }

}  // namespace firstcome::load
