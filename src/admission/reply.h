#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/decision.h"
#include "domain/policy.h"

namespace firstcome::admission {

/// Names a waiting caller to whoever owns the connections; means nothing to admission.
using Caller = std::uint64_t;

/// What a caller is told. The decided ones mirror Code; the rest says that nothing is decided (yet).
enum class Outcome : std::uint8_t {
  Decided,         ///< `code` says how
  Pending,         ///< acknowledged at a known place, not decided within the wait: 202
  Overloaded,      ///< 503, nothing was appended; come back later
  Unavailable,     ///< 503, nothing was appended; this node or the journal cannot serve now
  OutcomeUnknown,  ///< 503, it may have been appended or may still be
};

/// A place in the journal; with policy and user it makes a ticket.
struct Place {
  Partition partition = 0;
  Offset offset = 0;
};

/// An early refusal speaks as of this place instead of having one of its own.
struct AsOf {
  Place place;
  Timestamp clock;  ///< the journal's clock there
};

struct Reply {
  Outcome outcome = Outcome::Decided;
  Decision decision;  ///< when Decided
  PolicyId policy;
  UserId user;  ///< 0 in the reply to a command
  std::optional<Place> place;
  std::optional<AsOf> as_of;
  std::optional<Timestamp> issue_starts_at;    ///< with NOT_STARTED
  std::shared_ptr<const Policy> policy_after;  ///< replies to commands, where the policy exists
  std::string_view detail{};                   ///< Overloaded/Unavailable: what is the matter; static text
};

}  // namespace firstcome::admission
