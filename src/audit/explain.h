#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/progress.h"
#include "domain/decision.h"
#include "domain/policy.h"
#include "domain/record.h"
#include "journal/journal.h"
#include "store/store.h"

/// Explains the results of one user's requests for one policy, from the journal: each request, its offset, its result
/// and the reason. Early refusals are not in the journal, so they are not explained.
namespace firstcome::audit {

struct Question {
  PolicyId policy;
  UserId user;
};

struct IssuedCoupon {
  std::int64_t sequence = 0;
  Offset offset = 0;
  Timestamp at;
  std::int64_t arrival = 0;  ///< see Event; 0: imported, or issued before counted_from
  bool imported = false;
};

/// A request of the user, or an accepted command for the policy; of an import only the last chunk and the chunk with
/// the user's coupon.
struct Event {
  Offset offset = 0;
  Timestamp at;                          ///< the journal's clock
  std::optional<PolicyCommand> command;  ///< empty: a request
  Decision decision;
  std::string requested_at;      ///< as in the request, or empty
  std::int64_t arrival = 0;      ///< ordinal of the request among all requests for the policy; 0: not counted
  std::optional<Origin> origin;  ///< of a misrouted request
  std::string reason;            ///< of the result of a request
  std::shared_ptr<const TraceContext> trace{};  ///< that the record carries; null: none
};

struct Explanation {
  Question question;
  Partition partition = 0;   ///< the policy's home
  Offset journal_start = 0;  ///< the first offset of the journal
  /// Requests are counted from this offset. It is after journal_start if the state there is not known.
  Offset counted_from = 0;
  Offset journal_end = 0;
  std::optional<Policy> policy;        ///< at the end of the journal; empty: not created
  std::int64_t arrivals = 0;           ///< counted requests of all users
  std::optional<IssuedCoupon> coupon;  ///< of the user
  std::vector<Event> events;

  [[nodiscard]] std::int64_t requests() const;
  [[nodiscard]] const Event* request_at(Offset offset) const;
};

/// Replays the policy's home partition up to its current end. Reads the rows of the store only if retention has
/// removed the beginning of the journal.
Result<Explanation> explain(journal::JournalReader& journal, store::Reader& store,
                            const store::Settings& settings, Question question, Progress& progress);

/// "paused", "changed, maxCount 2,000, issueEndsAt none"
std::string command_text(const PolicyCommand& command);

}  // namespace firstcome::audit
