#include "test/kits/access/token_signer.h"

#include <fmt/core.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>

#include "access/base64url.h"
#include "domain/check.h"

namespace firstcome::test {
namespace {

using access::Algorithm;
using access::to_base64url;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

access::PublicKey draw(Algorithm algorithm) {
  EVP_PKEY* key = nullptr;
  switch (algorithm) {
    case Algorithm::HS256: return nullptr;
    case Algorithm::RS256: key = EVP_RSA_gen(2048); break;
    case Algorithm::ES256: key = EVP_EC_gen("P-256"); break;
    case Algorithm::EdDSA: key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"); break;
  }
  CHECK(key != nullptr);
  return access::PublicKey(key);
}

/// A number of the key, in base64url. `bytes`: its fixed length; 0: as short as possible.
std::string number(const access::PublicKey& key, const char* name, int bytes) {
  BIGNUM* value = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key.get(), name, &value) == 1);
  std::string text(static_cast<std::size_t>(bytes > 0 ? bytes : BN_num_bytes(value)), '\0');
  CHECK(BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size())) >
        0);
  BN_free(value);
  return to_base64url(text);
}

std::string ed25519_bytes(const access::PublicKey& key) {
  std::string bytes(32, '\0');
  std::size_t size = bytes.size();
  CHECK(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size) == 1);
  return to_base64url(bytes);
}

/// The two numbers of a DER signature one after the other.
std::string jose_form(std::string_view der) {
  const unsigned char* begin = octets(der);
  ECDSA_SIG* numbers = d2i_ECDSA_SIG(nullptr, &begin, static_cast<long>(der.size()));
  CHECK(numbers != nullptr);
  std::string text(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(numbers), out, 32) == 32);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(numbers), out + 32, 32) == 32);
  ECDSA_SIG_free(numbers);
  return text;
}

}  // namespace

TokenSigner::TokenSigner(Algorithm algorithm, std::string key_id)
    : algorithm_(algorithm), key_id_(std::move(key_id)), key_(draw(algorithm)) {
  if (algorithm_ != Algorithm::HS256) return;
  secret_.resize(32);
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(secret_.data()), 32) == 1);
}

std::string TokenSigner::jwk() const {
  switch (algorithm_) {
    case Algorithm::HS256:
      return fmt::format(R"({{"kty":"oct","kid":"{}","k":"{}"}})", key_id_, to_base64url(secret_));
    case Algorithm::RS256:
      return fmt::format(R"({{"kty":"RSA","kid":"{}","n":"{}","e":"{}"}})", key_id_,
                         number(key_, OSSL_PKEY_PARAM_RSA_N, 0), number(key_, OSSL_PKEY_PARAM_RSA_E, 0));
    case Algorithm::ES256:
      return fmt::format(R"({{"kty":"EC","crv":"P-256","kid":"{}","x":"{}","y":"{}"}})", key_id_,
                         number(key_, OSSL_PKEY_PARAM_EC_PUB_X, 32),
                         number(key_, OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    case Algorithm::EdDSA:
      return fmt::format(R"({{"kty":"OKP","crv":"Ed25519","kid":"{}","x":"{}"}})", key_id_,
                         ed25519_bytes(key_));
  }
  CHECK(false);
}

std::string TokenSigner::public_pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  CHECK(memory != nullptr && PEM_write_bio_PUBKEY(memory, key_.get()) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  std::string pem(bytes, static_cast<std::size_t>(size));
  BIO_free(memory);
  return pem;
}

std::string TokenSigner::raw_signature(std::string_view text) const {
  if (algorithm_ == Algorithm::HS256) return hs256(secret_, text);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const EVP_MD* digest = algorithm_ == Algorithm::EdDSA ? nullptr : EVP_sha256();
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  CHECK(EVP_DigestSignInit(context, nullptr, digest, nullptr, key_.get()) == 1);
  CHECK(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, octets(text),
                       text.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return signature;
}

std::string TokenSigner::signature(std::string_view text) const {
  std::string raw = raw_signature(text);
  return algorithm_ == Algorithm::ES256 ? jose_form(raw) : raw;
}

std::string TokenSigner::sign(std::string_view header, std::string_view payload) const {
  const std::string text = to_base64url(header) + '.' + to_base64url(payload);
  return text + '.' + to_base64url(signature(text));
}

std::string TokenSigner::token(std::string_view claims) const {
  return sign(fmt::format(R"({{"alg":"{}","typ":"JWT","kid":"{}"}})", access::name_of(algorithm_), key_id_),
              claims);
}

std::string hs256(std::string_view secret, std::string_view text) {
  std::array<unsigned char, 32> code{};
  unsigned int size = 0;
  CHECK(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), octets(text), text.size(),
             code.data(), &size) != nullptr);
  return {reinterpret_cast<const char*>(code.data()), size};
}

}  // namespace firstcome::test
