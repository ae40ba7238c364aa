#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "domain/coupon_life.h"
#include "domain/ids.h"
#include "domain/import.h"
#include "domain/time.h"
#include "domain/trace_context.h"

namespace firstcome {

/// A user's request for a coupon, as the decider reads it. The field `requestedAt` is informational and only in
/// the journal.
struct IssueRequest {
  UserId user;
  PolicyId policy;
  std::uint64_t sequence_number = 0;  ///< set by the sender to find the waiting caller; not used to decide
  /// 1-based ordinal of the requested coupon among all coupons of the user in this policy. Because of it, a second
  /// copy of the record has no effect: coupons up to this ordinal are ALREADY_ISSUED.
  std::int32_t ordinal = 1;
};

/// A field of a `change` command: unchanged, set, or cleared by null.
template <class T>
struct Changed {
  bool named = false;
  std::optional<T> value;
};

/// A part of a list of users who can get a coupon. A chunk with more users than kImportChunkMost is INVALID.
struct ListChunk {
  std::int64_t first = 0;  ///< number of its first user on the list, 1-based
  std::vector<UserId> users;
};

/// A part of a list of codes. A chunk with more codes than kImportChunkMost, or with a text that is not a code, is INVALID.
struct CodeChunk {
  std::int64_t first = 0;  ///< sequence of the coupon that has its first code
  std::vector<std::string> codes;
};

/// An operator's command for one policy. It goes through the journal like a request.
struct PolicyCommand {
  enum class Kind : std::uint8_t { Create, Change, Pause, Resume, Close, Import, List, Codes };
  Kind kind = Kind::Create;
  PolicyId policy;
  std::optional<std::string> name;
  std::optional<std::int64_t> max_count;
  std::optional<std::int32_t> per_user_limit;
  Changed<Timestamp> issue_starts_at;
  Changed<Timestamp> issue_ends_at;
  Changed<Timestamp> valid_from;
  Changed<Timestamp> valid_until;
  Changed<milliseconds> valid_for;
  std::optional<OnCancel> on_cancel;
  std::optional<bool> reissue;
  std::optional<CodeKind> codes;           ///< create
  std::optional<std::string> code_prefix;  ///< create
  std::optional<Eligible> eligible;        ///< create
  std::string create_key;                  ///< create: the caller's Idempotency-Key; empty: none
  bool importing =
      false;          ///< create: coupons of another system follow by `import`; no coupon is issued before
  ImportChunk chunk;  ///< import
  ListChunk listed;   ///< list
  CodeChunk coupon_codes;  ///< codes
  /// The expected revision of the policy. Change, pause, resume and close always have one and increase the policy's,
  /// so a second copy is STALE. A chunk of an import may have one, a create never has.
  std::optional<std::int64_t> revision;
  std::string who;  ///< free text for the history: who gave the command
  std::uint64_t sequence_number = 0;
};

inline constexpr std::array kCommandKinds{PolicyCommand::Kind::Create, PolicyCommand::Kind::Change,
                                          PolicyCommand::Kind::Pause,  PolicyCommand::Kind::Resume,
                                          PolicyCommand::Kind::Close,  PolicyCommand::Kind::Import,
                                          PolicyCommand::Kind::List,   PolicyCommand::Kind::Codes};
std::string_view name_of(PolicyCommand::Kind kind);
/// True for commands that change an existing policy: without a revision, a second copy would be applied again. Chunks are
/// known by `first`.
bool needs_revision(PolicyCommand::Kind kind);

/// From this record on, the decider follows the rules of this version.
struct RulesChange {
  std::int32_t version = 0;
};

/// Bytes that are not a request, command or rules record. Decided as INVALID, in order.
struct Undecodable {
  std::string reason;
};

/// The first place of a misrouted record, before an issuer appended it at its home.
struct Origin {
  Partition partition = 0;
  Offset offset = 0;
};

/// One journal record, decoded.
struct Record {
  Offset offset = 0;
  Timestamp appended_at;            ///< by the clock of the journal
  bool has_log_append_time = true;  ///< false: the time is the sender's; the decider's clock ignores it
  std::optional<Origin> origin;
  std::shared_ptr<const TraceContext> trace;  ///< null: none. Not used to decide
  std::variant<Undecodable, IssueRequest, PolicyCommand, RulesChange, CouponCommand> content;
};

/// The policy that the record is about; 0: none.
PolicyId policy_of(const Record& record);

/// The newest rules version of this program.
inline constexpr std::int32_t kNewestRules = 1;

}  // namespace firstcome
