#include "load/chart.h"

#include <algorithm>
#include <cmath>

#include "load/words.h"

namespace firstcome::load {
namespace {

constexpr double kWidth = 920;
constexpr double kHeight = 250;
constexpr double kLeft = 62;
constexpr double kRight = 14;
constexpr double kTop = 10;
constexpr double kBottom = 26;

std::string number(double value) { return decimal(value, 1); }

class Frame {
 public:
  Frame(const Axis& x, const Axis& y) : x_(x), y_(y) {}

  [[nodiscard]] double across(double value) const { return kLeft + x_.at(value) * (kWidth - kLeft - kRight); }
  [[nodiscard]] double down(double value) const {
    return kHeight - kBottom - y_.at(value) * (kHeight - kTop - kBottom);
  }
  [[nodiscard]] std::string point(double x, double y) const {
    return number(across(x)) + "," + number(down(y));
  }

  [[nodiscard]] std::string grid() const {
    std::string svg;
    for (const auto& [value, words] : y_.marks) {
      const std::string y = number(down(value));
      svg += "<line class=\"grid\" x1=\"" + number(kLeft) + "\" x2=\"" + number(kWidth - kRight) +
             "\" y1=\"" + y + "\" y2=\"" + y + "\"/>";
      svg += text(kLeft - 8, down(value) + 4, "end", words);
    }
    for (const auto& [value, words] : x_.marks) {
      const std::string x = number(across(value));
      svg += "<line class=\"tick\" x1=\"" + x + "\" x2=\"" + x + "\" y1=\"" + number(kHeight - kBottom) +
             "\" y2=\"" + number(kHeight - kBottom + 5) + "\"/>";
      svg += text(across(value), kHeight - 6, "middle", words);
    }
    return svg;
  }

  /// A path through the points, from left to right.
  [[nodiscard]] std::string path(const std::vector<std::pair<double, double>>& points) const {
    std::string d;
    for (const auto& [x, y] : points) d += (d.empty() ? "M" : "L") + point(x, y);
    return d;
  }

  [[nodiscard]] std::string hint(const Hint& hint) const {
    const double from = across(hint.from);
    return "<rect class=\"hint\" x=\"" + number(from) + "\" y=\"" + number(kTop) + "\" width=\"" +
           number(std::max(1.0, across(hint.to) - from)) + "\" height=\"" + number(kHeight - kTop - kBottom) +
           "\"><title>" + escaped(hint.text) + "</title></rect>";
  }

 private:
  static std::string text(double x, double y, const char* anchor, const std::string& words) {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
           escaped(words) + "</text>";
  }

  const Axis& x_;
  const Axis& y_;
};

std::string begin(const std::string& title) {
  return "<svg viewBox=\"0 0 " + decimal(kWidth, 0) + " " + decimal(kHeight, 0) +
         "\" role=\"img\" aria-label=\"" + escaped(title) + "\">";
}

/// 1, 2 or 5 times a power of ten, so that four or five steps reach `high`.
double round_step(double high) {
  const double power = std::pow(10, std::floor(std::log10(high / 4)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (high / (factor * power) <= 5) return factor * power;
  }
  return 10 * power;
}

}  // namespace

double Axis::at(double value) const {
  if (high <= low) return 0;
  const double place = logarithmic ? std::log(std::max(value, low) / low) / std::log(high / low)
                                   : (value - low) / (high - low);
  return std::clamp(place, 0.0, 1.0);
}

Axis linear_axis(double high, Words words) {
  Axis axis{.high = std::max(high, 1e-6)};
  const double step = round_step(axis.high);
  for (int i = 0; i * step <= axis.high * 1.0001; ++i) axis.marks.emplace_back(i * step, words(i * step));
  return axis;
}

Axis decades_axis(double low, double high, Words words) {
  Axis axis{.low = std::pow(10, std::floor(std::log10(std::max(low, 1.0)))), .logarithmic = true};
  axis.high = std::max(std::pow(10, std::ceil(std::log10(std::max(high, 1.0)))), axis.low * 10);
  const auto decades = std::lround(std::log10(axis.high / axis.low));
  for (long decade = 0; decade <= decades; ++decade) {
    const double mark = axis.low * std::pow(10, decade);
    axis.marks.emplace_back(mark, words(mark));
  }
  return axis;
}

std::string line_chart(const Axis& x, const Axis& y, std::span<const Series> lines,
                       std::span<const Hint> hints, const std::string& title) {
  const Frame frame(x, y);
  std::string svg = begin(title) + frame.grid();
  for (const Series& line : lines) {
    if (line.points.empty()) continue;
    svg += "<path class=\"line " + line.style + "\" d=\"" + frame.path(line.points) + "\"/>";
  }
  for (const Hint& hint : hints) svg += frame.hint(hint);
  return svg + "</svg>\n";
}

std::string stacked_chart(const Axis& x, const Axis& y, std::span<const Series> layers,
                          std::span<const Hint> hints, const std::string& title) {
  const Frame frame(x, y);
  std::string svg = begin(title) + frame.grid();
  std::vector<std::pair<double, double>> floor;
  for (const Series& layer : layers) {
    if (floor.empty()) {
      for (const auto& point : layer.points) floor.emplace_back(point.first, 0);
    }
    std::vector<std::pair<double, double>> top = layer.points;
    for (std::size_t i = 0; i < top.size(); ++i) top[i].second += floor[i].second;
    std::string d = frame.path(top);
    for (auto point = floor.rbegin(); point != floor.rend(); ++point)
      d += "L" + frame.point(point->first, point->second);
    svg += "<path class=\"area " + layer.style + "\" d=\"" + d + "Z\"/>";
    floor = std::move(top);
  }
  for (const Hint& hint : hints) svg += frame.hint(hint);
  return svg + "</svg>\n";
}

std::string legend(std::span<const Series> series) {
  std::string html = "<p class=\"legend\">";
  for (const Series& one : series)
    html += "<span class=\"" + one.style + "\">" + escaped(one.name) + "</span> ";
  return html + "</p>\n";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace firstcome::load
