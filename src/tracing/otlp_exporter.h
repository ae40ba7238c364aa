#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"
#include "metrics/counter.h"
#include "thread/periodic_thread.h"
#include "tracing/otlp_json.h"
#include "tracing/span.h"

namespace firstcome::tracing {

/// Why a span was not exported.
enum class Dropped : std::uint8_t {
  Queue,      ///< too many spans waited
  Collector,  ///< the collector did not take it, or could not be reached for too long
};
inline constexpr std::array<std::string_view, 2> kDropped{"queue", "collector"};

/// Sends spans to a collector: OTLP over HTTP, as JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp). A thread of its
/// own sends them, so that neither a slow nor an absent collector delays anything else. At most kWaitingMost spans wait for
/// it; more are dropped and counted.
///
/// A failure that the protocol calls retryable is repeated with the same spans, for at most kRetryMost.
class OtlpExporter final : public SpanSink {
 public:
  static constexpr std::size_t kWaitingMost = 8'192;
  static constexpr std::size_t kBatchMost = 512;
  static constexpr milliseconds kSendEvery{1'000};  ///< unless kBatchMost spans wait
  static constexpr milliseconds kRetryMost{60'000};
  static constexpr milliseconds kFinishMost{1'000};

  /// `endpoint`: http://host:port or https://host:port, perhaps with a path; /v1/traces is appended. Sends nothing before
  /// start().
  static Result<std::unique_ptr<OtlpExporter>> make(const std::string& endpoint, Resource resource);
  /// Sends what waits, for at most kFinishMost.
  ~OtlpExporter() override;
  OtlpExporter(const OtlpExporter&) = delete;
  OtlpExporter& operator=(const OtlpExporter&) = delete;

  void start() { thread_.start(); }
  void add(std::vector<Span> spans) override;

  // Any thread.
  [[nodiscard]] std::uint64_t exported() const { return exported_.value(); }
  [[nodiscard]] std::uint64_t dropped(Dropped why) const {
    return why == Dropped::Queue ? not_queued_.load(std::memory_order_relaxed) : refused_.value();
  }

 private:
  class Connection;
  OtlpExporter(std::unique_ptr<Connection> connection, Resource resource);
  std::optional<Instant> step();
  void take_batch();
  /// Nothing: the batch is done with, sent or dropped.
  std::optional<milliseconds> send_batch();
  void drop_batch(const std::string& why);
  std::optional<milliseconds> retry_after(const std::string& why, std::optional<milliseconds> asked);

  const Resource resource_;
  const std::unique_ptr<Connection> connection_;
  std::vector<Span> batch_;  ///< being sent
  Instant batch_since_{};
  milliseconds backoff_{0};
  metrics::Counter exported_;
  metrics::Counter refused_;
  std::atomic<std::uint64_t> not_queued_{0};
  std::atomic<bool> finishing_{false};

  std::mutex mutex_;
  std::vector<Span> waiting_;  // guarded by mutex_
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::tracing
