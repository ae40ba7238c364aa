#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace firstcome {

/// Names of the header fields of W3C Trace Context (Recommendation of 23 November 2021), in HTTP and in Kafka.
inline constexpr std::string_view kTraceparent = "traceparent";
inline constexpr std::string_view kTracestate = "tracestate";

/// The distributed trace that a request belongs to, and the span that caused it. The decider never reads it.
class TraceContext {
 public:
  /// "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": version, trace id, span id, flags.
  static constexpr std::size_t kParentLength = 55;
  /// Bytes that are kept of a tracestate; §3.3.1.5 asks for at least so many.
  static constexpr std::size_t kStateLimit = 512;

  /// Both are untrusted. A traceparent that is not valid (§3.2) gives none. A tracestate that is not valid (§3.3) is
  /// dropped alone. A traceparent of a later version is read, and written as version 00, as §3.2.4 requires.
  static std::optional<TraceContext> parse(std::string_view traceparent, std::string_view tracestate);
  /// The same, shared; null for none.
  static std::shared_ptr<const TraceContext> parse_shared(std::string_view traceparent,
                                                          std::string_view tracestate);

  [[nodiscard]] std::string_view traceparent() const { return {parent_.data(), parent_.size()}; }
  /// Empty: none.
  [[nodiscard]] const std::string& tracestate() const { return state_; }
  /// 32 hexadecimal digits in lower case.
  [[nodiscard]] std::string_view trace_id() const { return traceparent().substr(3, 32); }
  /// 16 hexadecimal digits in lower case.
  [[nodiscard]] std::string_view span_id() const { return traceparent().substr(36, 16); }
  /// The caller may have recorded its span.
  [[nodiscard]] bool is_sampled() const { return (parent_.back() & 1) != 0; }

  /// The same trace with another span. `span_id`: not 0.
  [[nodiscard]] TraceContext with_span(std::uint64_t span_id) const;

  bool operator==(const TraceContext&) const = default;

 private:
  TraceContext() = default;

  std::array<char, kParentLength> parent_{};
  std::string state_;
};

}  // namespace firstcome
