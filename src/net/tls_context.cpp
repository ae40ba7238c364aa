#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "domain/time.h"
#include "files/private_files.h"

namespace firstcome::net {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using File = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

/// Forward-secret and authenticated only. TLS 1.3 has no others.
constexpr const char* kCiphersOfTls12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// Without the slow curves of OpenSSL's default, which a client could ask for.
constexpr const char* kGroups = "X25519:P-256:P-384";
/// TLS 1.2 and 1.3. A resumed session skips the check of a client's certificate, so it must not last long.
constexpr long kSessionSeconds = 600;
constexpr std::string_view kAlpn{"\x08http/1.1", 9};
constexpr std::chrono::hours kExpiresSoon{7 * 24};

/// The reason of the last error of OpenSSL. Clears its queue.
std::string openssl_reason() {
  const auto error = ERR_peek_last_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  std::string text = reason == nullptr ? "unknown reason" : reason;
  ERR_clear_error();
  return text;
}

Result<File> open_file(const std::string& path) {
  errno = 0;
  File file(BIO_new_file(path.c_str(), "r"));
  if (!file) {
    const std::string why = errno != 0 ? std::strerror(errno) : openssl_reason();
    ERR_clear_error();
    return Error::permanent("{}: cannot be read: {}.", path, why);
  }
  return file;
}

std::string subject_of(const X509* certificate) {
  const File text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0,
                     XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : "without a subject";
}

Result<std::vector<Certificate>> read_certificates(const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, open_file(path));
  std::vector<Certificate> all;
  while (X509* next = PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)) all.emplace_back(next);
  const auto error = ERR_peek_last_error();
  const bool ended = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (!ended) {
    return Error::permanent("{}: certificate {} in this file is damaged: {}.", path, all.size() + 1,
                            openssl_reason())
        .with_hint("Copy the file again from where it was issued.");
  }
  ERR_clear_error();
  if (all.empty()) {
    return Error::permanent("{}: there is no certificate in PEM form in this file.", path)
        .with_hint(
            "A certificate in PEM form begins with -----BEGIN CERTIFICATE-----. One in DER form is converted by: "
            "openssl x509 -inform der -in FILE -out NEW_FILE");
  }
  return all;
}

/// There is no terminal to ask for a passphrase.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

Result<Key> read_key(const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, open_file(path));
  RETURN_IF_ERROR(files::check_private_file(path));
  bool needs_passphrase = false;
  Key key(PEM_read_bio_PrivateKey(file.get(), nullptr, refuse_passphrase, &needs_passphrase));
  if (key) return key;
  const std::string why = openssl_reason();
  if (needs_passphrase) {
    return Error::permanent("{}: this key is protected by a passphrase, and a server has no one to ask.",
                            path)
        .with_hint("Write it without: openssl pkey -in FILE -out NEW_FILE, and chmod go= NEW_FILE");
  }
  return Error::permanent("{}: there is no private key in PEM form in this file ({}).", path, why)
      .with_hint("A key in PEM form begins with -----BEGIN PRIVATE KEY-----.");
}

/// The first certificate must be that of the key, and each one must be issued by the next.
Status check_chain(const std::string& path, const std::vector<Certificate>& chain,
                   const std::string& key_path, EVP_PKEY* key) {
  const auto belongs = [key](const Certificate& certificate) {
    const bool same = X509_check_private_key(certificate.get(), key) == 1;
    ERR_clear_error();
    return same;
  };
  const std::string order =
      "Write the certificate of the key first, then the one of its issuer, and so on: cat server.pem intermediate.pem";
  if (!belongs(chain.front())) {
    for (std::size_t i = 1; i < chain.size(); ++i) {
      if (!belongs(chain[i])) continue;
      return Error::permanent(
                 "{}: the certificates are in the wrong order: the one of the key {} is number {}.", path,
                 key_path, i + 1)
          .with_hint(order);
    }
    return Error::permanent("{}: this key does not belong to the certificate in {} ({}).", key_path, path,
                            subject_of(chain.front().get()))
        .with_hint(fmt::format(
            "These two must print the same: openssl x509 -in {} -noout -pubkey; openssl pkey -in {} "
            "-pubout",
            path, key_path));
  }
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    if (X509_check_issued(chain[i + 1].get(), chain[i].get()) == X509_V_OK) continue;
    return Error::permanent(
               "{}: the certificates are in the wrong order: number {} ({}) is not the issuer of number {} ({}).",
               path, i + 2, subject_of(chain[i + 1].get()), i + 1, subject_of(chain[i].get()))
        .with_hint(order);
  }
  return Done{};
}

TlsContext::Seconds seconds_of(const ASN1_TIME* time) {
  tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return {};
  return TlsContext::Seconds{std::chrono::seconds{timegm(&utc)}};
}

std::string date_of(TlsContext::Seconds time) {
  const std::string whole = format_rfc3339(time);
  return whole.substr(0, whole.find('.')) + "Z";
}

std::string describe(const X509* certificate, TlsContext::Seconds not_after) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  return fmt::format("{}, {} key of {} bits, valid until {}", subject_of(certificate),
                     EVP_PKEY_get0_type_name(key) == nullptr ? "a" : EVP_PKEY_get0_type_name(key),
                     EVP_PKEY_get_bits(key), date_of(not_after));
}

Status use(SSL_CTX* context, const std::string& path, const std::vector<Certificate>& chain, EVP_PKEY* key) {
  bool used =
      SSL_CTX_use_certificate(context, chain.front().get()) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
  for (std::size_t i = 1; used && i < chain.size(); ++i)
    used = SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
  if (used) return Done{};
  return Error::permanent("{}: OpenSSL refuses this certificate: {}.", path, openssl_reason())
      .with_hint("Use an EC key on P-256, or an RSA key of at least 2048 bits, and SHA-256.");
}

