#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/progress.h"
#include "domain/decision.h"
#include "domain/policy.h"
#include "domain/record.h"
#include "journal/journal.h"
#include "store/store.h"

/// One user's explanation with one policy, from the journal: what was asked, at which place, and why the answer was
/// what it was. Early refusals were never in the journal, so they are not in it.
namespace firstcome::audit {

struct Question {
  PolicyId policy;
  UserId user;
};

/// A coupon of the policy as the explanation needs it.
struct Issued {
  std::int64_t sequence = 0;
  Offset offset = 0;
  Timestamp at;
  std::int64_t arrival = 0;  ///< see Event; 0: imported, or from before the journal begins
  bool imported = false;
};

/// A request of the user, or an accepted command about the policy; of an import only the chunks that bring
/// the user's coupon or end it.
struct Event {
  Offset offset = 0;
  Timestamp at;                          ///< the journal's time
  std::optional<PolicyCommand> command;  ///< nothing: a request
  Decision decision;
  std::string requested_at;      ///< as the request says, or empty
  std::int64_t arrival = 0;      ///< the how-manieth request for the policy; 0 for a copy that is not counted
  std::optional<Origin> origin;  ///< where a misrouted request stood first
  std::string why;               ///< of a request's answer: the half sentence behind its name
};

struct Explanation {
  Question question;
  Partition partition = 0;   ///< the policy's home
  Offset journal_start = 0;  ///< the first offset the journal still has
  /// Arrivals are counted from here on. Later than journal_start where the state there is not known.
  Offset told_from = 0;
  Offset journal_end = 0;
  std::optional<Policy> policy;  ///< at the end; nothing: there is no such policy
  std::int64_t arrivals = 0;     ///< of all users
  std::optional<Issued> holds;   ///< what the user holds
  std::vector<Event> events;

  [[nodiscard]] std::int64_t requests() const;
  [[nodiscard]] const Event* request_at(Offset offset) const;
};

/// Replays the policy's home partition up to its end as it is now. The store is read only where retention has
/// removed the journal's beginning.
Result<Explanation> explain(journal::JournalReader& journal, store::Reader& store,
                            const store::Settings& settings, Question question, Progress& progress);

/// "paused", "changed, maxCount 2,000, issueEndsAt none"
std::string in_words(const PolicyCommand& command);

}  // namespace firstcome::audit
