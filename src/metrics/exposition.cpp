#include "metrics/exposition.h"

#include <prometheus/text_serializer.h>

#include <limits>

#include "domain/check.h"

namespace firstcome::metrics {

using prometheus::MetricType;

void Exposition::family(std::string_view name, std::string_view help, MetricType type) {
  families_.push_back({std::string(name), std::string(help), type, {}});
}

void Exposition::counter(std::string_view name, std::string_view help) {
  family(name, help, MetricType::Counter);
}
void Exposition::gauge(std::string_view name, std::string_view help) {
  family(name, help, MetricType::Gauge);
}
void Exposition::histogram(std::string_view name, std::string_view help) {
  family(name, help, MetricType::Histogram);
}

prometheus::ClientMetric& Exposition::add(Labels labels) {
  CHECK(!families_.empty());
  prometheus::ClientMetric& metric = families_.back().metric.emplace_back();
  for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), std::string(value)});
  return metric;
}

void Exposition::sample(double value, Labels labels) {
  prometheus::ClientMetric& metric = add(labels);
  if (families_.back().type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    CHECK(families_.back().type == MetricType::Gauge);
    metric.gauge.value = value;
  }
}

void Exposition::sample(const Snapshot& snapshot, double unit, Labels labels) {
  CHECK(families_.back().type == MetricType::Histogram);
  prometheus::ClientMetric::Histogram& histogram = add(labels).histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < snapshot.bounds.size(); ++i) {
    below += snapshot.counts[i];
    histogram.bucket.push_back({below, static_cast<double>(snapshot.bounds[i]) * unit});
  }
  histogram.sample_count = snapshot.count();
  histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
  histogram.sample_sum = static_cast<double>(snapshot.sum) * unit;
}

std::string Exposition::text() const { return prometheus::TextSerializer{}.Serialize(families_); }

}  // namespace firstcome::metrics
