#include "issuer/save_spans.h"

namespace firstcome::issuer {

std::vector<tracing::Span> save_spans(const store::Batch& batch, Instant begin, Instant end,
                                      std::string_view database) {
  std::vector<tracing::Span> spans;
  const auto records = static_cast<std::int64_t>(batch.codes.size());
  for (const store::RecordTrace& record : batch.traces) {
    if (!record.trace->is_sampled()) continue;
    spans.push_back({.parent = *record.trace,
                     .id = tracing::new_span_id(),
                     .name = "save",
                     .kind = tracing::SpanKind::Client,
                     .begin = begin,
                     .end = end,
                     .attributes = {{"db.system.name", database},
                                    {"firstcome.partition", std::int64_t{batch.after.partition}},
                                    {"firstcome.offset", record.offset},
                                    {"firstcome.batch.records", records}}});
  }
  return spans;
}

}  // namespace firstcome::issuer
