#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace firstcome::access {

struct FreePublicKey {
  void operator()(evp_pkey_st* key) const;
};
/// An EVP_PKEY of OpenSSL. Threads may share it for verifying.
using PublicKey = std::unique_ptr<evp_pkey_st, FreePublicKey>;

/// Each takes big-endian bytes and returns null if they are no key.
PublicKey rsa_public_key(std::string_view modulus, std::string_view exponent);
PublicKey p256_public_key(std::string_view x, std::string_view y);  ///< 32 bytes each
PublicKey ed25519_public_key(std::string_view x);                   ///< 32 bytes
/// Of the modulus.
int bits_of(const PublicKey& key);

}  // namespace firstcome::access
