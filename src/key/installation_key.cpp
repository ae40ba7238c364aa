#include "key/installation_key.h"

#include <sodium.h>

#include "domain/check.h"

namespace firstcome {
namespace {

static_assert(InstallationKey::kBytes == crypto_kdf_KEYBYTES);
static_assert(sizeof(DerivedKey) >= crypto_kdf_BYTES_MIN && sizeof(DerivedKey) <= crypto_kdf_BYTES_MAX);

/// The context of crypto_kdf, `crypto_kdf_CONTEXTBYTES` characters. Part of the derivation, so it must never
/// change.
const char* context(KeyPurpose purpose) {
  switch (purpose) {
    case KeyPurpose::Tickets: return "fc_ticke";
    case KeyPurpose::Codes: return "fc_codes";
    case KeyPurpose::Records: return "fc_recor";
    case KeyPurpose::HashTables: return "fc_hasht";
    case KeyPurpose::Name: return "fc_named";
  }
  CHECK(false);
}

}  // namespace

InstallationKey InstallationKey::draw() {
  CHECK(sodium_init() >= 0);
  InstallationKey key;
  randombytes_buf(key.bytes_.data(), key.bytes_.size());
  return key;
}

std::optional<InstallationKey> InstallationKey::from_hex(std::string_view text) {
  InstallationKey key;
  std::size_t bytes = 0;
  const char* end = nullptr;
  if (text.size() != 2 * kBytes ||
      sodium_hex2bin(key.bytes_.data(), kBytes, text.data(), text.size(), nullptr, &bytes, &end) != 0 ||
      bytes != kBytes || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return key;
}

std::string InstallationKey::hex() const {
  std::array<char, 2 * kBytes + 1> text{};
  sodium_bin2hex(text.data(), text.size(), bytes_.data(), bytes_.size());
  return text.data();
}

DerivedKey InstallationKey::derive(KeyPurpose purpose, std::uint64_t number) const {
  DerivedKey key;
  CHECK(crypto_kdf_derive_from_key(key.data(), key.size(), number, context(purpose), bytes_.data()) == 0);
  return key;
}

std::string InstallationKey::name() const {
  constexpr std::size_t kNameBytes = 8;
  const DerivedKey derived = derive(KeyPurpose::Name);
  std::array<char, 2 * kNameBytes + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), derived.data(), kNameBytes);
  return hex.data();
}

}  // namespace firstcome
