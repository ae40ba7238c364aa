#include "access/authenticator.h"

#include <algorithm>
#include <utility>

#include "access/token_reader.h"

namespace firstcome::access {
namespace {

/// What follows the scheme of RFC 6750, which is case-insensitive. Nothing for another scheme.
std::string_view bearer_credential(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != kScheme[i]) return {};
  }
  authorization.remove_prefix(
      std::min(authorization.find_first_not_of(' ', kScheme.size()), authorization.size()));
  return authorization;
}

/// Every character that HTTP transports unchanged, as in read_secret_file.
bool is_transportable(std::string_view credential) {
  return std::ranges::all_of(credential,
                             [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7f'; });
}

}  // namespace

Authenticator::Authenticator(const CredentialSource& source)
    : source_(source), reader_(std::make_unique<TokenReader>()) {}
Authenticator::~Authenticator() = default;

Authenticator::Verification Authenticator::verify(std::string_view authorization, Timestamp now) {
  if (const std::uint64_t generation = source_.generation(); generation != generation_) {
    cache_.clear();
    credentials_ = source_.current();
    generation_ = generation;
  }
  const std::string_view credential = bearer_credential(authorization);
  if (credential.empty() || credential.size() > kMaxCredentialBytes) return {.denial = Denial::Malformed};
  if (const Caller* caller = cache_.find(credential, now)) return {.caller = caller, .cached = true};
  if (!is_transportable(credential)) return {.denial = Denial::Malformed};
  Credentials::Verified verified = credentials_->verify(credential, now, *reader_);
  if (verified.denial != Denial::None) return {.denial = verified.denial};
  return {.caller = cache_.insert(std::move(verified))};
}

}  // namespace firstcome::access
