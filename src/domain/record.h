#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "domain/ids.h"
#include "domain/import.h"
#include "domain/time.h"

namespace firstcome {

/// A user's request for a coupon, as the decider sees it. `requestedAt` is informational and stays in
/// the journal.
struct IssueRequest {
  UserId user;
  PolicyId policy;
  std::uint64_t sequence_number = 0;  ///< the sender's mark; finds the waiting caller, decides nothing
  /// Which of the user's coupons ever issued in this policy is meant, from 1. It makes a second copy of the
  /// record harmless: what the user was given up to this ordinal is ALREADY_ISSUED.
  std::int32_t ordinal = 1;
};

/// A field of a `change` command: left alone, set, or (where that means something) cleared by null.
template <class T>
struct Changed {
  bool named = false;
  std::optional<T> value;
};

/// An operator's command about one policy; it travels through the journal like a request.
struct PolicyCommand {
  enum class Kind : std::uint8_t { Create, Change, Pause, Resume, Close, Import };
  Kind kind = Kind::Create;
  PolicyId policy;
  std::optional<std::string> name;
  std::optional<std::int64_t> max_count;
  std::optional<std::int32_t> per_user_limit;
  Changed<Timestamp> issue_starts_at;
  Changed<Timestamp> issue_ends_at;
  Changed<Timestamp> valid_from;
  Changed<Timestamp> valid_until;
  bool importing =
      false;          ///< create: coupons issued elsewhere follow by `import`, nobody is issued any before
  ImportChunk chunk;  ///< import
  /// The revision of the policy that the command is for. Change, pause, resume and close always carry one and
  /// raise the policy's, so a second copy is STALE. A chunk of an import may, and a create never does.
  std::optional<std::int64_t> revision;
  std::string who;  ///< free text for the history: who asked
  std::uint64_t sequence_number = 0;
};

inline constexpr std::array kCommandKinds{PolicyCommand::Kind::Create, PolicyCommand::Kind::Change,
                                          PolicyCommand::Kind::Pause,  PolicyCommand::Kind::Resume,
                                          PolicyCommand::Kind::Close,  PolicyCommand::Kind::Import};
std::string_view name_of(PolicyCommand::Kind kind);

/// From this record on the decider follows the rules of this version.
struct RulesChange {
  std::int32_t version = 0;
};

/// Bytes that are no request, command or rules record. Decided INVALID, in order.
struct Undecodable {
  std::string reason;
};

/// Where a misrouted record stood before its owner appended it again at home.
struct Origin {
  Partition partition = 0;
  Offset offset = 0;
};

/// One journal record, decoded.
struct Record {
  Offset offset = 0;
  Timestamp appended_at;            ///< the journal's clock
  bool has_log_append_time = true;  ///< false: stamped by its sender; the decider's clock stands still
  std::optional<Origin> origin;
  std::variant<Undecodable, IssueRequest, PolicyCommand, RulesChange> content;
};

/// The newest rules this binary knows.
inline constexpr std::int32_t kNewestRules = 1;

}  // namespace firstcome
