#include "access/key_secret.h"

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>

#include "access/base64url.h"
#include "domain/check.h"

namespace firstcome::access {

static_assert(sizeof(Sha256) == crypto_hash_sha256_BYTES);

Sha256 sha256_of(std::string_view text) {
  Sha256 hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

std::string to_hex(const Sha256& hash) {
  std::string hex(2 * hash.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();  // the NUL
  return hex;
}

bool from_hex(std::string_view text, Sha256& hash) {
  std::size_t bytes = 0;
  const char* end = nullptr;
  return text.size() == 2 * hash.size() &&
         sodium_hex2bin(hash.data(), hash.size(), text.data(), text.size(), nullptr, &bytes, &end) == 0 &&
         bytes == hash.size() && end == text.data() + text.size();
}

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

NewKey make_key(std::string_view name, Scopes scopes) {
  CHECK(is_key_name(name) && !scopes.empty());
  CHECK(sodium_init() >= 0);
  std::array<char, 32> random{};
  randombytes_buf(random.data(), random.size());
  NewKey key;
  key.secret = std::string(kKeyPrefix) + to_base64url({random.data(), random.size()});
  key.sha256 = to_hex(sha256_of(key.secret));
  std::string list;
  for (int i = 0; i < kScopes; ++i) {
    const auto scope = static_cast<Scope>(i);
    if (scopes.has(scope)) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", name_of(scope));
  }
  key.toml = fmt::format("[[key]]\nname = \"{}\"\nscopes = [{}]\nsha256 = \"{}\"\n", name, list, key.sha256);
  sodium_memzero(random.data(), random.size());
  return key;
}

}  // namespace firstcome::access
