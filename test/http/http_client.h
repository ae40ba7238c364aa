#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace firstcome::net {
class TlsContext;
}

namespace firstcome::test {

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// A top-level field of the JSON body as JSON text ("\"SOLD_OUT\"", "42"); empty: there is none.
  [[nodiscard]] std::string json(std::string_view field) const;
  /// A text field without its quotes.
  [[nodiscard]] std::string text(std::string_view field) const;
  [[nodiscard]] std::string result() const { return text("result"); }
  [[nodiscard]] std::string header(const std::string& name) const;
};

/// One connection that can also send invalid HTTP. Fails the test after ten seconds without bytes from the server.
class HttpClient {
 public:
  /// `from`: the address of the client; loopback has many.
  explicit HttpClient(const std::string& address, const std::string& from = {});
  /// In TLS, as a client of 127.0.0.1. `prepare` may change the session before the handshake, which may fail.
  HttpClient(const std::string& address, const net::TlsContext& context,
             const std::function<void(ssl_st*)>& prepare = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(std::string_view bytes);
  /// Sends a request with Host, and with Content-Type and Content-Length if there is a body.
  void send_request(const std::string& method, const std::string& target, const std::string& body = {},
                    const std::string& headers = {});
  /// The next response. `head`: it has no body, whatever its Content-Length.
  Response read(bool head = false);
  Response ask(const std::string& method, const std::string& target, const std::string& body = {},
               const std::string& headers = {});
  /// Waits until the server has sent this text. The bytes can still be read.
  bool receives(std::string_view bytes);
  /// True if the server closes its side without sending more.
  bool at_end();
  /// Closes the sending side of this client.
  void finish_sending();
  /// The same without close_notify, as an attacker can.
  void cut_sending();

  /// Null without TLS.
  [[nodiscard]] ssl_st* tls() const { return tls_.get(); }
  /// Why TLS failed, as OpenSSL describes it; empty: it did not.
  [[nodiscard]] const std::string& tls_failure() const { return tls_failure_; }

 private:
  void check_tls(int result);
  bool receive();

  int native_ = -1;
  std::shared_ptr<ssl_st> tls_;
  std::string tls_failure_;
  std::string unread_;
};

}  // namespace firstcome::test
