#pragma once

#include <cstdint>
#include <span>

#include "domain/code.h"
#include "domain/ids.h"

namespace firstcome::peers {

/// A request for a coupon that waits for its verdict.
struct Question {
  std::uint64_t token = 0;  ///< identifies the waiting caller
  PolicyId policy;
  UserId user;
};

struct Verdict {
  Question question;
  Code code = Code::None;
  std::int64_t sequence = 0;  ///< of the coupon; 0: the design does not know it
};

/// Receives verdicts. Any thread; does not block.
class VerdictSink {
 public:
  virtual ~VerdictSink() = default;
  virtual void decided(std::span<const Verdict> verdicts) = 0;
};

/// A design that decides requests: what a peer has in place of the journal, the decider and the store. Its destructor
/// waits for the questions that it has, and finishes what it does in the background.
class Gate {
 public:
  virtual ~Gate() = default;
  /// Any thread of the edge; does not block.
  virtual void ask(const Question& question) = 0;
};

}  // namespace firstcome::peers
