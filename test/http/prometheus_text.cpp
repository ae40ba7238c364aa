#include "test/http/prometheus_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <regex>
#include <set>

namespace firstcome::test {
namespace {

const std::regex kHelp(R"(# HELP ([a-z_]+) (\S.*\.))");
const std::regex kType(R"(# TYPE ([a-z_]+) (counter|gauge|histogram))");
const std::regex kSample(R"(([a-z_]+)(?:\{(.*)\})? (\S+))");
const std::regex kLabel(R"(([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)\"(,|$))");

double number(const std::string& text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  std::size_t used = 0;
  const double value = std::stod(text, &used);
  EXPECT_EQ(used, text.size()) << text;
  return value;
}

std::map<std::string, std::string> read_labels(const std::string& text) {
  std::map<std::string, std::string> labels;
  auto at = text.cbegin();
  std::smatch label;
  while (at != text.cend() &&
         std::regex_search(at, text.cend(), label, kLabel, std::regex_constants::match_continuous)) {
    EXPECT_TRUE(labels.emplace(label[1], label[2]).second) << "duplicate label: " << text;
    at = label[0].second;
  }
  EXPECT_TRUE(at == text.cend()) << "labels: " << text;
  return labels;
}

bool belongs(const std::string& sample, const std::string& family, const std::string& type) {
  if (type != "histogram") return sample == family;
  return sample == family + "_bucket" || sample == family + "_sum" || sample == family + "_count";
}

/// The buckets of each set of labels increase up to +Inf, which is the count.
void check_histogram(const std::string& name, const Family& family) {
  std::map<std::map<std::string, std::string>, std::map<double, double>> buckets;
  std::map<std::map<std::string, std::string>, double> counts;
  std::set<std::map<std::string, std::string>> sums;
  for (Sample sample : family.samples) {
    if (sample.name == name + "_bucket") {
      const double bound = number(sample.labels["le"]);
      sample.labels.erase("le");
      buckets[sample.labels][bound] = sample.value;
    } else if (sample.name == name + "_count") {
      counts[sample.labels] = sample.value;
    } else {
      sums.insert(sample.labels);
    }
  }
  EXPECT_EQ(buckets.size(), counts.size()) << name;
  EXPECT_EQ(buckets.size(), sums.size()) << name;
  for (const auto& [labels, rising] : buckets) {
    EXPECT_TRUE(std::ranges::is_sorted(rising, {}, [](const auto& bucket) { return bucket.second; })) << name;
    EXPECT_EQ(rising.rbegin()->first, std::numeric_limits<double>::infinity()) << name;
    EXPECT_EQ(rising.rbegin()->second, counts[labels]) << name;
  }
}

}  // namespace

PrometheusText::PrometheusText(std::string_view page) {
  EXPECT_TRUE(page.ends_with('\n'));
  std::set<std::pair<std::string, std::map<std::string, std::string>>> series;
  std::string current;
  std::smatch parts;
  while (!page.empty()) {
    const std::string line(page.substr(0, page.find('\n')));
    page.remove_prefix(line.size() + 1);
    if (std::regex_match(line, parts, kHelp)) {
      current = parts[1];
      EXPECT_TRUE(families_.emplace(current, Family{.help = parts[2], .type = {}, .samples = {}}).second)
          << "duplicate family: " << line;
    } else if (std::regex_match(line, parts, kType)) {
      EXPECT_EQ(parts[1], current) << "TYPE follows HELP";
      families_[current].type = parts[2];
    } else if (std::regex_match(line, parts, kSample)) {
      Family& family = families_[current];
      Sample sample{.name = parts[1], .labels = read_labels(parts[2]), .value = number(parts[3])};
      EXPECT_TRUE(belongs(sample.name, current, family.type)) << line << " in " << current;
      EXPECT_TRUE(series.emplace(sample.name, sample.labels).second) << "duplicate series: " << line;
      family.samples.push_back(std::move(sample));
    } else {
      ADD_FAILURE() << "neither HELP nor TYPE nor a sample: " << line;
    }
  }
  for (const auto& [name, family] : families_) {
    EXPECT_FALSE(family.type.empty()) << name << " has no TYPE";
    EXPECT_EQ(family.type == "counter", name.ends_with("_total")) << name;
    if (family.type == "histogram") check_histogram(name, family);
  }
}

const Sample* PrometheusText::find(const std::string& name,
                                   const std::map<std::string, std::string>& labels) const {
  for (const auto& [family_name, family] : families_) {
    for (const Sample& sample : family.samples) {
      if (sample.name == name && sample.labels == labels) return &sample;
    }
  }
  return nullptr;
}

double PrometheusText::value(const std::string& name,
                             const std::map<std::string, std::string>& labels) const {
  const Sample* sample = find(name, labels);
  if (sample != nullptr) return sample->value;
  ADD_FAILURE() << "no " << name << ' ' << testing::PrintToString(labels);
  return -1;
}

bool PrometheusText::has(const std::string& name, const std::map<std::string, std::string>& labels) const {
  return find(name, labels) != nullptr;
}

}  // namespace firstcome::test
