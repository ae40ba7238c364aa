#include "cli/http_client.h"

#include <fmt/core.h>
#include <httplib.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <optional>

#include "text/host_port.h"
#include "text/secrets.h"

namespace firstcome::cli {
namespace {

struct Address {
  bool tls = false;
  std::string host;
  int port = 0;
  std::string host_and_port;  ///< for the Host header
};

std::optional<Address> read_address(std::string_view server) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  const bool tls = server.starts_with(kHttps);
  if (tls || server.starts_with(kHttp)) server.remove_prefix(tls ? kHttps.size() : kHttp.size());
  while (server.ends_with('/')) server.remove_suffix(1);
  if (server.find('/') != std::string_view::npos) return std::nullopt;
  const auto parts = text::parse_host_port(server);
  if (!parts || parts->port.value_or(0) == 0) return std::nullopt;
  return Address{tls, std::string(parts->host), *parts->port, std::string(server)};
}

httplib::Request to_httplib(const std::string& host, const HttpRequest& from) {
  httplib::Request request;
  request.method = from.method;
  request.path = from.target;
  request.set_header("Host", host);
  if (!from.credential.empty()) request.set_header("Authorization", "Bearer " + from.credential);
  if (!from.if_match.empty()) request.set_header("If-Match", from.if_match);
  if (!from.idempotency_key.empty()) request.set_header("Idempotency-Key", from.idempotency_key);
  if (from.method != "GET") {
    request.set_header("Content-Type", "application/json");
    request.body = from.body;
  }
  return request;
}

/// httplib returns the same error for an unknown host name and a refused connection.
std::string describe_connection_error(httplib::Error error, const std::string& host) {
  if (error == httplib::Error::ConnectionTimeout) return "timed out";
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), nullptr, nullptr, &found); code != 0)
    return gai_strerror(code);
  freeaddrinfo(found);
  return "the connection was refused";
}

/// A client for TLS: it verifies the server's chain and name. httplib's settings of files do not report what is wrong
/// with a file, and send a client's certificate without its chain.
Result<std::unique_ptr<httplib::ClientImpl>> make_tls_client(const Address& address,
                                                             const net::TlsContext::ClientFiles& files) {
  ASSIGN_OR_RETURN(const auto valid, net::TlsContext::for_client(files));
  auto client = std::make_unique<httplib::SSLClient>(address.host, address.port);
  SSL_CTX* context = client->ssl_context();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (!files.ca.empty()) client->set_ca_cert_path(files.ca);
  if (!files.certificate.empty()) {
    CHECK(SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) == 1);
    CHECK(SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1);
  }
  return std::unique_ptr<httplib::ClientImpl>(std::move(client));
}

/// Why TLS failed; nothing: it did not.
std::optional<Error> tls_error(const std::string& server, const Address& address, httplib::Error error,
                               const httplib::ClientImpl& client) {
  const auto first = ERR_peek_error();  // httplib adds those of its shutdown
  const int reason = ERR_GET_LIB(first) == ERR_LIB_SSL ? ERR_GET_REASON(first) : 0;
  if (reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED) {
    return Error::permanent("{}: the server requires a certificate of the client.", server)
        .with_hint("Specify --client-cert and --client-key.");
  }
  if (error == httplib::Error::SSLServerVerification) {
    const long verified = dynamic_cast<const httplib::SSLClient&>(client).get_openssl_verify_result();
    switch (verified) {
      case X509_V_OK:
        return Error::permanent("{}: the server's certificate is not for {}.", server, address.host)
            .with_hint("Use a name of the certificate in the address.");
      case X509_V_ERR_CERT_HAS_EXPIRED:
        return Error::permanent("{}: the server's certificate has expired.", server)
            .with_hint("Replace the server's file of --tls-cert, and check the clock of this machine.");
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return Error::permanent(
                   "{}: the server's certificate is from an authority that is not trusted here: {}.", server,
                   X509_verify_cert_error_string(verified))
            .with_hint("Specify the certificate of its authority with --ca.");
      default:
        return Error::permanent("{}: the server's certificate is not accepted: {}.", server,
                                X509_verify_cert_error_string(verified));
    }
  }
  if (error != httplib::Error::SSLConnection) return std::nullopt;
  if (reason == SSL_R_WRONG_VERSION_NUMBER) {
    return Error::permanent("{}: the server does not speak TLS on this port.", server)
        .with_hint("Use http:// if that is what it serves.");
  }
  const char* text = ERR_reason_error_string(first);
  return Error::retryable("{}: the TLS handshake failed: {}.", server,
                          text == nullptr ? "the connection was closed" : text);
}

}  // namespace

struct HttpClient::Connection {
  Address address;
  std::unique_ptr<httplib::ClientImpl> client;
};

HttpClient::HttpClient(std::string server, net::TlsContext::ClientFiles tls, milliseconds timeout)
    : server_(std::move(server)), tls_(std::move(tls)), timeout_(timeout) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  if (!connection_) {
    auto address = read_address(server_);
    if (!address) {
      return Error::permanent("'{}' is not the address of a server.", text::without_secrets(server_))
          .with_hint(
              "An address looks like http://127.0.0.1:8080, or https:// if the server has --tls-cert.");
    }
    std::unique_ptr<httplib::ClientImpl> client;
    if (address->tls) {
      ASSIGN_OR_RETURN(client, make_tls_client(*address, tls_));
    } else {
      client = std::make_unique<httplib::ClientImpl>(address->host, address->port);
    }
    client->set_connection_timeout(timeout_);
    client->set_read_timeout(timeout_);
    client->set_write_timeout(timeout_);
    client->set_keep_alive(true);
    client->set_tcp_nodelay(true);
    connection_ = std::make_unique<Connection>(Connection{std::move(*address), std::move(client)});
  }
  ERR_clear_error();
  const WithoutSigpipe without_sigpipe;
  const auto began = std::chrono::steady_clock::now();
  const httplib::Result result =
      connection_->client->send(to_httplib(connection_->address.host_and_port, request));
  if (result) return HttpResponse{result->status, result->body};
  const std::unique_ptr<Connection> failed = std::move(connection_);
  if (failed->address.tls) {
    if (auto why = tls_error(server_, failed->address, result.error(), *failed->client)) return *why;
  }
  if (result.error() == httplib::Error::Connection || result.error() == httplib::Error::ConnectionTimeout) {
    return Error::retryable("cannot connect to {}: {}.", server_,
                            describe_connection_error(result.error(), failed->address.host))
        .with_hint("Is `firstcome serve` running there?");
  }
  const bool in_time = std::chrono::steady_clock::now() - began < timeout_;
  const std::string why =
      in_time ? "it closed the connection" : fmt::format("timed out after {} s", timeout_.count() / 1'000);
  return Error::unknown("no response from {}: {}. The server may have processed the request.", server_, why)
      .with_hint(request.if_unanswered);
}

Result<HttpResponse> send_request(const std::string& server, const HttpRequest& request,
                                  milliseconds timeout) {
  return HttpClient(server, request.tls, timeout).send(request);
}

}  // namespace firstcome::cli
