#include "load/answer_reader.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace firstcome::load {
namespace {

namespace ondemand = simdjson::ondemand;
static_assert(AnswerReader::kPadding >= simdjson::SIMDJSON_PADDING);

constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// The same name whatever the case; `lower` is in lower case.
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

/// Throws simdjson_error, like everything that reads a body here.
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

struct AnswerReader::Body {
  ondemand::parser parser;
};

AnswerReader::AnswerReader() : body_(std::make_unique<Body>()) {}
AnswerReader::~AnswerReader() = default;

AnswerReader::Read AnswerReader::wrong(std::string_view complaint) {
  complaint_ = complaint;
  return Read::Wrong;
}

AnswerReader::Read AnswerReader::read(std::string_view bytes, Answer& answer) {
  answer = {};
  const std::size_t end = bytes.find(kHeadEnd);
  if (end == std::string_view::npos) {
    if (!kVersion.starts_with(bytes.substr(0, kVersion.size())))
      return wrong("it does not begin as HTTP/1.1");
    return bytes.size() < kMost ? Read::More : wrong("its header has no end");
  }
  std::size_t length = 0;
  if (read_head(bytes.substr(0, end + 2), answer, length) == Read::Wrong) return Read::Wrong;
  const std::size_t head = end + kHeadEnd.size();
  if (length > kMost - std::min(kMost, head)) return wrong("it is longer than any answer of ours");
  answer.size = head + length;
  if (bytes.size() < answer.size) return Read::More;
  if (bytes.size() > answer.size) return wrong("it is longer than it says");
  return read_body(bytes.substr(head, length), answer);
}

/// `head`: the status line and the fields, each with its CRLF.
AnswerReader::Read AnswerReader::read_head(std::string_view head, Answer& answer, std::size_t& length) {
  std::size_t status = 0;
  if (!head.starts_with(kVersion) || head.size() < kVersion.size() + 6 || head[kVersion.size() + 3] != ' ' ||
      !read_number(head.substr(kVersion.size(), 3), status) || status < 200 || status > 599) {
    return wrong("it has no status line of HTTP/1.1");
  }
  answer.status = static_cast<int>(status);
  bool has_length = false;
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t line_end = head.find("\r\n", at);
    const std::string_view line = head.substr(at, line_end - at);
    at = line_end + 2;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return wrong("its header has a line without a name");
    const std::string_view name = line.substr(0, colon);
    if (is_field(name, "content-length")) {
      const std::string_view value = trimmed(line.substr(colon + 1));
      if (has_length || value.empty() || !read_number(value, length))
        return wrong("its Content-Length is no number");
      has_length = true;
    } else if (is_field(name, "connection")) {
      answer.last = is_field(trimmed(line.substr(colon + 1)), "close");
    } else if (is_field(name, "transfer-encoding")) {
      return wrong("it has a Transfer-Encoding, where firstcome sends a Content-Length");
    }
  }
  return has_length ? Read::Whole : wrong("it has no Content-Length");
}

AnswerReader::Read AnswerReader::read_body(std::string_view body, Answer& answer) {
  try {
    ondemand::document document = body_->parser.iterate(body.data(), body.size(), body.size() + kPadding);
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "result") answer.result = std::string_view{field.value()};
      if (key == "policyId") answer.policy = field.value();
      if (key == "userId") answer.user = field.value();
      if (key == "sequence") answer.sequence = field.value();
      if (key == "issuedAt") answer.issued_at = parse_rfc3339(std::string_view{field.value()});
      if (key == "ticket") answer.ticket = std::string_view{field.value()};
      if (key == "asOf") answer.as_of = read_as_of(field.value().get_object());
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return wrong("its body goes on behind its end");
  } catch (const simdjson::simdjson_error&) {
    return wrong("its body is not the JSON of a firstcome");
  }
  const auto named = outcome_named(answer.result);
  if (!named && answer.status < 400) return wrong("its result is none we know");
  answer.outcome = named.value_or(RequestResult::OtherRefusal);
  return Read::Whole;
}

}  // namespace firstcome::load
