#include "net/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <charconv>
#include <optional>
#include <utility>

namespace firstcome::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::iequals;
using boost::beast::string_view;

constexpr std::size_t kCredentialMemoryKept = 1024;
constexpr std::size_t kBodyMemoryAtFirst = 128;  ///< enough for an issue request with the longest user id
constexpr std::string_view kHeaderTooLong = "The header of the request is too long.";

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::Get;
    case http::verb::head: return Method::Head;
    case http::verb::post: return Method::Post;
    case http::verb::patch: return Method::Patch;
    case http::verb::options: return Method::Options;
    default: return Method::Other;
  }
}

string_view trimmed(string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Removes the part of `text` up to the first `mark` and returns it, without blanks around it.
string_view next_part(string_view& text, char mark) {
  const auto at = text.find(mark);
  const string_view part = text.substr(0, at);
  text = at == string_view::npos ? string_view{} : text.substr(at + 1);
  return trimmed(part);
}

/// RFC 9112 §3.2: servers must accept the absolute form. Routes need the origin form.
string_view origin_form(string_view target) {
  for (const string_view scheme : {string_view{"http://"}, string_view{"https://"}}) {
    if (target.size() < scheme.size() || !iequals(target.substr(0, scheme.size()), scheme)) continue;
    const auto slash = target.find_first_of("/?", scheme.size());
    return slash == string_view::npos ? string_view{"/"} : target.substr(slash);
  }
  return target;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_unreserved(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

/// RFC 3986 §6.2.2.2: an unreserved character means the same with and without percent encoding, and clients may encode
/// any of them ("%2D" in a ticket). A reserved character ("%2F") stays encoded, because decoding changes its meaning.
void decode_unreserved(std::string& target) {
  std::size_t end = target.find('%');
  if (end == std::string::npos) return;
  for (std::size_t at = end; at < target.size(); ++at, ++end) {
    target[end] = target[at];
    if (target[at] != '%' || at + 2 >= target.size()) continue;
    const int high = hex_digit(target[at + 1]);
    const int low = hex_digit(target[at + 2]);
    if (high < 0 || low < 0 || !is_unreserved(static_cast<char>(high * 16 + low))) continue;
    target[end] = static_cast<char>(high * 16 + low);
    at += 2;
  }
  target.resize(end);
}

/// RFC 7240: the first of two equal preferences counts; unknown and invalid preferences are ignored.
void read_prefer(string_view value, Request& request) {
  while (!value.empty()) {
    string_view preference = next_part(value, ',');
    preference = next_part(preference, ';');
    const string_view name = next_part(preference, '=');
    if (iequals(name, "respond-async")) {
      request.respond_async = true;
    } else if (iequals(name, "wait")) {
      string_view number = preference;
      if (number.size() >= 2 && number.front() == '"' && number.back() == '"') {
        number = number.substr(1, number.size() - 2);
      }
      std::int64_t seconds = 0;
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
      const bool whole = end == number.data() + number.size();
      const bool first = !request.wait_seconds;
      if (error == std::errc{} && whole && seconds >= 0 && first) request.wait_seconds = seconds;
    }
  }
}

/// RFC 9110 §12.5.1: of any media type, the parameter `ids`. The first one counts; other values are ignored.
void read_accept(string_view value, Request& request) {
  while (!value.empty()) {
    string_view range = next_part(value, ',');
    next_part(range, ';');
    while (!range.empty()) {
      string_view parameter = next_part(range, ';');
      if (!iequals(next_part(parameter, '='), "ids") || request.ids_are_strings) continue;
      if (parameter.size() >= 2 && parameter.front() == '"' && parameter.back() == '"') {
        parameter = parameter.substr(1, parameter.size() - 2);
      }
      if (iequals(parameter, "string")) request.ids_are_strings = true;
      if (iequals(parameter, "number")) request.ids_are_strings = false;
    }
  }
}

void assign(std::string& to, string_view from) { to.assign(from.data(), from.size()); }

}  // namespace

void Request::clear() {
  method = Method::Other;
  target.clear();
  keep_alive = true;
  http_1_0 = false;
  json = expects_continue = has_body = has_host = has_content_type = asks_method = respond_async = false;
  wait_seconds.reset();
  ids_are_strings.reset();
  if_match.reset();
  idempotency_key.reset();
  origin.reset();
  // A credential is longer than what a string has inside of itself, and a client sends one with every request.
  if (authorization && authorization->capacity() <= kCredentialMemoryKept) {
    authorization_memory = std::move(*authorization);
  }
  authorization.reset();
  forwarded.reset();
  x_forwarded_for.reset();
  traceparent.reset();
  tracestate.reset();
  host.clear();
  body.clear();
}

std::size_t Request::memory() const {
  std::size_t bytes = target.capacity() + host.capacity() + body.capacity() + authorization_memory.capacity();
  for (const auto* field : {&if_match, &idempotency_key, &origin, &authorization, &forwarded,
                            &x_forwarded_for, &traceparent, &tracestate})
    bytes += *field ? (*field)->capacity() : 0;
  return bytes;
}

std::size_t RoundTrip::give_back_memory(std::size_t kept) {
  request.clear();
  response.clear();
  document = {};
  const std::size_t bytes = request.memory() + response.capacity();
  if (bytes <= kept) return 0;
  // An assignment or clear() would keep the memory.
  for (std::string* text :
       {&request.target, &request.host, &request.body, &request.authorization_memory, &response})
    std::string{}.swap(*text);
  return bytes;
}

/// One for each connection. Beast needs a new parser for every request.
class RequestParser::Beast {
 public:
  explicit Beast(Limits limits) : limits_(limits) {}

  void start(Request& request) {
    request.clear();
    request_ = &request;
    header_bytes_ = 0;
    failed_ = false;
    parser_.emplace(*this);
    parser_->header_limit(limits_.header);
    parser_->body_limit(limits_.body);
    parser_->eager(true);
  }

  State feed(std::string_view& bytes) {
    if (failed_) return State::Failed;
    // RFC 9112 §2.2: a server should ignore an empty line before a request.
    while (!parser_->got_some() && bytes.starts_with("\r\n")) bytes.remove_prefix(2);
    if (!parser_->got_some() && bytes == "\r") return State::NeedMore;  // half of an empty line
    error_code error;
    const bool in_header = !parser_->is_header_done();
    const std::size_t taken = parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(taken);
    if (in_header && !check_header_size(taken, bytes.size())) return State::Failed;
    if (error && error != http::error::need_more) return fail(error);
    if (parser_->is_header_done() && !parser_->is_done() && bytes.size() > limits_.header) {
      return fail(RequestError::BadRequest, "The line before a chunk is too long.");
    }
    if (!parser_->is_done()) return State::NeedMore;
    request_->keep_alive = parser_->keep_alive();
    return State::Complete;
  }

  [[nodiscard]] bool header_done() const { return parser_ && parser_->is_header_done(); }
  [[nodiscard]] RequestError error() const { return error_; }
  [[nodiscard]] std::string_view detail() const { return detail_; }

 private:
  class Parser final : public http::basic_parser<true> {
   public:
    explicit Parser(Beast& owner) : owner_(owner) {}

   private:
    void on_request_impl(http::verb verb, string_view, string_view target, int version,
                         error_code&) override {
      owner_.request_->http_1_0 = version == 10;
      owner_.request_->method = method_of(verb);
      assign(owner_.request_->target, origin_form(target));
      decode_unreserved(owner_.request_->target);
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(http::field name, string_view text, string_view value, error_code& error) override {
      if (!is_header_done())
        owner_.on_field(name, text, value, error);  // otherwise a trailer, which is ignored
    }
    void on_header_impl(error_code& error) override {
      if (!owner_.request_->http_1_0 && !owner_.request_->has_host) {
        owner_.refuse(RequestError::BadRequest, "An HTTP/1.1 request needs a Host header.", error);
      }
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
      owner_.request_->has_body = true;
      if (length) {
        owner_.request_->body.reserve(std::max(static_cast<std::size_t>(*length) + 64, kBodyMemoryAtFirst));
      }
    }
    std::size_t on_body_impl(string_view bytes, error_code&) override {
      owner_.request_->body.append(bytes.data(), bytes.size());
      return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& error) override {
      return on_body_impl(bytes, error);
    }
    void on_finish_impl(error_code&) override {}

    Beast& owner_;
  };

  void on_field(http::field name, string_view text, string_view value, error_code& error) {
    Request& request = *request_;
    switch (name) {
      case http::field::host:
        if (request.has_host)
          return refuse(RequestError::BadRequest, "The request has two Host headers.", error);
        request.has_host = true;
        return assign(request.host, value);
      case http::field::content_type:
        if (request.has_content_type)
          return refuse(RequestError::BadRequest, "The request has two Content-Type headers.", error);
        request.has_content_type = true;
        request.json = iequals(next_part(value, ';'), "application/json");
        return;
      case http::field::transfer_encoding:
        // RFC 9112 §6.1: an intermediary may frame the body differently (request smuggling).
        if (request.http_1_0)
          return refuse(RequestError::BadRequest, "HTTP/1.0 has no transfer codings.", error);
        // Beast treats an unknown coding as no body, so the body would be read as the next request.
        if (!iequals(trimmed(value), "chunked")) {
          refuse(RequestError::NotImplemented, "The only supported transfer coding is chunked.", error);
        }
        return;
      case http::field::expect:
        if (request.http_1_0) return;  // RFC 9110 §10.1.1: ignored for HTTP/1.0
        if (!iequals(trimmed(value), "100-continue")) {
          return refuse(RequestError::ExpectationFailed, "The only supported expectation is 100-continue.",
                        error);
        }
        request.expects_continue = true;
        return;
      case http::field::accept: return read_accept(value, request);
      case http::field::prefer: return read_prefer(value, request);
      case http::field::if_match: return append_to_list(request.if_match, value);
      case http::field::forwarded: return append_to_list(request.forwarded, value);
      case http::field::origin:
        if (request.origin)
          return refuse(RequestError::BadRequest, "The request has two Origin headers.", error);
        return keep(request.origin, value);
      case http::field::authorization:
        if (request.authorization)
          return refuse(RequestError::BadRequest, "The request has two Authorization headers.", error);
        request.authorization.emplace(std::move(request.authorization_memory));
        return assign(*request.authorization, value);
      case http::field::access_control_request_method: request.asks_method = true; return;
      case http::field::unknown:
        if (iequals(text, "traceparent")) return append_to_list(request.traceparent, value);
        if (iequals(text, "tracestate")) return append_to_list(request.tracestate, value);
        if (iequals(text, "X-Forwarded-For")) return append_to_list(request.x_forwarded_for, value);
        if (!iequals(text, "Idempotency-Key")) return;
        if (request.idempotency_key)
          return refuse(RequestError::BadRequest, "The request has two Idempotency-Key headers.", error);
        return keep(request.idempotency_key, value);
      default: return;
    }
  }

  static void keep(std::optional<std::string>& field, string_view value) {
    field.emplace(value.data(), value.size());
  }

  /// RFC 9110 §5.3: several fields of a list mean the same as one with all elements.
  static void append_to_list(std::optional<std::string>& field, string_view value) {
    if (!field) return keep(field, value);
    field->append(", ").append(value.data(), value.size());
  }

  void refuse(RequestError why, std::string_view detail, error_code& error) {
    fail(why, detail);
    error = http::error::bad_value;
  }

  State fail(RequestError error, std::string_view detail) {
    if (!failed_) {
      error_ = error;
      detail_ = detail;
    }
    failed_ = true;
    return State::Failed;
  }

  State fail(const error_code& error) {
    if (error == http::error::header_limit) return fail(RequestError::HeaderTooLarge, kHeaderTooLong);
    if (error == http::error::body_limit)
      return fail(RequestError::PayloadTooLarge, "The body of the request is too long.");
    if (error == http::error::bad_version) {
      return fail(RequestError::VersionNotSupported, "Use HTTP/1.1 or HTTP/1.0.");
    }
    return fail(RequestError::BadRequest, "The bytes are not an HTTP request.");
  }

  /// Beast limits the size of each piece; this limits the size of a header that arrives in many pieces.
  bool check_header_size(std::size_t taken, std::size_t left) {
    if (!parser_->is_header_done()) {
      header_bytes_ += taken;
      if (header_bytes_ + left > limits_.header) {
        fail(RequestError::HeaderTooLarge, kHeaderTooLong);
        return false;
      }
    }
    return true;
  }

  const Limits limits_;
  Request* request_ = nullptr;
  std::optional<Parser> parser_;
  std::size_t header_bytes_ = 0;
  bool failed_ = false;
  RequestError error_ = RequestError::BadRequest;
  std::string_view detail_;
};

RequestParser::RequestParser(Limits limits) : beast_(std::make_unique<Beast>(limits)) {}
RequestParser::~RequestParser() = default;

void RequestParser::start(Request& request) { beast_->start(request); }
RequestParser::State RequestParser::feed(std::string_view& bytes) { return beast_->feed(bytes); }
bool RequestParser::header_done() const { return beast_->header_done(); }
RequestError RequestParser::error() const { return beast_->error(); }
std::string_view RequestParser::detail() const { return beast_->detail(); }

}  // namespace firstcome::net
