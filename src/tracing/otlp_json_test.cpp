#include "tracing/otlp_json.h"

#include <gtest/gtest.h>

#include <set>

namespace firstcome::tracing {
namespace {

TEST(OtlpJson, IsARequestOfTheProtocol) {
  const auto parent =
      TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03", R"(congo=t61"x)");
  const std::vector<Span> spans{{.parent = *parent,
                                 .id = 0xab,
                                 .name = "POST /v1/policies",
                                 .kind = SpanKind::Server,
                                 .begin = Instant{milliseconds{2'000}},
                                 .end = Instant{milliseconds{2'007}},
                                 .failed = true,
                                 .attributes = {{"http.response.status_code", 503},
                                                {"firstcome.result", std::string_view("UNAVAILABLE")}}},
                                {.parent = parent->with_span(0xab),
                                 .id = 0xac,
                                 .name = "save",
                                 .kind = SpanKind::Client,
                                 .begin = Instant{milliseconds{2'001}},
                                 .end = Instant{milliseconds{2'000}},  // never before it began
                                 .attributes = {}}};
  const Resource resource{
      .service_name = "coupons", .instance_id = "i-1", .version = "0.1.0", .host = "edge-1"};
  EXPECT_EQ(
      otlp_json(resource, spans, std::chrono::seconds{1'000}),
      R"({"resourceSpans":[{"resource":{"attributes":[)"
      R"({"key":"service.name","value":{"stringValue":"coupons"}},)"
      R"({"key":"service.instance.id","value":{"stringValue":"i-1"}},)"
      R"({"key":"service.version","value":{"stringValue":"0.1.0"}},)"
      R"({"key":"host.name","value":{"stringValue":"edge-1"}}]},)"
      R"("scopeSpans":[{"scope":{"name":"firstcome","version":"0.1.0"},"spans":[)"
      R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00000000000000ab",)"
      R"("parentSpanId":"00f067aa0ba902b7","traceState":"congo=t61\"x","name":"POST /v1/policies","flags":771,)"
      R"("kind":2,"startTimeUnixNano":"1002000000000","endTimeUnixNano":"1002007000000","attributes":[)"
      R"({"key":"http.response.status_code","value":{"intValue":"503"}},)"
      R"({"key":"firstcome.result","value":{"stringValue":"UNAVAILABLE"}}],"status":{"code":2}},)"
      R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00000000000000ac",)"
      R"("parentSpanId":"00000000000000ab","traceState":"congo=t61\"x","name":"save","flags":3,"kind":3,)"
      R"("startTimeUnixNano":"1002001000000","endTimeUnixNano":"1002001000000","attributes":[]}]}]}]})");
}

TEST(OtlpJson, ACollectorMayRejectSomeSpans) {
  EXPECT_EQ(rejected_spans(""), 0);
  EXPECT_EQ(rejected_spans("{}"), 0);
  EXPECT_EQ(rejected_spans("not JSON"), 0);
  EXPECT_EQ(rejected_spans(R"({"partialSuccess":{}})"), 0);
  EXPECT_EQ(rejected_spans(R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}})"), 3);
  EXPECT_EQ(rejected_spans(R"({"partialSuccess":{"rejectedSpans":4}})"), 4);
  EXPECT_EQ(rejected_spans(R"({"partialSuccess":{"rejectedSpans":"-1"}})"), 0);
}

TEST(OtlpJson, EachProcessHasAnIdOfItsOwn) {
  const Resource one = this_process("a", "1");
  const Resource two = this_process("a", "1");
  EXPECT_NE(one.instance_id, two.instance_id);
  EXPECT_EQ(one.instance_id.size(), 36U);
  EXPECT_EQ(one.instance_id[14], '4');
  EXPECT_FALSE(one.host.empty());
}

TEST(Span, IdsAreRandomAndNotZero) {
  std::set<std::uint64_t> ids;
  for (int i = 0; i < 1'000; ++i) ids.insert(new_span_id());
  EXPECT_EQ(ids.size(), 1'000U);
  EXPECT_FALSE(ids.contains(0));
}

}  // namespace
}  // namespace firstcome::tracing
