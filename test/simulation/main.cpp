#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "expected_coverage.h"
#include "simulation.h"

namespace firstcome::simulation {
namespace {

struct Options {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1'000;
  bool trace = false;
  bool hash = false;
  bool coverage = true;  ///< every event of kExpectedCoverage must occur
};

[[noreturn]] void usage() {
  std::fprintf(
      stderr,
      "simulation [--seeds N] [--first N] [--no-coverage]   run seeds, check every promise\n"
      "simulation --seed N [--trace] [--hash]               run one; print what happened, or its hash\n");
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    const auto number = [&] {
      if (i + 1 == argc) usage();
      return std::strtoull(argv[++i], nullptr, 10);
    };
    if (flag == "--seeds") {
      options.seeds = number();
    } else if (flag == "--first") {
      options.first = number();
    } else if (flag == "--seed") {
      options.first = number();
      options.seeds = 1;
      options.coverage = false;
    } else if (flag == "--trace") {
      options.trace = true;
    } else if (flag == "--hash") {
      options.hash = true;
    } else if (flag == "--no-coverage") {
      options.coverage = false;
    } else {
      usage();
    }
  }
  return options;
}

void print_findings(std::uint64_t seed, const SimulationResult& outcome) {
  const auto broken = static_cast<std::int64_t>(outcome.complaints.size()) + outcome.report.violations();
  std::fprintf(stderr, "\nseed %llu breaks %lld promises; replay it with: simulation --seed %llu --trace\n",
               static_cast<unsigned long long>(seed), static_cast<long long>(broken),
               static_cast<unsigned long long>(seed));
  for (const std::string& text : outcome.complaints) std::fprintf(stderr, "  run  %s\n", text.c_str());
  for (std::size_t i = 0; i < check::kChecks; ++i) {
    const auto check = static_cast<check::Invariant>(i);
    for (const std::string& text : outcome.report.of(check).first) {
      std::fprintf(stderr, "  %s  %s\n", std::string(check::name_of(check)).c_str(), text.c_str());
    }
  }
}

/// Prints the events that occurred. Returns the number of expected events that did not occur.
int report_coverage(const std::map<std::string, std::pair<std::int64_t, std::int64_t>>& met, bool must) {
  std::printf("%-38s %10s %12s\n", "met", "runs", "times");
  for (const auto& [name, counts] : met) {
    std::printf("%-38s %10lld %12lld\n", name.c_str(), static_cast<long long>(counts.first),
                static_cast<long long>(counts.second));
  }
  int missing = 0;
  for (const char* name : kExpectedCoverage) {
    if (!must || met.contains(name)) continue;
    std::fprintf(stderr, "never happened: %s\n", name);
    ++missing;
  }
  return missing;
}

int run(const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> met;
  std::uint64_t failed = 0;
  std::uint64_t requests = 0;
  for (std::uint64_t seed = options.first; seed < options.first + options.seeds; ++seed) {
    const SimulationResult outcome = simulate(seed, options.trace);
    requests += outcome.left.evidence.history.size();
    if (!outcome.kept_every_promise()) {
      ++failed;
      print_findings(seed, outcome);
    }
    for (const auto& [name, count] : outcome.coverage) {
      ++met[name].first;
      met[name].second += count;
    }
    if (options.hash) std::printf("%016llx\n", static_cast<unsigned long long>(outcome.trace_hash));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (options.hash || options.trace) return failed == 0 ? 0 : 1;
  const int missing = report_coverage(met, options.coverage);
  std::printf("%llu seeds, %llu requests, %llu seeds failed, %.1f s\n",
              static_cast<unsigned long long>(options.seeds), static_cast<unsigned long long>(requests),
              static_cast<unsigned long long>(failed), took.count());
  return failed == 0 && missing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace firstcome::simulation

int main(int argc, char** argv) {
  using namespace firstcome::simulation;
  return run(read_options(argc, argv));
}
