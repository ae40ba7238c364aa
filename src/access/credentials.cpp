#include "access/credentials.h"

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <utility>
#include <vector>

#include "access/json_web_keys.h"
#include "access/keys_file.h"
#include "access/token_reader.h"
#include "files/private_files.h"
#include "files/secret_file.h"
#include "text/byte_order_mark.h"

namespace firstcome::access {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
constexpr std::string_view kAdminName = "admin";

/// Without a byte order mark.
Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error::permanent("cannot read {}: {}", path, std::strerror(errno));
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Error::permanent("cannot read {}: {}", path, std::strerror(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes)
    return Error::permanent("{}: it has more than {} bytes", path, kMaxFileBytes);
  if (text.starts_with(text::kByteOrderMark)) text.erase(0, text::kByteOrderMark.size());
  return text;
}

Result<std::vector<Key>> read_keys_file(const std::string& path) {
  ASSIGN_OR_RETURN(const auto text, read_file(path));
  RETURN_IF_ERROR(files::check_private_file(path));
  return parse_keys(text, path);
}

/// A key with every scope, of the form that was there before keys had names.
Result<Key> read_admin_key(const std::string& path) {
  ASSIGN_OR_RETURN(const auto secret, files::read_secret_file(path));
  if (!secret.starts_with(kKeyPrefix) && looks_like_token(secret)) {
    return Error::permanent(
        "{}: the key has three parts with two dots between them, as only user tokens have; choose another key",
        path);
  }
  return Key{.name = std::string(kAdminName), .scopes = Scopes::all(), .sha256 = sha256_of(secret)};
}

Status add_admin_key(const CredentialSettings& settings, std::vector<Key>& keys) {
  ASSIGN_OR_RETURN(auto admin, read_admin_key(settings.admin_key_file));
  for (const Key& key : keys) {
    if (key.name != kAdminName && key.sha256 != admin.sha256) continue;
    return Error::permanent("{}: key {} has the {} of the key in {}, whose name is {}; change one of the two",
                            settings.keys_file, key.name, key.name == kAdminName ? "name" : "secret",
                            settings.admin_key_file, kAdminName);
  }
  keys.push_back(std::move(admin));
  return Done{};
}

Result<std::vector<VerificationKey>> read_jwt_keys(const std::string& path) {
  ASSIGN_OR_RETURN(const auto text, read_file(path));
  ASSIGN_OR_RETURN(auto set, parse_json_web_keys(text, path));
  if (set.has_secret()) RETURN_IF_ERROR(files::check_private_file(path));
  return std::move(set.keys);
}

/// Compares with all keys and takes the same time for every secret.
const Key* find_key(const std::vector<Key>& keys, const Sha256& sha256) {
  const Key* found = nullptr;
  for (const Key& key : keys) {
    if (sodium_memcmp(key.sha256.data(), sha256.data(), sha256.size()) == 0) found = &key;
  }
  return found;
}

}  // namespace

std::vector<std::string> CredentialSettings::files() const {
  std::vector<std::string> files;
  for (const std::string* name : {&keys_file, &admin_key_file, &jwt_keys_file}) {
    if (!name->empty()) files.push_back(*name);
  }
  return files;
}

struct Credentials::Parts {
  bool keys_configured = false;
  bool tokens_configured = false;
  std::vector<Key> keys;
  std::vector<std::uint64_t> principals;  ///< of keys, in their order
  std::vector<VerificationKey> jwt_keys;
  TokenRules rules;
};

Credentials::Credentials(std::unique_ptr<const Parts> parts, std::string keys_file)
    : parts_(std::move(parts)), keys_file_(std::move(keys_file)) {}
Credentials::~Credentials() = default;

Result<std::shared_ptr<const Credentials>> Credentials::load(const CredentialSettings& settings) {
  auto parts = std::make_unique<Parts>();
  parts->keys_configured = !settings.keys_file.empty() || !settings.admin_key_file.empty();
  parts->tokens_configured = !settings.jwt_keys_file.empty();
  if (!settings.keys_file.empty()) {
    ASSIGN_OR_RETURN(parts->keys, read_keys_file(settings.keys_file));
  }
  if (!settings.admin_key_file.empty()) RETURN_IF_ERROR(add_admin_key(settings, parts->keys));
  if (!settings.jwt_keys_file.empty()) {
    ASSIGN_OR_RETURN(parts->jwt_keys, read_jwt_keys(settings.jwt_keys_file));
  }
  for (const Key& key : parts->keys) parts->principals.push_back(principal_of_key(key.name));
  parts->rules = {.issuer = settings.jwt_issuer,
                  .audience = settings.jwt_audience,
                  .user_claim = settings.jwt_user_claim,
                  .policies_claim = settings.jwt_policies_claim,
                  .leeway = settings.jwt_leeway};
  return std::shared_ptr<const Credentials>(new Credentials(std::move(parts), settings.keys_file));
}

std::string Credentials::warning(Timestamp now) const {
  if (!parts_->keys_configured) return {};
  for (const Key& key : parts_->keys) {
    if (key.scopes.has(Scope::Admin) && (!key.expires || now < *key.expires)) return {};
  }
  return fmt::format(
      "{}: no valid key has the scope admin, so no one can create, change or pause policies on this server. "
      "Run: firstcome key new --name operator --scopes admin,read --keys-file {}, or set --admin-key-file",
      keys_file_, keys_file_);
}

Credentials::Verified Credentials::verify(std::string_view credential, Timestamp now,
                                          TokenReader& reader) const {
  if (!credential.starts_with(kKeyPrefix) && looks_like_token(credential))
    return verify_token(credential, now, reader);
  return verify_key(credential, now);
}

Credentials::Verified Credentials::verify_token(std::string_view token, Timestamp now,
                                                TokenReader& reader) const {
  if (!parts_->tokens_configured) return {.denial = Denial::NotConfigured};
  TokenClaims claims;
  const Denial denial = reader.verify(token, parts_->jwt_keys, parts_->rules, now, claims);
  if (denial != Denial::None) return {.denial = denial};
  return {.caller = {.kind = Caller::Kind::User,
                     .user = claims.user,
                     .policies = std::move(claims.policies),
                     .principal = principal_of(claims.user)},
          .expires = claims.expires};
}

Credentials::Verified Credentials::verify_key(std::string_view secret, Timestamp now) const {
  // `eyJ` is '{"' in base64url: a token that is cut, or has padding.
  if (secret.starts_with("eyJ")) return {.denial = Denial::Malformed};
  if (!parts_->keys_configured) return {.denial = Denial::NotConfigured};
  const Key* key = find_key(parts_->keys, sha256_of(secret));
  if (key == nullptr) return {.denial = Denial::UnknownKey};
  if (key->expires && now >= *key->expires) return {.denial = Denial::ExpiredKey};
  return {.caller = {.kind = Caller::Kind::Key,
                     .scopes = key->scopes,
                     .name = key->name,
                     .policies = key->policies,
                     .owner = shared_from_this(),
                     .principal = parts_->principals[static_cast<std::size_t>(key - parts_->keys.data())]},
          .expires = key->expires.value_or(Timestamp::max())};
}

}  // namespace firstcome::access
