#include "access/token_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "access/base64url.h"
#include "access/strict_json.h"

namespace firstcome::access {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxHeaderBytes = 1024;

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  ///< header.payload
};

std::optional<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

bool equal_without_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

/// RFC 9068 §2.1 and RFC 7519 §5.1; the prefix "application/" may be left out.
bool is_type_of_token(std::string_view type) {
  constexpr std::string_view kMedia = "application/";
  if (equal_without_case(type.substr(0, kMedia.size()), kMedia)) type.remove_prefix(kMedia.size());
  return equal_without_case(type, "jwt") || equal_without_case(type, "at+jwt");
}

/// A NumericDate: seconds, perhaps with a fraction (RFC 7519 §2). Dates after the year 9999 become that year.
std::optional<Timestamp> date_of(dom::element value) {
  double seconds = 0;
  if (value.get(seconds) != simdjson::SUCCESS) return std::nullopt;
  constexpr double kEnd = 253402300799;
  return from_millis(static_cast<std::int64_t>(std::floor(std::clamp(seconds, -kEnd, kEnd) * 1000)));
}

/// A whole number, or its digits as a text.
std::optional<std::int64_t> id_of(dom::element value) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number >= 1 ? std::optional(number) : std::nullopt;
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  return parse_id(text);
}

bool names_audience(dom::element value, std::string_view audience) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return text == audience;
  dom::array list;
  if (value.get(list) != simdjson::SUCCESS) return false;
  return std::any_of(list.begin(), list.end(), [&](const dom::element& one) {
    return one.get(text) == simdjson::SUCCESS && text == audience;
  });
}

/// Nothing if the claim is no list of ids. Without the claim the list is empty: the holder may ask for no policy.
std::shared_ptr<const std::vector<PolicyId>> policies_of(dom::object claims, const std::string& name) {
  auto policies = std::make_shared<std::vector<PolicyId>>();
  const auto value = member(claims, name);
  if (!value) return policies;
  dom::array list;
  if (value->get(list) != simdjson::SUCCESS) return nullptr;
  policies->reserve(list.size());
  for (const dom::element& one : list) {
    const auto id = id_of(one);
    if (!id) return nullptr;
    policies->push_back(PolicyId{*id});
  }
  std::ranges::sort(*policies);
  return policies;
}

}  // namespace

struct TokenReader::Json : StrictJson {};

TokenReader::TokenReader() : json_(std::make_unique<Json>()) {}
TokenReader::~TokenReader() = default;

bool looks_like_token(std::string_view credential) {
  const auto parts = split(credential);
  return parts && !parts->header.empty() && !parts->payload.empty() && is_base64url(parts->header) &&
         is_base64url(parts->payload) && is_base64url(parts->signature);
}

Denial TokenReader::verify(std::string_view token, const std::vector<VerificationKey>& keys,
                           const TokenRules& rules, Timestamp now, TokenClaims& claims) {
  const auto parts = split(token);
  if (!parts) return Denial::Malformed;
  header_.clear();
  payload_.clear();
  signature_.clear();
  if (!append_base64url(parts->header, header_) || header_.size() > kMaxHeaderBytes ||
      !append_base64url(parts->payload, payload_) || !append_base64url(parts->signature, signature_)) {
    return Denial::Malformed;
  }
  const VerificationKey* key = nullptr;
  if (const Denial denial = find_key(header_, keys, key); denial != Denial::None) return denial;
  if (!signatures_.verify(*key, parts->signed_text, signature_)) return Denial::BadSignature;
  return read_claims(rules, now, claims);
}

/// The header chooses among the keys, and the key alone decides the algorithm (RFC 8725 §3.1).
Denial TokenReader::find_key(std::string_view header, const std::vector<VerificationKey>& keys,
                             const VerificationKey*& key) {
  const auto members = json_->object(header);
  if (!members) return Denial::Malformed;
  const auto algorithm = text_member(*members, "alg");
  if (!algorithm || member(*members, "crit")) return Denial::Malformed;
  if (member(*members, "typ") && !is_type_of_token(text_member(*members, "typ").value_or("")))
    return Denial::Malformed;
  const auto id = text_member(*members, "kid");
  if (member(*members, "kid") && !id) return Denial::Malformed;
  for (const VerificationKey& one : keys) {
    if (id ? one.id != *id : name_of(one.algorithm) != *algorithm) continue;
    if (key != nullptr) return Denial::UnknownKeyId;  // without kid: which one of two?
    key = &one;
  }
  if (key != nullptr) return name_of(key->algorithm) == *algorithm ? Denial::None : Denial::WrongAlgorithm;
  static constexpr std::array kKnown = {Algorithm::HS256, Algorithm::RS256, Algorithm::ES256,
                                        Algorithm::EdDSA};
  const bool is_known =
      std::ranges::any_of(kKnown, [&](Algorithm known) { return name_of(known) == *algorithm; });
  return is_known ? Denial::UnknownKeyId : Denial::WrongAlgorithm;
}

Denial TokenReader::read_claims(const TokenRules& rules, Timestamp now, TokenClaims& claims) {
  const auto members = json_->object(payload_);
  if (!members) return Denial::Malformed;
  const auto expires = member(*members, "exp");
  const auto not_before = member(*members, "nbf");
  const auto issued = member(*members, "iat");
  const auto end = expires ? date_of(*expires) : std::nullopt;
  const auto begin = not_before ? date_of(*not_before) : Timestamp::min();
  if (!end || !begin || (issued && !date_of(*issued))) return Denial::Malformed;
  claims.expires = *end + rules.leeway;
  if (now >= claims.expires) return Denial::ExpiredToken;
  if (not_before && now + rules.leeway < *begin) return Denial::NotYetValid;
  if (!rules.issuer.empty() && text_member(*members, "iss") != rules.issuer) return Denial::WrongIssuer;
  const auto audience = member(*members, "aud");
  if (!rules.audience.empty() && (!audience || !names_audience(*audience, rules.audience))) {
    return Denial::WrongAudience;
  }
  const auto user = member(*members, rules.user_claim);
  const auto id = user ? id_of(*user) : std::nullopt;
  if (!id) return Denial::WrongUser;
  claims.user = UserId{*id};
  claims.policies = nullptr;
  if (rules.policies_claim.empty()) return Denial::None;
  claims.policies = policies_of(*members, rules.policies_claim);
  return claims.policies ? Denial::None : Denial::WrongPolicies;
}

}  // namespace firstcome::access
