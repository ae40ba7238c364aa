#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/histogram.h"

namespace firstcome::metrics {

/// The factor that turns a histogram's unit into Prometheus's base unit.
inline constexpr double kNanoseconds = 1e-9;
inline constexpr double kRecords = 1;

/// A page of metrics being written: a family, then its samples, then the next family. Base units; names and
/// labels are the caller's care.
class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  void counter(std::string_view name, std::string_view help);
  void gauge(std::string_view name, std::string_view help);
  void histogram(std::string_view name, std::string_view help);

  // Of the family begun last.
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
