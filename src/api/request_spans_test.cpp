#include "api/request_spans.h"

#include <gtest/gtest.h>

#include "api/results.h"

namespace firstcome::api {
namespace {

class Sink : public tracing::SpanSink {
 public:
  void add(std::vector<tracing::Span> spans) override {
    ++calls;
    for (tracing::Span& span : spans) received.push_back(std::move(span));
  }
  int calls = 0;
  std::vector<tracing::Span> received;
};

constexpr std::string_view kSampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view kUnsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

class ARequestOfATrace : public testing::Test {
 protected:
  void begin(std::string_view traceparent) {
    exchange_.begin();
    exchange_.request.traceparent = traceparent;
    exchange_.request.tracestate = "congo=t61rcWkgMzE";
    exchange_.began = std::chrono::steady_clock::now();
    spans_.begin(exchange_);
  }
  void answer(std::string response, ResultLabel result) {
    exchange_.response = std::move(response);
    exchange_.result = result;
    spans_.answered(exchange_);
    spans_.flush();
  }
  static admission::Reply decided(Instant read_at) {
    admission::Reply reply{.place = Place{2, 17}};
    reply.read_at = read_at;
    return reply;
  }

  Sink sink_;
  RequestSpans spans_{&sink_};
  Exchange exchange_;
};

TEST_F(ARequestOfATrace, HasASpanOfItsOwnOnlyIfItIsSampled) {
  begin(kUnsampled);
  ASSERT_TRUE(exchange_.trace);
  EXPECT_EQ(exchange_.trace->context.traceparent(), kUnsampled);
  EXPECT_EQ(exchange_.trace->context.tracestate(), "congo=t61rcWkgMzE");
  answer("HTTP/1.1 201 Created", label_of(Code::Success));
  begin("garbage");
  EXPECT_FALSE(exchange_.trace);
  answer("HTTP/1.1 201 Created", label_of(Code::Success));
  EXPECT_EQ(sink_.calls, 0);
  begin(kSampled);
  EXPECT_EQ(exchange_.trace->context.trace_id(), kSampled.substr(3, 32));
  EXPECT_NE(exchange_.trace->context.span_id(), kSampled.substr(36, 16));
  answer("HTTP/1.1 503 Service Unavailable", label_of(Problem::Unavailable));
  ASSERT_EQ(sink_.received.size(), 1U);
  const tracing::Span& span = sink_.received[0];
  EXPECT_EQ(span.parent.traceparent(), kSampled);
  EXPECT_TRUE(span.failed);
  EXPECT_EQ(std::get<std::int64_t>(span.attributes[1].value), 503);
}

TEST_F(ARequestOfATrace, WithoutAnExporterIsPassedOnUnchanged) {
  const RequestSpans off(nullptr);
  exchange_.request.traceparent = kSampled;
  off.begin(exchange_);
  EXPECT_EQ(exchange_.trace->context.traceparent(), kSampled);
  EXPECT_FALSE(exchange_.trace->exported);
  EXPECT_FALSE(off.exports());
}

TEST_F(ARequestOfATrace, HasAnAppendUntilTheRecordIsKnownToBeDurable) {
  begin(kSampled);
  spans_.appended(exchange_);
  spans_.acknowledged(exchange_);
  const Instant acknowledged_at = exchange_.trace->exported->acknowledged_at;
  answer("HTTP/1.1 202 Accepted", kPending);
  ASSERT_EQ(sink_.received.size(), 2U) << "the request and its append; nothing is decided";
  EXPECT_EQ(sink_.received[1].name, "append");
  EXPECT_EQ(sink_.received[1].end, acknowledged_at);
  EXPECT_EQ(sink_.received[1].parent, exchange_.trace->context);

  begin(kSampled);
  spans_.appended(exchange_);
  const Instant read_at = std::chrono::steady_clock::now();
  spans_.decided(decided(read_at), exchange_);
  answer("HTTP/1.1 201 Created", label_of(Code::Success));
  ASSERT_EQ(sink_.received.size(), 5U);
  EXPECT_EQ(sink_.received[3].end, read_at) << "the record was read before it was acknowledged";
  const tracing::Span& decide = sink_.received[4];
  EXPECT_EQ(decide.name, "decide");
  EXPECT_EQ(decide.begin, read_at);
  EXPECT_EQ(decide.end, sink_.received[2].end);
  EXPECT_EQ(std::get<std::int64_t>(decide.attributes[0].value), 2);
  EXPECT_EQ(std::get<std::int64_t>(decide.attributes[1].value), 17);
}

TEST_F(ARequestOfATrace, TheNextRequestOfTheConnectionBeginsWithoutIt) {
  begin(kSampled);
  spans_.appended(exchange_);
  exchange_.begin();
  answer("HTTP/1.1 201 Created", label_of(Code::Success));
  EXPECT_EQ(sink_.calls, 0);
}

}  // namespace
}  // namespace firstcome::api
