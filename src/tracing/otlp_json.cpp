#include "tracing/otlp_json.h"

#include <fmt/core.h>

#include <simdjson.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <utility>

#include "text/json_text.h"

namespace firstcome::tracing {
namespace {

void append_text_attribute(std::string_view key, std::string_view value, std::string& out) {
  out += R"({"key":)";
  text::append_quoted(key, out);
  out += R"(,"value":{"stringValue":)";
  text::append_quoted(value, out);
  out += "}}";
}

void append_attribute(const Attribute& attribute, std::string& out) {
  if (const auto* text = std::get_if<std::string_view>(&attribute.value)) {
    return append_text_attribute(attribute.key, *text, out);
  }
  out += R"({"key":)";
  text::append_quoted(attribute.key, out);
  out += fmt::format(R"(,"value":{{"intValue":"{}"}}}})", std::get<std::int64_t>(attribute.value));
}

void append_resource(const Resource& resource, std::string& out) {
  out += R"({"attributes":[)";
  append_text_attribute("service.name", resource.service_name, out);
  out += ',';
  append_text_attribute("service.instance.id", resource.instance_id, out);
  out += ',';
  append_text_attribute("service.version", resource.version, out);
  out += ',';
  append_text_attribute("host.name", resource.host, out);
  out += "]}";
}

std::int64_t unix_nanoseconds(Instant at, std::chrono::nanoseconds steady_epoch) {
  return (std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()) + steady_epoch).count();
}

/// Those of the trace. Bit 8 says that bit 9 has a meaning, and bit 9 that the parent is in another process. An edge does
/// not know by which process its record is saved.
int flags_of(const Span& span) {
  const int of_trace = span.parent.traceparent().back() - '0';
  if (span.kind == SpanKind::Client) return of_trace;
  return of_trace | 0x100 | (span.kind == SpanKind::Server ? 0x200 : 0);
}

void append_span(const Span& span, std::chrono::nanoseconds steady_epoch, std::string& out) {
  out += fmt::format(R"({{"traceId":"{}","spanId":"{:016x}","parentSpanId":"{}")", span.parent.trace_id(),
                     span.id, span.parent.span_id());
  if (!span.parent.tracestate().empty()) text::append_member("traceState", span.parent.tracestate(), out);
  text::append_member("name", span.name, out);
  out +=
      fmt::format(R"(,"flags":{},"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[)",
                  flags_of(span), static_cast<int>(span.kind), unix_nanoseconds(span.begin, steady_epoch),
                  unix_nanoseconds(std::max(span.begin, span.end), steady_epoch));
  for (const Attribute& attribute : span.attributes) {
    if (out.back() != '[') out += ',';
    append_attribute(attribute, out);
  }
  out += span.failed ? R"(],"status":{"code":2}})" : "]}";
}

}  // namespace

Resource this_process(std::string service_name, std::string version) {
  std::array<unsigned char, 16> id{};
  randombytes_buf(id.data(), id.size());
  id[6] = static_cast<unsigned char>(0x40 | (id[6] & 0x0f));  // RFC 9562: version 4
  id[8] = static_cast<unsigned char>(0x80 | (id[8] & 0x3f));
  std::string text;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", id[i]);
  }
  std::array<char, HOST_NAME_MAX + 1> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return {.service_name = std::move(service_name),
          .instance_id = std::move(text),
          .version = std::move(version),
          .host = host.data()};
}

std::string otlp_json(const Resource& resource, std::span<const Span> spans,
                      std::chrono::nanoseconds steady_epoch) {
  std::string out = R"({"resourceSpans":[{"resource":)";
  append_resource(resource, out);
  out += R"(,"scopeSpans":[{"scope":{"name":"firstcome")";
  text::append_member("version", resource.version, out);
  out += R"(},"spans":[)";
  for (const Span& span : spans) {
    if (out.back() != '[') out += ',';
    append_span(span, steady_epoch, out);
  }
  out += "]}]}]}";
  return out;
}

std::int64_t rejected_spans(std::string_view response) {
  simdjson::dom::parser parser;
  simdjson::dom::element rejected;
  const simdjson::padded_string json(response);
  if (parser.parse(json)["partialSuccess"]["rejectedSpans"].get(rejected) != simdjson::SUCCESS) return 0;
  std::int64_t count = 0;
  if (rejected.get(count) == simdjson::SUCCESS) return std::max<std::int64_t>(0, count);
  std::string_view text;
  if (rejected.get(text) != simdjson::SUCCESS) return 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return std::max<std::int64_t>(0, count);
}

}  // namespace firstcome::tracing
