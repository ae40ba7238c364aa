#include "tracing/otlp_exporter.h"

#include <fmt/core.h>
#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "log/log.h"
#include "text/host_port.h"
#include "text/secrets.h"

namespace firstcome::tracing {
namespace {

constexpr std::string_view kPath = "/v1/traces";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr milliseconds kConnectMost{1'000};
constexpr milliseconds kAnswerMost{5'000};
constexpr milliseconds kBackoffFirst{500};
constexpr milliseconds kBackoffMost{10'000};
/// Exporting yields the processor to answering and saving.
constexpr int kNiceness = 10;

Instant steady_now() { return std::chrono::steady_clock::now(); }

std::chrono::nanoseconds steady_epoch() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto steady = steady_now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(wall) -
         std::chrono::duration_cast<std::chrono::nanoseconds>(steady);
}

/// OTLP/HTTP, "Retryable Response Codes".
bool is_retryable(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

/// The delay in seconds of Retry-After; its other form, a date, is ignored.
std::optional<milliseconds> delay_of(const std::string& retry_after) {
  std::int64_t seconds = 0;
  const char* const end = retry_after.data() + retry_after.size();
  const auto [rest, error] = std::from_chars(retry_after.data(), end, seconds);
  if (error != std::errc{} || rest != end || seconds < 0) return std::nullopt;
  return std::min(milliseconds{60'000}, milliseconds{std::min<std::int64_t>(seconds, 60) * 1'000});
}

}  // namespace

/// The only part that knows the HTTP client.
class OtlpExporter::Connection {
 public:
  struct Answer {
    int status = 0;  ///< 0: none came
    std::string body;
    std::string retry_after;
    std::string error;  ///< why none came
  };

  Connection(const std::string& server, std::string path) : client_(server), path_(std::move(path)) {
    client_.set_connection_timeout(kConnectMost);
    client_.set_read_timeout(kAnswerMost);
    client_.set_write_timeout(kAnswerMost);
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
    shown_ = text::without_secrets(server + path_);
  }

  Answer post(const std::string& body) {
    const auto result = client_.Post(path_, body, "application/json");
    if (!result) return {.error = httplib::to_string(result.error())};
    return {.status = result->status,
            .body = result->body,
            .retry_after = result->get_header_value("Retry-After"),
            .error = {}};
  }
  /// Ends a call under way. Any thread.
  void interrupt() { client_.stop(); }
  [[nodiscard]] const std::string& shown() const { return shown_; }

 private:
  httplib::Client client_;
  std::string path_;
  std::string shown_;
};

Result<std::unique_ptr<OtlpExporter>> OtlpExporter::make(const std::string& endpoint, Resource resource) {
  std::string_view rest = endpoint;
  const bool tls = rest.starts_with(kHttps);
  const bool known = tls || rest.starts_with(kHttp);
  if (known) rest.remove_prefix(tls ? kHttps.size() : kHttp.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string path(rest.substr(slash));
  while (path.ends_with('/')) path.pop_back();
  const auto address = text::parse_host_port(rest.substr(0, slash));
  if (!known || !address || endpoint.find_first_of(" ?#@") != std::string::npos) {
    return Error::permanent("'{}' is not the address of a collector.", text::without_secrets(endpoint))
        .with_hint(
            "It looks like http://collector:4318. 4318 is the usual port of OTLP over HTTP; 4317, of gRPC, does not do.");
  }
  const std::string server(endpoint.substr(0, (tls ? kHttps : kHttp).size() + slash));
  return std::unique_ptr<OtlpExporter>(
      new OtlpExporter(std::make_unique<Connection>(server, path + std::string(kPath)), std::move(resource)));
}

OtlpExporter::OtlpExporter(std::unique_ptr<Connection> connection, Resource resource)
    : resource_(std::move(resource)),
      connection_(std::move(connection)),
      thread_(
          "spans", [this] { return step(); }, kNiceness) {}

OtlpExporter::~OtlpExporter() {
  finishing_ = true;
  thread_.wake();
  if (!thread_.finished_within(kFinishMost)) {
    thread_.give_up();
    connection_->interrupt();
  }
  thread_.stop();
}

void OtlpExporter::add(std::vector<Span> spans) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t room = kWaitingMost - waiting_.size();
    if (spans.size() > room) {
      not_queued_.fetch_add(spans.size() - room, std::memory_order_relaxed);
      spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(room), spans.end());
    }
    const bool enough = waiting_.size() >= kBatchMost;
    std::move(spans.begin(), spans.end(), std::back_inserter(waiting_));
    wake = !enough && waiting_.size() >= kBatchMost;
  }
  if (wake) thread_.nudge();
}

void OtlpExporter::take_batch() {
  const std::lock_guard lock(mutex_);
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kBatchMost));
  batch_.assign(std::move_iterator(waiting_.begin()), std::move_iterator(waiting_.begin() + count));
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  batch_since_ = steady_now();
}

std::optional<Instant> OtlpExporter::step() {
  const bool finishing = finishing_;
  if (batch_.empty()) take_batch();
  if (batch_.empty()) return finishing ? std::nullopt : std::optional(steady_now() + kSendEvery);
  if (const auto pause = send_batch()) return finishing ? std::nullopt : std::optional(steady_now() + *pause);
  batch_.clear();
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kBatchMost || finishing) return Instant{};
  return steady_now() + kSendEvery;
}

std::optional<milliseconds> OtlpExporter::send_batch() {
  const Connection::Answer answer = connection_->post(otlp_json(resource_, batch_, steady_epoch()));
  if (answer.status >= 200 && answer.status < 300) {
    const auto rejected = std::min(static_cast<std::uint64_t>(rejected_spans(answer.body)),
                                   static_cast<std::uint64_t>(batch_.size()));
    exported_.add(batch_.size() - rejected);
    refused_.add(rejected);
    backoff_ = milliseconds{0};
    return std::nullopt;
  }
  if (answer.status == 0) return retry_after(answer.error, std::nullopt);
  const std::string why = fmt::format("HTTP status {}", answer.status);
  if (is_retryable(answer.status)) return retry_after(why, delay_of(answer.retry_after));
  drop_batch(why);
  return std::nullopt;
}

std::optional<milliseconds> OtlpExporter::retry_after(const std::string& why,
                                                      std::optional<milliseconds> asked) {
  if (steady_now() - batch_since_ >= kRetryMost) {
    drop_batch(why);
    return std::nullopt;
  }
  log::warn(fmt::format("spans cannot be exported to {}: {}. Trying again; at most {} wait.",
                        connection_->shown(), why, kWaitingMost),
            {{"operation", std::string("exporting spans")}});
  backoff_ = std::clamp(2 * backoff_, kBackoffFirst, kBackoffMost);
  return std::max(backoff_, asked.value_or(milliseconds{0}));
}

void OtlpExporter::drop_batch(const std::string& why) {
  refused_.add(batch_.size());
  log::warn(fmt::format("{} spans are lost: {} did not take them: {}. Check --otlp-endpoint.", batch_.size(),
                        connection_->shown(), why),
            {{"operation", std::string("exporting spans")}});
}

}  // namespace firstcome::tracing
