#include "test/kits/net/test_authority.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "domain/check.h"

namespace firstcome::test {
namespace {

std::shared_ptr<EVP_PKEY> make_key(int rsa_bits) {
  EVP_PKEY* key = rsa_bits > 0 ? EVP_RSA_gen(static_cast<unsigned>(rsa_bits)) : EVP_EC_gen("P-256");
  CHECK(key != nullptr);
  return {key, EVP_PKEY_free};
}

template <class Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> memory(BIO_new(BIO_s_mem()), BIO_free_all);
  CHECK(write(memory.get()) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  return pem([&](BIO* to) { return PEM_write_bio_X509(to, certificate); });
}

std::string pem_of(EVP_PKEY* key) {
  return pem(
      [&](BIO* to) { return PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  CHECK(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

/// Without extensions and without a signature.
std::shared_ptr<X509> make_certificate(const std::string& name, EVP_PKEY* key, int first_day, int last_day) {
  constexpr long kDay = 24L * 60 * 60;
  std::shared_ptr<X509> made(X509_new(), X509_free);
  CHECK(X509_set_version(made.get(), 2) == 1);
  std::uint64_t serial = 0;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  CHECK(ASN1_INTEGER_set_uint64(X509_get_serialNumber(made.get()), serial) == 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), first_day * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), last_day * kDay);
  CHECK(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1);
  CHECK(X509_set_pubkey(made.get(), key) == 1);
  return made;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name, const TestAuthority* issuer)
    : key_(make_key(0)), certificate_(make_certificate(name, key_.get(), -1, 3650)) {
  X509* signing = issuer == nullptr ? certificate_.get() : issuer->certificate_.get();
  CHECK(X509_set_issuer_name(certificate_.get(), X509_get_subject_name(signing)) == 1);
  extend(certificate_.get(), signing, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_.get(), signing, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate_.get(), signing, NID_subject_key_identifier, "hash");
  CHECK(X509_sign(certificate_.get(), issuer == nullptr ? key_.get() : issuer->key_.get(), EVP_sha256()) > 0);
}

TestAuthority::Issued TestAuthority::issue(const Wanted& wanted) const {
  const auto key = make_key(wanted.rsa_bits);
  const auto made = make_certificate(wanted.name, key.get(), wanted.first_day, wanted.last_day);
  CHECK(X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get())) == 1);
  extend(made.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(made.get(), certificate_.get(), NID_ext_key_usage, "serverAuth,clientAuth");
  extend(made.get(), certificate_.get(), NID_subject_alt_name, wanted.alternatives);
  extend(made.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
  CHECK(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
  return {pem_of(made.get()), pem_of(key.get())};
}

std::string TestAuthority::certificate() const { return pem_of(certificate_.get()); }

void replace_file(const std::string& path, const std::string& text) {
  const std::string next = path + ".next";
  std::ofstream(next) << text;
  CHECK(chmod(next.c_str(), S_IRUSR | S_IWUSR) == 0);
  std::filesystem::rename(next, path);
}

}  // namespace firstcome::test
