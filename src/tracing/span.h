#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/time.h"
#include "domain/trace_context.h"

namespace firstcome::tracing {

/// The numbers of OTLP.
enum class SpanKind : std::uint8_t { Internal = 1, Server = 2, Client = 3, Producer = 4 };

struct Attribute {
  std::string_view key;                                ///< static text
  std::variant<std::int64_t, std::string_view> value;  ///< static text
};

/// One part of a trace that this process has measured. Has no data of users.
struct Span {
  TraceContext parent;  ///< its span is the parent of this one
  std::uint64_t id = 0;
  std::string name;
  SpanKind kind = SpanKind::Internal;
  Instant begin{};
  Instant end{};
  bool failed = false;
  std::vector<Attribute> attributes{};
};

/// Receives finished spans. Any thread; does not block.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  virtual void add(std::vector<Span> spans) = 0;
};

/// Random, not 0.
std::uint64_t new_span_id();

}  // namespace firstcome::tracing
