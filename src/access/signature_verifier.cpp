#include "access/signature_verifier.h"

#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <optional>
#include <string>

#include "domain/check.h"

namespace firstcome::access {
namespace {

constexpr std::size_t kHashBytes = 32;  // SHA-256

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool verify_hmac(std::string_view secret, std::string_view signed_text, std::string_view signature) {
  std::array<unsigned char, kHashBytes> expected{};
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), octets(signed_text),
                          signed_text.size(), expected.data(), &size);
  CHECK(made != nullptr && size == kHashBytes);
  return signature.size() == kHashBytes && CRYPTO_memcmp(expected.data(), signature.data(), kHashBytes) == 0;
}

/// JOSE has the two numbers of an ECDSA signature one after the other (RFC 7518 §3.4), OpenSSL wants DER. Nothing for any
/// other length, so also for a signature that already is DER.
std::optional<std::string> der_of(std::string_view signature) {
  if (signature.size() != 64) return std::nullopt;
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> numbers(ECDSA_SIG_new(), &ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(octets(signature), 32, nullptr);
  BIGNUM* s = BN_bin2bn(octets(signature.substr(32)), 32, nullptr);
  CHECK(numbers && r != nullptr && s != nullptr && ECDSA_SIG_set0(numbers.get(), r, s) == 1);
  std::array<unsigned char, 80> der{};  // 72 at most
  unsigned char* end = der.data();
  const int size = i2d_ECDSA_SIG(numbers.get(), &end);
  CHECK(size > 0 && size <= static_cast<int>(der.size()));
  return std::string(reinterpret_cast<const char*>(der.data()), static_cast<std::size_t>(size));
}

}  // namespace

SignatureVerifier::SignatureVerifier() : context_(EVP_MD_CTX_new()) { CHECK(context_ != nullptr); }

void SignatureVerifier::FreeContext::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

bool SignatureVerifier::verify(const VerificationKey& key, std::string_view signed_text,
                               std::string_view signature) {
  switch (key.algorithm) {
    case Algorithm::HS256: return verify_hmac(key.secret, signed_text, signature);
    case Algorithm::RS256: return verify_digest(key, true, signed_text, signature);
    case Algorithm::EdDSA: return verify_digest(key, false, signed_text, signature);
    case Algorithm::ES256: {
      const auto der = der_of(signature);
      return der && verify_digest(key, true, signed_text, *der);
    }
  }
  CHECK(false);
}

bool SignatureVerifier::verify_digest(const VerificationKey& key, bool is_hashed,
                                      std::string_view signed_text, std::string_view signature) {
  const EVP_MD* digest = is_hashed ? EVP_sha256() : nullptr;
  const bool verified =
      EVP_DigestVerifyInit(context_.get(), nullptr, digest, nullptr, key.public_key.get()) == 1 &&
      EVP_DigestVerify(context_.get(), octets(signature), signature.size(), octets(signed_text),
                       signed_text.size()) == 1;
  EVP_MD_CTX_reset(context_.get());
  ERR_clear_error();  // TLS on this thread must not find it
  return verified;
}

}  // namespace firstcome::access