Status trust(SSL_CTX* context, const std::string& path) {
  ASSIGN_OR_RETURN(const auto authorities, read_certificates(path));
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const Certificate& authority : authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) {
      return Error::permanent("{}: OpenSSL refuses certificate {}: {}.", path, subject_of(authority.get()),
                              openssl_reason());
    }
    // The names of the authorities, for clients that choose one of their certificates.
    if (SSL_CTX_add_client_CA(context, authority.get()) != 1)
      return Error::permanent("{}: {}", path, openssl_reason());
  }
  // An intermediate authority in this file is enough.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return Done{};
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int size, void*) {
  unsigned char* selected = nullptr;
  const auto* ours = reinterpret_cast<const unsigned char*>(kAlpn.data());
  const int found = SSL_select_next_proto(&selected, length, ours, kAlpn.size(), offered, size);
  *chosen = selected;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// What both sides have in common.
std::shared_ptr<SSL_CTX> make_context(const SSL_METHOD* method) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  CHECK(context != nullptr);
  SSL_CTX* native = context.get();
  CHECK(SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1);
  CHECK(SSL_CTX_set_max_proto_version(native, TLS1_3_VERSION) == 1);
  CHECK(SSL_CTX_set_cipher_list(native, kCiphersOfTls12) == 1);
  CHECK(SSL_CTX_set1_groups_list(native, kGroups) == 1);
  SSL_CTX_set_security_level(native, 2);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // An idle connection needs no buffers for records; a write may be repeated from another place.
  SSL_CTX_set_mode(
      native, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(
      native, 1);  // one system call for a record, instead of one for its header and one for the rest
  return context;
}

}  // namespace

Result<TlsContext> TlsContext::for_server(const ServerFiles& files) {
  ASSIGN_OR_RETURN(const auto chain, read_certificates(files.certificate));
  ASSIGN_OR_RETURN(const auto key, read_key(files.key));
  RETURN_IF_ERROR(check_chain(files.certificate, chain, files.key, key.get()));
  TlsContext made;
  made.native_ = make_context(TLS_server_method());
  SSL_CTX* native = made.native_.get();
  RETURN_IF_ERROR(use(native, files.certificate, chain, key.get()));
  SSL_CTX_set_options(native, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  // Sessions are resumed by tickets, whose keys belong to this context: the server keeps nothing for each client, and a
  // reload makes every client show its certificate again.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 1);
  SSL_CTX_set_timeout(native, kSessionSeconds);
  constexpr std::string_view kSessions = "firstcome";
  CHECK(SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(kSessions.data()),
                                       kSessions.size()) == 1);
  if (!files.client_ca.empty()) {
    RETURN_IF_ERROR(trust(native, files.client_ca));
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  made.certificate_file_ = files.certificate;
  made.not_before_ = seconds_of(X509_get0_notBefore(chain.front().get()));
  made.not_after_ = seconds_of(X509_get0_notAfter(chain.front().get()));
  made.description_ = describe(chain.front().get(), made.not_after_);
  return made;
}

Result<TlsContext> TlsContext::for_client(const ClientFiles& files) {
  TlsContext made;
  made.native_ = make_context(TLS_client_method());
  SSL_CTX* native = made.native_.get();
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
  CHECK(SSL_CTX_set_alpn_protos(native, reinterpret_cast<const unsigned char*>(kAlpn.data()), kAlpn.size()) ==
        0);
  if (files.ca.empty()) {
    CHECK(SSL_CTX_set_default_verify_paths(native) == 1);
  } else {
    RETURN_IF_ERROR(trust(native, files.ca));
  }
  if (files.certificate.empty() != files.key.empty()) {
    return Error::permanent("{}: the certificate of a client needs its key, and the key its certificate.",
                            files.certificate.empty() ? files.key : files.certificate);
  }
  if (!files.certificate.empty()) {
    ASSIGN_OR_RETURN(const auto chain, read_certificates(files.certificate));
    ASSIGN_OR_RETURN(const auto key, read_key(files.key));
    RETURN_IF_ERROR(check_chain(files.certificate, chain, files.key, key.get()));
    RETURN_IF_ERROR(use(native, files.certificate, chain, key.get()));
  }
  return made;
}

std::string TlsContext::warning(Seconds now) const {
  const auto line = [this](std::string_view what, Seconds when) {
    return fmt::format(
        "{}: this certificate {} {}. Replace the file; the server reads it again without a restart",
        certificate_file_, what, date_of(when));
  };
  if (now >= not_after_) return line("has expired, and clients refuse it since", not_after_);
  if (now < not_before_) return line("is not valid yet, and clients refuse it until", not_before_);
  if (now + kExpiresSoon >= not_after_) return line("expires soon, at", not_after_);
  return {};
}

std::vector<std::string> TlsContext::ServerFiles::all() const {
  std::vector<std::string> all = {certificate, key};
  if (!client_ca.empty()) all.push_back(client_ca);
  return all;
}

Result<std::shared_ptr<ServerCertificate>> ServerCertificate::open(TlsContext::ServerFiles files) {
  ASSIGN_OR_RETURN(auto context, TlsContext::for_server(files));
  return std::shared_ptr<ServerCertificate>(new ServerCertificate(std::move(files), std::move(context)));
}

Status ServerCertificate::read_again() {
  ASSIGN_OR_RETURN(auto read, TlsContext::for_server(files_));
  auto context = std::make_shared<const TlsContext>(std::move(read));
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return Done{};
}

}  // namespace firstcome::net
