#include "load/response_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace firstcome::load {
namespace {

namespace ondemand = simdjson::ondemand;
static_assert(ResponseReader::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// Compares without case; `lower` is in lower case.
bool is_field(std::string_view name, std::string_view lower) {
  return std::ranges::equal(name, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b;
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool read_number(std::string_view text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && text.front() != '-';
}

/// A number or its digits as a string (--ids). Throws simdjson_error, as all functions that read a body.
std::int64_t read_id(ondemand::value value) {
  return value.type() == ondemand::json_type::string ? value.get_int64_in_string() : value.get_int64();
}

AsOf read_as_of(ondemand::object object) {
  AsOf as_of;
  for (auto field : object) {
    const std::string_view key = field.unescaped_key();
    if (key == "partition") as_of.partition = static_cast<std::int32_t>(std::int64_t{field.value()});
    if (key == "offset") as_of.offset = std::int64_t{field.value()};
    if (key == "at") as_of.at = parse_rfc3339(std::string_view{field.value()}).value_or(Timestamp{});
  }
  return as_of;
}

}  // namespace

struct ResponseReader::Body {
  ondemand::parser parser;
};

ResponseReader::ResponseReader() : body_(std::make_unique<Body>()) {}
ResponseReader::~ResponseReader() = default;

ResponseReader::Read ResponseReader::wrong(std::string_view error) {
  error_ = error;
  return Read::Wrong;
}

ResponseReader::Read ResponseReader::read(std::string_view bytes, Response& response) {
  response = {};
  const std::size_t end = bytes.find(kHeadEnd);
  if (end == std::string_view::npos) {
    if (!kVersion.starts_with(bytes.substr(0, kVersion.size())))
      return wrong("it does not begin with HTTP/1.1");
    return bytes.size() < kMost ? Read::More : wrong("its header does not end");
  }
  std::size_t length = 0;
  if (read_head(bytes.substr(0, end + 2), response, length) == Read::Wrong) return Read::Wrong;
  const std::size_t head = end + kHeadEnd.size();
  if (length > kMost - std::min(kMost, head)) return wrong("it is longer than any response of firstcome");
  response.size = head + length;
  if (bytes.size() < response.size) return Read::More;
  if (bytes.size() > response.size) return wrong("it is longer than its Content-Length");
  return read_body(bytes.substr(head, length), response);
}

/// `head`: the status line and the fields, each with its CRLF.
ResponseReader::Read ResponseReader::read_head(std::string_view head, Response& response,
                                               std::size_t& length) {
  std::size_t status = 0;
  if (!head.starts_with(kVersion) || head.size() < kVersion.size() + 6 || head[kVersion.size() + 3] != ' ' ||
      !read_number(head.substr(kVersion.size(), 3), status) || status < 200 || status > 599) {
    return wrong("it has no HTTP/1.1 status line");
  }
  response.status = static_cast<int>(status);
  bool has_length = false;
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t line_end = head.find("\r\n", at);
    const std::string_view line = head.substr(at, line_end - at);
    at = line_end + 2;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
      return wrong("its header has a line without a field name");
    const std::string_view name = line.substr(0, colon);
    if (is_field(name, "content-length")) {
      const std::string_view value = trimmed(line.substr(colon + 1));
      if (has_length || value.empty() || !read_number(value, length))
        return wrong("its Content-Length is not a number");
      has_length = true;
    } else if (is_field(name, "connection")) {
      response.closes = is_field(trimmed(line.substr(colon + 1)), "close");
    } else if (is_field(name, "transfer-encoding")) {
      return wrong("it has a Transfer-Encoding, but firstcome sends a Content-Length");
    }
  }
  return has_length ? Read::Whole : wrong("it has no Content-Length");
}

ResponseReader::Read ResponseReader::read_body(std::string_view body, Response& response) {
  try {
    ondemand::document document = body_->parser.iterate(body.data(), body.size(), body.size() + kPadding);
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "result") response.result_name = std::string_view{field.value()};
      if (key == "policyId") response.policy = read_id(field.value());
      if (key == "userId") response.user = read_id(field.value());
      if (key == "sequence") response.sequence = field.value();
      if (key == "issuedAt") response.issued_at = parse_rfc3339(std::string_view{field.value()});
      if (key == "ticket") response.ticket = std::string_view{field.value()};
      if (key == "asOf") response.as_of = read_as_of(field.value().get_object());
      if (key == "place") {
        const AsOf place = read_as_of(field.value().get_object());
        response.place = Place{place.partition, place.offset};
      }
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return wrong("its body has bytes after the JSON object");
  } catch (const simdjson::simdjson_error&) {
    return wrong("its body is not JSON as firstcome sends it");
  }
  const auto named = result_named(response.result_name);
  if (!named && response.status < 400) return wrong("its result is not known");
  response.result = named.value_or(RequestResult::OtherRefusal);
  return Read::Whole;
}

}  // namespace firstcome::load
