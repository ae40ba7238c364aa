#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "domain/record.h"
#include "journal/journal.h"
#include "journal/record_mac.h"

namespace firstcome::journal {

/// A longer request or coupon command is INVALID (part of the rules, version 1).
inline constexpr std::size_t kIssueValueLimit = 16UL * 1024;

/// A longer policy command is INVALID. Below this limit the canonical form, which is relayed, always fits into a
/// record.
inline constexpr std::size_t kCommandValueLimit = 256UL * 1024;

inline constexpr std::string_view kKindHeader = "kind";
inline constexpr std::string_view kPolicyKind = "policy";
inline constexpr std::string_view kCouponKind = "coupon";
inline constexpr std::string_view kRulesKind = "rules";
inline constexpr std::string_view kOriginHeader = "origin";

/// Decodes the bytes of the journal. Decoding is part of the rules: the result of version N for a value must
/// never change. Never fails: the result for invalid bytes is Undecodable with the reason. Has a parser with
/// buffers, so each decoder is used by one thread.
class RecordDecoder {
 public:
  /// For the records of one partition. A record with a header `kind` or `origin` is Undecodable unless
  /// `trust` accepts it.
  RecordDecoder(RecordTrust trust, Partition partition);
  /// Accepts all records.
  RecordDecoder() : RecordDecoder(RecordTrust::everything(), 0) {}
  ~RecordDecoder();
  RecordDecoder(RecordDecoder&& other) noexcept;
  RecordDecoder& operator=(RecordDecoder&& other) noexcept;
  /// Sets `record` and reuses its memory.
  void decode(const RawRecord& raw, std::int32_t rules, Record& record);

 private:
  struct Parser;
  RecordTrust trust_;
  Partition partition_;
  std::unique_ptr<Parser> parser_;
};

/// What the headers `traceparent` and `tracestate` say, of which the last one counts, as of all headers. Null if they
/// are not valid: any producer may write them, and no result depends on them.
std::shared_ptr<const TraceContext> trace_of(const RawRecord& raw);

inline constexpr std::size_t kTraceHeaders = 2;
/// Writes the headers that trace_of() reads to the beginning of `out`, which has room for kTraceHeaders; returns how many.
/// They refer to `trace`.
std::size_t write_trace(const TraceContext& trace, std::span<Header> out);

/// {"userId":42,"policyId":7,"requestedAt":"2026-11-23T14:00:00.123Z","sequenceNumber":1}, and "ordinal":N if
/// it is not 1
void encode(const IssueRequest& request, Timestamp requested_at, std::string& out);
/// {"command":"change","policyId":7,...,"revision":3,"who":"...","sequenceNumber":1}; only fields that the
/// command has. {"command":"import","policyId":7,"first":1,"coupons":[[42,1795442400123],...],...}: pairs of
/// user id and milliseconds since 1970; the last chunk has "count", "hash" and optionally "paused". In the
/// table policy_change, "couponsLeftOut":N replaces the coupons.
std::string encode(const PolicyCommand& command);
/// {"command":"reserve","policyId":7,"sequence":12,"reference":"order-17","userId":42,"holdForMs":600000,
/// "who":"...","sequenceNumber":1}; "holdForMs" only of a reserve, "reason" only of a cancel that has one,
/// "userId" only if the command is only for a coupon of this user.
std::string encode(const CouponCommand& command);
std::string encode(const RulesChange& rules);
/// "partition:offset"
std::string encode(const Origin& origin);

}  // namespace firstcome::journal
