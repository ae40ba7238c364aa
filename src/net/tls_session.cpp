#include "net/tls_session.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "domain/check.h"

namespace firstcome::net {
namespace {

// --- a BIO over StreamSocket. OpenSSL's own socket BIO makes a system call whether the kernel may have bytes or not, and
// its writes raise SIGPIPE.

StreamSocket& socket_of(BIO* bio) { return *static_cast<StreamSocket*>(BIO_get_data(bio)); }

int bio_read(BIO* bio, char* to, int room) {
  BIO_clear_retry_flags(bio);
  const auto count = socket_of(bio).read(to, static_cast<std::size_t>(room));
  if (count < 0 && would_block(errno)) BIO_set_retry_read(bio);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

int bio_write(BIO* bio, const char* bytes, int count) {
  BIO_clear_retry_flags(bio);
  const auto sent = socket_of(bio).write({bytes, static_cast<std::size_t>(count)});
  if (sent < 0 && would_block(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long bio_control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default: return 0;
  }
}

int bio_create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream socket");
    CHECK(made != nullptr);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    BIO_meth_set_create(made, bio_create);
    return made;
  }();
  return method;
}

SSL* make_ssl(const TlsContext& context, StreamSocket& socket) {
  SSL* ssl = SSL_new(context.native());
  BIO* bio = BIO_new(socket_method());
  CHECK(ssl != nullptr && bio != nullptr);
  BIO_set_data(bio, &socket);
  SSL_set_bio(ssl, bio, bio);
  return ssl;
}

bool is_ip_address(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

void TlsSession::Deleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsSession::TlsSession(const TlsContext& context, StreamSocket& socket)
    : socket_(socket), ssl_(make_ssl(context, socket)) {
  SSL_set_accept_state(ssl_.get());
}

TlsSession::TlsSession(const TlsContext& context, StreamSocket& socket, const std::string& host)
    : socket_(socket), ssl_(make_ssl(context, socket)) {
  SSL_set_connect_state(ssl_.get());
  if (is_ip_address(host)) {
    CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1);
  } else {
    CHECK(SSL_set1_host(ssl_.get(), host.c_str()) == 1);
    CHECK(SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1);
  }
}

TlsSession::~TlsSession() = default;

TlsSession::Handshake TlsSession::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    established_ = has_more_ = true;
    return Handshake::Done;
  }
  const int why = SSL_get_error(ssl_.get(), result);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return Handshake::UnderWay;
  failed_ = true;
  const auto error = ERR_peek_error();
  const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
  note_failure();
  return reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST ? Handshake::PlainHttp
                                                                             : Handshake::Failed;
}

void TlsSession::note_failure() {
  const auto error = ERR_peek_error();
  const char* reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK) {
    failure_ = X509_verify_cert_error_string(verified);
  } else {
    failure_ = reason != nullptr ? reason : "the connection was closed";
  }
  ERR_clear_error();
}

bool TlsSession::may_read() const {
  return has_more_ || socket_.readable() || (read_needs_room_ && socket_.writable());
}

ssize_t TlsSession::read(char* to, std::size_t room) {
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl_.get(), to, room, &count);
  read_needs_room_ = false;
  if (result == 1) {
    has_more_ = SSL_has_pending(ssl_.get()) == 1;
    return static_cast<ssize_t>(count);
  }
  has_more_ = false;
  return blocked_or_failed(result);
}

bool TlsSession::may_write() const {
  return socket_.writable() || (write_needs_bytes_ && socket_.readable());
}

ssize_t TlsSession::write(std::string_view bytes) {
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  write_needs_bytes_ = false;
  if (result == 1) return static_cast<ssize_t>(count);
  const bool needs_bytes = SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
  const ssize_t failed = blocked_or_failed(result);
  write_needs_bytes_ = needs_bytes;
  read_needs_room_ = false;
  return failed == 0 ? -1 : failed;
}

ssize_t TlsSession::blocked_or_failed(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_WRITE: read_needs_room_ = true; [[fallthrough]];
    case SSL_ERROR_WANT_READ: errno = EAGAIN; return -1;
    case SSL_ERROR_ZERO_RETURN: errno = EPIPE; return 0;
    default:
      failed_ = true;
      note_failure();
      errno = ECONNRESET;
      return -1;
  }
}

/// SSL_shutdown() must not follow a failure (its manual).
void TlsSession::notify_close() {
  if (!established_ || failed_) return;
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace firstcome::net
