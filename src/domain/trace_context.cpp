#include "domain/trace_context.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace firstcome {
namespace {

// §3.3.1.1 and §3.3.1.5
constexpr std::size_t kMembersMost = 32;
constexpr std::size_t kKeyMost = 256;
constexpr std::size_t kTenantMost = 241;
constexpr std::size_t kSystemMost = 14;
constexpr std::size_t kValueMost = 256;
constexpr std::size_t kLongMember = 128;

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_hex(char c) { return is_decimal(c) || (c >= 'a' && c <= 'f'); }
bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_hex(c); });
}
bool is_zero(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '0'; });
}

/// §3.2.2: bits 0 (sampled) and 1 (random trace id, Level 2) have a meaning; others must be passed on as 0.
char known_flags(char low_digit) {
  const int bits = is_decimal(low_digit) ? low_digit - '0' : low_digit - 'a' + 10;
  return static_cast<char>('0' + (bits & 3));
}

bool is_traceparent(std::string_view text) {
  if (text.size() < TraceContext::kParentLength) return false;
  const std::string_view version = text.substr(0, 2);
  if (!is_hex(version) || version == "ff") return false;
  if (text.size() > TraceContext::kParentLength &&
      (version == "00" || text[TraceContext::kParentLength] != '-')) {
    return false;
  }
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view trace = text.substr(3, 32);
  const std::string_view span = text.substr(36, 16);
  return is_hex(trace) && !is_zero(trace) && is_hex(span) && !is_zero(span) && is_hex(text.substr(53, 2));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_key_part(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::all_of(text, [](char c) {
    return is_lower(c) || is_decimal(c) || c == '_' || c == '-' || c == '*' || c == '/';
  });
}

/// §3.3.1.3.1: `vendor`, or `tenant@vendor`; only a tenant begins with a digit.
bool is_key(std::string_view key) {
  const std::size_t at = key.find('@');
  if (at == std::string_view::npos) return is_key_part(key, kKeyMost) && is_lower(key.front());
  const std::string_view tenant = key.substr(0, at);
  const std::string_view system = key.substr(at + 1);
  return is_key_part(tenant, kTenantMost) && (is_lower(tenant.front()) || is_decimal(tenant.front())) &&
         is_key_part(system, kSystemMost) && is_lower(system.front());
}

bool is_value(std::string_view value) {
  return !value.empty() && value.size() <= kValueMost && value.back() != ' ' &&
         std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~' && c != '='; });
}

bool is_member(std::string_view member) {
  const std::size_t equals = member.find('=');
  return equals != std::string_view::npos && is_key(member.substr(0, equals)) &&
         is_value(member.substr(equals + 1));
}

using Members = std::vector<std::string_view>;

/// None if one of them is not valid.
std::optional<Members> members_of(std::string_view state) {
  Members members;
  for (std::size_t begin = 0; begin <= state.size();) {
    const std::size_t end = std::min(state.find(',', begin), state.size());
    const std::string_view member = trimmed(state.substr(begin, end - begin));
    begin = end + 1;
    if (member.empty()) continue;
    if (!is_member(member) || members.size() == kMembersMost) return std::nullopt;
    const std::string_view key = member.substr(0, member.find('='));
    const auto has_key = [&](std::string_view other) { return other.substr(0, other.find('=')) == key; };
    if (std::ranges::any_of(members, has_key)) return std::nullopt;
    members.push_back(member);
  }
  return members;
}

std::size_t length_of(const Members& members) {
  std::size_t length = members.empty() ? 0 : members.size() - 1;
  for (const std::string_view member : members) length += member.size();
  return length;
}

/// §3.3.1.5: whole members go, first those that are long, then the oldest ones, which are at the end.
void shorten(Members& members) {
  for (std::size_t i = members.size(); i-- > 0 && length_of(members) > TraceContext::kStateLimit;) {
    if (members[i].size() > kLongMember) members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
  }
  while (length_of(members) > TraceContext::kStateLimit) members.pop_back();
}

std::string state_of(std::string_view text) {
  if (text.empty()) return {};
  auto members = members_of(text);
  if (!members) return {};
  shorten(*members);
  std::string state;
  for (const std::string_view member : *members) {
    if (!state.empty()) state += ',';
    state += member;
  }
  return state;
}

}  // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent, std::string_view tracestate) {
  if (!is_traceparent(traceparent)) return std::nullopt;
  TraceContext context;
  std::ranges::copy(traceparent.substr(0, kParentLength), context.parent_.begin());
  context.parent_[0] = context.parent_[1] = '0';
  context.parent_[kParentLength - 2] = '0';
  context.parent_[kParentLength - 1] = known_flags(traceparent[kParentLength - 1]);
  context.state_ = state_of(tracestate);
  return context;
}

std::shared_ptr<const TraceContext> TraceContext::parse_shared(std::string_view traceparent,
                                                               std::string_view tracestate) {
  auto context = parse(traceparent, tracestate);
  return context ? std::make_shared<const TraceContext>(*std::move(context)) : nullptr;
}

TraceContext TraceContext::with_span(std::uint64_t span_id) const {
  TraceContext context = *this;
  fmt::format_to_n(context.parent_.begin() + 36, 16, "{:016x}", span_id);
  return context;
}

}  // namespace firstcome
