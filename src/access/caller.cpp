#include "access/caller.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "domain/check.h"

namespace firstcome::access {
namespace {

using HashKey = std::array<unsigned char, crypto_shorthash_KEYBYTES>;

HashKey draw_key() {
  CHECK(sodium_init() >= 0);
  HashKey key;
  randombytes_buf(key.data(), key.size());
  return key;
}

/// `kind` keeps a user and a key with equal bytes apart.
std::uint64_t hash(char kind, std::string_view bytes) {
  static const HashKey key = draw_key();
  std::string text(1, kind);
  text += bytes;
  std::uint64_t value = 0;
  static_assert(sizeof value == crypto_shorthash_BYTES);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&value),
                   reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
  return value == 0 ? 1 : value;  // 0 is anonymous
}

}  // namespace

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::Issue: return "issue";
    case Scope::Read: return "read";
    case Scope::Use: return "use";
    case Scope::Admin: return "admin";
    case Scope::Metrics: return "metrics";
  }
  CHECK(false);
}

std::optional<Scope> parse_scope(std::string_view name) {
  for (int i = 0; i < kScopes; ++i) {
    const auto scope = static_cast<Scope>(i);
    if (name_of(scope) == name) return scope;
  }
  return std::nullopt;
}

std::optional<Scopes> parse_scopes(std::string_view text) {
  Scopes scopes;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(',');
    const auto scope = parse_scope(text.substr(0, end));
    if (!scope || scopes.has(*scope)) return std::nullopt;
    scopes.add(*scope);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return scopes;
}

std::string names_of(Scopes scopes) {
  std::string names;
  for (int i = 0; i < kScopes; ++i) {
    const auto scope = static_cast<Scope>(i);
    if (!scopes.has(scope)) continue;
    if (!names.empty()) names += ',';
    names += name_of(scope);
  }
  return names;
}

bool Caller::may_use(PolicyId policy) const {
  return policies == nullptr || std::ranges::binary_search(*policies, policy);
}

std::string_view name_of(Caller::Kind kind) {
  switch (kind) {
    case Caller::Kind::Anonymous: return "anonymous";
    case Caller::Kind::User: return "user";
    case Caller::Kind::Key: return "key";
  }
  CHECK(false);
}

std::uint64_t principal_of(UserId user) {
  std::array<char, sizeof user.value> bytes{};
  std::memcpy(bytes.data(), &user.value, bytes.size());
  return hash('u', {bytes.data(), bytes.size()});
}

std::uint64_t principal_of_key(std::string_view name) { return hash('k', name); }

}  // namespace firstcome::access
