#include "tracing/otlp_exporter.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <string>
#include <thread>

namespace firstcome::tracing {
namespace {

using std::chrono::seconds;

/// Answers with the statuses that the test has queued, then with 200, and remembers the spans of each request.
class Collector {
 public:
  Collector() {
    server_.Post("/base/v1/traces", [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard lock(mutex_);
      types_.push_back(request.get_header_value("Content-Type"));
      std::size_t spans = 0;
      for (std::size_t at = 0; (at = request.body.find("\"spanId\"", at)) != std::string::npos; ++at) ++spans;
      received_.push_back(spans);
      response.status = 200;
      if (!statuses_.empty()) {
        response.status = statuses_.front();
        statuses_.pop_front();
      }
      response.set_content(answer_, "application/json");
      changed_.notify_all();
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~Collector() {
    server_.stop();
    thread_.join();
  }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  void will_answer(std::deque<int> statuses, std::string body = "{}") {
    const std::lock_guard lock(mutex_);
    statuses_ = std::move(statuses);
    answer_ = std::move(body);
  }
  /// Spans of each request, once there are `count`.
  std::vector<std::size_t> received(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, seconds{30}, [&] { return received_.size() >= count; }));
    return received_;
  }
  [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + std::to_string(port_) + "/base/"; }
  std::vector<std::string> types() {
    const std::lock_guard lock(mutex_);
    return types_;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> statuses_;
  std::string answer_ = "{}";
  std::vector<std::size_t> received_;
  std::vector<std::string> types_;
  std::thread thread_;
};

std::vector<Span> spans(std::size_t count) {
  const auto parent = TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "");
  return std::vector<Span>(count, Span{.parent = *parent, .id = 1, .name = "save", .attributes = {}});
}

std::unique_ptr<OtlpExporter> exporter_to(const std::string& address) {
  return std::move(*OtlpExporter::make(address, {}));
}

/// Waits for a thread of the exporter.
bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + seconds{30};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(OtlpExporter, SendsBatchesToThePathOfTheProtocol) {
  Collector collector;
  auto exporter = exporter_to(collector.address());
  exporter->add(spans(OtlpExporter::kBatchMost + 5));
  exporter->start();
  EXPECT_EQ(collector.received(1)[0], OtlpExporter::kBatchMost);
  exporter.reset();  // the rest goes at the end, not after a second
  EXPECT_EQ(collector.received(2)[1], 5U);
  EXPECT_EQ(collector.types()[0], "application/json");
}

TEST(OtlpExporter, RepeatsWhatTheProtocolCallsRetryableAndNothingElse) {
  Collector collector;
  collector.will_answer({503, 429});
  auto exporter = exporter_to(collector.address());
  exporter->add(spans(2));
  exporter->start();
  EXPECT_EQ(collector.received(3), (std::vector<std::size_t>{2, 2, 2}));
  EXPECT_TRUE(eventually([&] { return exporter->exported() == 2; }));
  EXPECT_EQ(exporter->dropped(Dropped::Collector), 0U);
  collector.will_answer({400});
  exporter->add(spans(3));
  EXPECT_TRUE(eventually([&] { return exporter->dropped(Dropped::Collector) == 3; }));
  EXPECT_EQ(collector.received(4).size(), 4U);
  EXPECT_EQ(exporter->exported(), 2U);
}

TEST(OtlpExporter, CountsTheSpansThatACollectorRejects) {
  Collector collector;
  collector.will_answer({}, R"({"partialSuccess":{"rejectedSpans":"3"}})");
  auto exporter = exporter_to(collector.address());
  exporter->add(spans(5));
  exporter->start();
  EXPECT_TRUE(eventually([&] { return exporter->exported() == 2; }));
  EXPECT_EQ(exporter->dropped(Dropped::Collector), 3U);
}

TEST(OtlpExporter, WithoutACollectorItsQueueIsBoundedAndItsEndIsQuick) {
  const auto began = std::chrono::steady_clock::now();
  auto exporter = exporter_to("http://127.0.0.1:1");
  exporter->start();
  for (int i = 0; i < 100; ++i) exporter->add(spans(100));
  EXPECT_GE(exporter->dropped(Dropped::Queue),
            10'000 - OtlpExporter::kWaitingMost - OtlpExporter::kBatchMost);
  exporter.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds{10});
}

TEST(OtlpExporter, RefusesWhatIsNoAddressOfACollector) {
  for (const char* address : {"", "collector:4318", "grpc://collector:4317", "http://", "http:///v1",
                              "http://a:b", "http://user:secret@collector:4318", "http://a:4318/?x=1"}) {
    const auto made = OtlpExporter::make(address, {});
    ASSERT_FALSE(made.ok()) << address;
    EXPECT_EQ(made.error().text().find("secret"), std::string::npos);
  }
  for (const char* address : {"http://collector:4318", "https://collector", "http://[::1]:4318/base/"}) {
    EXPECT_TRUE(OtlpExporter::make(address, {}).ok()) << address;
  }
}

}  // namespace
}  // namespace firstcome::tracing
