#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::test {

struct Sample {
  std::string name;  ///< with _bucket, _sum or _count if its family is a histogram
  std::map<std::string, std::string> labels;
  double value = 0;
};

struct Family {
  std::string help;
  std::string type;
  std::vector<Sample> samples;
};

/// A page in Prometheus text format 0.0.4, with stricter checks than Prometheus: the lines of a family are together, in the
/// order HELP, TYPE, samples; there is no duplicate series; histograms are cumulative and complete. Violations fail the
/// test.
class PrometheusText {
 public:
  explicit PrometheusText(std::string_view page);

  [[nodiscard]] const std::map<std::string, Family>& families() const { return families_; }
  /// The sample with exactly these labels; fails the test if there is none.
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
