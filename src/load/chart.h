#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace firstcome::load {

/// One side of a chart: where a value stands on it, and what is written beside it.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;  ///< then low > 0
  std::vector<std::pair<double, std::string>> marks;

  /// 0 at `low` to 1 at `high`; what is beyond stands at the end.
  [[nodiscard]] double at(double value) const;
};

using Words = std::string (*)(double value);
/// 0 to `high` or a little more, with some round numbers.
Axis linear_axis(double high, Words words);
/// Whole decades around `low` to `high`.
Axis decades_axis(double low, double high, Words words);

/// What is drawn: points from left to right. `style`: a class of the page's style sheet, which colours it.
struct Series {
  std::string name;
  std::string style;
  std::vector<std::pair<double, double>> points;
};

/// Text that a browser shows over a part of the width, [from, to] on the x axis.
struct Hint {
  double from = 0;
  double to = 0;
  std::string text;
};

/// Charts as SVG elements, as wide as what they stand in. All text in them is escaped here.
std::string line_chart(const Axis& x, const Axis& y, std::span<const Series> lines,
                       std::span<const Hint> hints, const std::string& title);
/// Each series stands on those before it; all have the same x.
std::string stacked_chart(const Axis& x, const Axis& y, std::span<const Series> layers,
                          std::span<const Hint> hints, const std::string& title);

/// Coloured squares with names.
std::string legend(std::span<const Series> series);
/// For HTML: < & " and the like.
std::string escaped(const std::string& text);

}  // namespace firstcome::load
