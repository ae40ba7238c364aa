#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "domain/record.h"
#include "journal/journal.h"
#include "journal/record_mac.h"

namespace firstcome::journal {

/// An issue value longer than this is INVALID (part of the rules, version 1).
inline constexpr std::size_t kIssueValueLimit = 16UL * 1024;

/// And a command: whatever its JSON looks like, the canonical form that is moved home fits into a record.
inline constexpr std::size_t kCommandValueLimit = 256UL * 1024;

inline constexpr std::string_view kKindHeader = "kind";
inline constexpr std::string_view kOriginHeader = "origin";

/// Bytes of the journal → record. Decoding is part of the rules: what version N reads from a value must
/// never change. Never fails; what cannot be read becomes Undecodable, with the reason in words.
/// Keeps a parser and its buffers, so one decoder belongs to one thread.
class RecordDecoder {
 public:
  /// Of the records of one partition. What has a `kind` or an `origin` is Undecodable unless it is believed.
  RecordDecoder(RecordTrust trust, Partition partition);
  /// Believes everything.
  RecordDecoder() : RecordDecoder(RecordTrust::everything(), 0) {}
  ~RecordDecoder();
  RecordDecoder(RecordDecoder&& other) noexcept;
  RecordDecoder& operator=(RecordDecoder&& other) noexcept;
  /// Fills `record`, reusing its memory.
  void decode(const RawRecord& raw, std::int32_t rules, Record& record);

 private:
  struct Parser;
  RecordTrust trust_;
  Partition partition_;
  std::unique_ptr<Parser> parser_;
};

/// {"userId":42,"policyId":7,"requestedAt":"2026-11-23T14:00:00.123Z","sequenceNumber":1}, and "ordinal":N
/// unless it is 1
void encode(const IssueRequest& request, Timestamp requested_at, std::string& out);
/// {"command":"change","policyId":7,...,"revision":3,"who":"...","sequenceNumber":1}; only the fields the
/// command names.
/// {"command":"import","policyId":7,"first":1,"coupons":[[42,1795442400123],...],...}: pairs of user id and
/// milliseconds since 1970; the last chunk has "count", "hash" and perhaps "paused". What policy_change keeps
/// of it has "couponsLeftOut":N in place of the coupons.
std::string encode(const PolicyCommand& command);
std::string encode(const RulesChange& rules);
/// "partition:offset"
std::string encode(const Origin& origin);

}  // namespace firstcome::journal
