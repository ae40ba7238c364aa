#pragma once

#include <memory>
#include <span>

#include "domain/decision.h"

namespace firstcome::replica {

/// A decision on its way to whoever waits for it.
struct Answer {
  std::uint64_t sequence_number = 0;  ///< the sender's mark, from the record
  PolicyId policy;
  UserId user;  ///< 0 for a command's answer
  Partition partition = 0;
  Offset offset = 0;
  Decision decision;
  /// NOT_STARTED: when it starts.
  std::optional<Timestamp> issue_starts_at;
  /// Commands: the policy as the command left it (or found it); null when there is none.
  std::shared_ptr<const Policy> policy_after;
};

/// Takes the answers for one sender's sequence numbers; called on a partition's thread, must not block.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void answered(std::span<const Answer> answers) = 0;
  /// A place somebody asked to be told of (DecidedLog::notify_at) is decided.
  virtual void place_decided(Partition partition, Offset offset, std::uint64_t token) = 0;
};

/// Sequence numbers carry their sender in the upper 24 bits: drawn at random when the sender starts, so
/// that records of other processes, and of an earlier life of this one, find nobody waiting.
inline constexpr int kSenderShift = 39;
constexpr std::uint32_t sender_of(std::uint64_t sequence_number) {
  return static_cast<std::uint32_t>(sequence_number >> kSenderShift);
}

}  // namespace firstcome::replica
