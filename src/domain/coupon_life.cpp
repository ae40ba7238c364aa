#include "domain/coupon_life.h"

#include <algorithm>

namespace firstcome {
namespace {

constexpr char kSeparator = ',';

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// The bit of a kind's name; none for any other text.
std::optional<std::uint8_t> bit_of(std::string_view name) {
  for (const CouponCommand::Kind kind : kCouponCommandKinds) {
    if (name == name_of(kind)) return AcceptedReference::bit(kind);
  }
  return std::nullopt;
}

/// "reserve,use" in the order of the kinds, each once; none for any other text.
std::optional<std::uint8_t> bits_of(std::string_view names) {
  unsigned bits = 0;
  for (;;) {
    const std::size_t comma = names.find(kSeparator);
    const auto bit = bit_of(names.substr(0, comma));
    if (!bit || *bit <= bits) return std::nullopt;
    bits |= *bit;
    if (comma == std::string_view::npos) return static_cast<std::uint8_t>(bits);
    names.remove_prefix(comma + 1);
  }
}

}  // namespace

bool is_code_prefix(std::string_view text) {
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return text.size() >= 2 && text.size() <= kCodePrefixLimit && is_letter(text.front()) &&
         std::ranges::all_of(text, is_allowed);
}

bool is_imported_code(std::string_view text) {
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  return !text.empty() && text.size() <= kImportedCodeLimit && std::ranges::all_of(text, is_visible);
}

bool is_reference(std::string_view text) {
  return !text.empty() && text.size() <= kReferenceLimit && std::ranges::none_of(text, is_control);
}

bool is_reason(std::string_view text) {
  return text.size() <= kReasonLimit && std::ranges::none_of(text, is_control);
}

std::string references_to_text(const std::vector<AcceptedReference>& references) {
  std::string text;
  for (const AcceptedReference& reference : references) {
    char before = 0;
    for (const CouponCommand::Kind kind : kCouponCommandKinds) {
      if (!reference.has(kind)) continue;
      if (before != 0) text += before;
      text += name_of(kind);
      before = kSeparator;
    }
    text += ' ';
    text += reference.text;
    text += '\n';
  }
  return text;
}

std::optional<std::vector<AcceptedReference>> text_to_references(std::string_view text) {
  std::vector<AcceptedReference> references;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !is_reference(line.substr(space + 1))) return std::nullopt;
    const auto bits = bits_of(line.substr(0, space));
    if (!bits) return std::nullopt;
    references.push_back({std::string(line.substr(space + 1)), *bits});
    text.remove_prefix(end + 1);
  }
  if (references.size() > kReferencesMost) return std::nullopt;
  return references;
}

std::optional<Timestamp> expires_at(const Policy& policy, Timestamp issued_at) {
  if (!policy.valid_for) return policy.valid_until;
  const Timestamp end = issued_at + *policy.valid_for;
  return policy.valid_until ? std::min(*policy.valid_until, end) : end;
}

std::optional<Timestamp> policy_expires_at(const Policy& policy) {
  if (policy.state == PolicyState::Importing) return std::nullopt;
  const auto issuing = policy.issue_ends_at ? policy.issue_ends_at : policy.valid_until;
  if (!issuing || policy.issued_count == 0) return issuing;
  const auto validity = expires_at(policy, policy.newest_issued_at);
  return validity ? std::optional(std::max(*issuing, *validity)) : std::nullopt;
}

bool is_over(const Policy& policy, Timestamp clock) {
  if (policy.state != PolicyState::Closed) return false;
  if (policy.issued_count == 0) return true;
  const auto end = expires_at(policy, policy.newest_issued_at);
  return end && clock >= *end;
}

}  // namespace firstcome
