#include "cli/http_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>

namespace firstcome::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

struct Address {
  std::string host;
  std::string port;
  std::string both;  ///< as it was said
};

std::optional<Address> read_address(std::string_view server) {
  constexpr std::string_view kScheme = "http://";
  if (server.starts_with(kScheme)) server.remove_prefix(kScheme.size());
  while (server.ends_with('/')) server.remove_suffix(1);
  if (server.find('/') != std::string_view::npos) return std::nullopt;
  const std::size_t colon = server.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = server.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Address{std::string(host), std::string(server.substr(colon + 1)), std::string(server)};
}

http::request<http::string_body> to_request(const std::string& host, const HttpQuestion& question) {
  http::request<http::string_body> request(http::string_to_verb(question.method), question.target, 11);
  request.set(http::field::host, host);
  request.set(http::field::connection, "close");
  if (!question.admin_key.empty()) request.set(http::field::authorization, "Bearer " + question.admin_key);
  if (!question.if_match.empty()) request.set(http::field::if_match, question.if_match);
  if (question.method != "GET") {
    request.set(http::field::content_type, "application/json");
    request.body() = question.body;
    request.prepare_payload();
  }
  return request;
}

/// The steps of one call, each of which ends in an error code; run by its own loop so that they can be
/// given up in time.
class Call {
 public:
  explicit Call(milliseconds timeout) : stream_(loop_), timeout_(timeout) {}

  boost::system::error_code connect(const Address& address) {
    boost::system::error_code error;
    const auto endpoints = tcp::resolver(loop_).resolve(address.host, address.port, error);
    if (error) return error;
    stream_.expires_after(timeout_);
    stream_.async_connect(endpoints, [&error](auto e, const tcp::endpoint&) { error = e; });
    run();
    return error;
  }

  boost::system::error_code exchange(const http::request<http::string_body>& request, HttpAnswer& answer) {
    boost::system::error_code error;
    http::async_write(stream_, request, [&error](auto e, std::size_t) { error = e; });
    run();
    if (error) return error;
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::async_read(stream_, buffer, response, [&error](auto e, std::size_t) { error = e; });
    run();
    answer = {static_cast<int>(response.result_int()), response.body()};
    return error;
  }

 private:
  void run() {
    loop_.restart();
    loop_.run();
  }

  asio::io_context loop_;
  beast::tcp_stream stream_;
  milliseconds timeout_;
};

}  // namespace

Result<HttpAnswer> ask(const std::string& server, const HttpQuestion& question, milliseconds timeout) {
  const auto address = read_address(server);
  if (!address) {
    return Error::permanent("'" + server +
                            "' is no address of a server: it looks like http://127.0.0.1:8080");
  }
  Call call(timeout);
  if (const auto error = call.connect(*address)) {
    return Error::retryable("cannot connect to " + server + ": " + error.message() +
                            ". Is `firstcome serve` running there?");
  }
  HttpAnswer answer;
  if (const auto error = call.exchange(to_request(address->both, question), answer)) {
    return Error::unknown(server + " gave no answer: " + error.message() +
                          ". What was asked may have happened. " + question.unanswered);
  }
  return answer;
}

}  // namespace firstcome::cli
