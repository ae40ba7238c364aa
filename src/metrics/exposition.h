#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/histogram.h"

namespace firstcome::metrics {

/// The factor from a histogram's unit to the base unit of Prometheus.
inline constexpr double kNanoseconds = 1e-9;
inline constexpr double kRecords = 1;

/// Writes a page of metrics: a family, then its samples, then the next family. In base units. The caller must pass
/// valid names and labels.
class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  void counter(std::string_view name, std::string_view help);
  void gauge(std::string_view name, std::string_view help);
  void histogram(std::string_view name, std::string_view help);

  // Samples of the current family.
  void sample(double value, Labels labels = {});
  void sample(const Snapshot& snapshot, double unit, Labels labels = {});

  /// Prometheus text format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  void family(std::string_view name, std::string_view help, prometheus::MetricType type);
  prometheus::ClientMetric& add(Labels labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace firstcome::metrics
