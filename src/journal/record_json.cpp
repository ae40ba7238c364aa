#include "journal/record_json.h"

#include <fmt/core.h>

#include "text/json_text.h"

namespace firstcome::journal {
namespace {

using text::append_member;
using text::append_number;

void append_chunk(const ImportChunk& chunk, std::string& out) {
  append_member("first", chunk.first, out);
  if (chunk.left_out != 0 && chunk.coupons.empty()) {
    append_member("couponsLeftOut", chunk.left_out, out);
  } else {
    text::append_key("coupons", out);
    out += '[';
    for (const ImportedCoupon& coupon : chunk.coupons) {
      out += out.back() == '[' ? "[" : ",[";
      append_number(coupon.user.value, out);
      out += ',';
      append_number(to_millis(coupon.issued_at), out);
      out += ']';
    }
    out += ']';
  }
  if (!chunk.total) return;
  append_member("count", chunk.total->count, out);
  append_member("hash", format_import_hash(chunk.total->hash), out);
  if (chunk.paused) out += ",\"paused\":true";
}

void append_listed(const ListChunk& chunk, std::string& out) {
  append_member("first", chunk.first, out);
  text::append_key("users", out);
  out += '[';
  for (const UserId user : chunk.users) {
    if (out.back() != '[') out += ',';
    append_number(user.value, out);
  }
  out += ']';
}

void append_codes(const CodeChunk& chunk, std::string& out) {
  append_member("first", chunk.first, out);
  text::append_key("couponCodes", out);
  out += '[';
  for (const std::string& code : chunk.codes) {
    if (out.back() != '[') out += ',';
    text::append_quoted(code, out);
  }
  out += ']';
}

void append_changed_time(std::string_view field, const Changed<Timestamp>& time, std::string& out) {
  if (!time.named) return;
  if (time.value) return append_member(field, *time.value, out);
  text::append_key(field, out);
  out += "null";
}

/// The fields about the life of a policy's coupons.
void append_life(const PolicyCommand& command, std::string& out) {
  if (command.valid_for.named) {
    text::append_key("validForMs", out);
    command.valid_for.value ? append_number(command.valid_for.value->count(), out) : void(out += "null");
  }
  if (command.on_cancel) append_member("onCancel", name_of(*command.on_cancel), out);
  if (command.reissue) out += *command.reissue ? ",\"reissue\":true" : ",\"reissue\":false";
  if (command.codes) append_member("codes", name_of(*command.codes), out);
  if (command.code_prefix) append_member("codePrefix", *command.code_prefix, out);
  if (!command.create_key.empty()) append_member("createKey", command.create_key, out);
}

}  // namespace

std::size_t write_trace(const TraceContext& trace, std::span<Header> out) {
  out[0] = {kTraceparent, trace.traceparent()};
  if (trace.tracestate().empty()) return 1;
  out[1] = {kTracestate, trace.tracestate()};
  return kTraceHeaders;
}

void encode(const IssueRequest& request, Timestamp requested_at, std::string& out) {
  out += '{';
  append_member("userId", request.user.value, out);
  append_member("policyId", request.policy.value, out);
  append_member("requestedAt", requested_at, out);
  append_member("sequenceNumber", static_cast<std::int64_t>(request.sequence_number), out);
  if (request.ordinal != 1) append_member("ordinal", request.ordinal, out);
  out += '}';
}

std::string encode(const PolicyCommand& command) {
  std::string out = "{";
  append_member("command", name_of(command.kind), out);
  append_member("policyId", command.policy.value, out);
  if (command.name) append_member("name", *command.name, out);
  if (command.max_count) append_member("maxCount", *command.max_count, out);
  if (command.per_user_limit) append_member("perUserLimit", *command.per_user_limit, out);
  append_changed_time("issueStartsAt", command.issue_starts_at, out);
  append_changed_time("issueEndsAt", command.issue_ends_at, out);
  append_changed_time("validFrom", command.valid_from, out);
  append_changed_time("validUntil", command.valid_until, out);
  append_life(command, out);
  if (command.importing) out += ",\"importing\":true";
  if (command.eligible) append_member("eligible", name_of(*command.eligible), out);
  if (command.kind == PolicyCommand::Kind::Import) append_chunk(command.chunk, out);
  if (command.kind == PolicyCommand::Kind::List) append_listed(command.listed, out);
  if (command.kind == PolicyCommand::Kind::Codes) append_codes(command.coupon_codes, out);
  if (command.revision) append_member("revision", *command.revision, out);
  append_member("who", command.who, out);
  append_member("sequenceNumber", static_cast<std::int64_t>(command.sequence_number), out);
  out += '}';
  return out;
}

std::string encode(const CouponCommand& command) {
  std::string out = "{";
  append_member("command", name_of(command.kind), out);
  append_member("policyId", command.policy.value, out);
  append_member("sequence", command.sequence, out);
  append_member("reference", command.reference, out);
  if (command.user) append_member("userId", command.user->value, out);
  if (command.kind == CouponCommand::Kind::Reserve) append_member("holdForMs", command.hold_for.count(), out);
  if (!command.reason.empty()) append_member("reason", command.reason, out);
  append_member("who", command.who, out);
  append_member("sequenceNumber", static_cast<std::int64_t>(command.sequence_number), out);
  out += '}';
  return out;
}

std::string encode(const RulesChange& rules) { return fmt::format("{{\"version\":{}}}", rules.version); }

std::string encode(const Origin& origin) { return fmt::format("{}:{}", origin.partition, origin.offset); }

}  // namespace firstcome::journal
