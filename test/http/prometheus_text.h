#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::test {

struct Sample {
  std::string name;  ///< with _bucket, _sum or _count where its family is a histogram
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct Family {
  std::string help;
  std::string type;
  std::vector<Sample> samples;
};

/// A page in Prometheus text format 0.0.4, read more strictly than Prometheus does: a family is one run of
/// lines, HELP, TYPE, samples; no series comes twice; histograms are cumulative and whole. What is not so
/// fails the test.
class PrometheusText {
 public:
  explicit PrometheusText(std::string_view page);

  [[nodiscard]] const std::map<std::string, Family>& families() const { return families_; }
  /// The sample of exactly these labels; fails the test when there is none.
  [[nodiscard]] double value(const std::string& name,
                             const std::map<std::string, std::string>& labels = {}) const;
  [[nodiscard]] bool has(const std::string& name,
                         const std::map<std::string, std::string>& labels = {}) const;

 private:
  [[nodiscard]] const Sample* find(const std::string& name,
                                   const std::map<std::string, std::string>& labels) const;

  std::map<std::string, Family> families_;
};

}  // namespace firstcome::test
