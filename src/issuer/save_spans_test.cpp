#include "issuer/save_spans.h"

#include <gtest/gtest.h>

namespace firstcome::issuer {
namespace {

store::RecordTrace record(Offset offset, std::string_view flags) {
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-" + std::string(flags);
  return {.policy = PolicyId{7}, .offset = offset, .trace = TraceContext::parse_shared(parent, "")};
}

TEST(SaveSpans, EverySampledRecordOfTheBatchHasOneAndNoOther) {
  store::Batch batch;
  batch.after.partition = 2;
  batch.codes.resize(9);
  batch.traces = {record(11, "01"), record(12, "00"), record(13, "03")};
  const Instant begin{milliseconds{5}};
  const Instant end{milliseconds{8}};
  const auto spans = save_spans(batch, begin, end, "sqlite");
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].name, "save");
  EXPECT_EQ(spans[0].parent, *batch.traces[0].trace);
  EXPECT_EQ(spans[0].begin, begin);
  EXPECT_EQ(spans[0].end, end);
  EXPECT_NE(spans[0].id, spans[1].id);
  EXPECT_EQ(std::get<std::int64_t>(spans[1].attributes[1].value), 2) << "the partition";
  EXPECT_EQ(std::get<std::int64_t>(spans[1].attributes[2].value), 13) << "the offset";
  EXPECT_EQ(std::get<std::int64_t>(spans[1].attributes[3].value), 9) << "records of the batch";
}

}  // namespace
}  // namespace firstcome::issuer
