#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firstcome::check {

enum class Invariant : std::uint8_t { C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11 };
inline constexpr std::size_t kChecks = 11;
std::string_view name_of(Invariant check);

/// The result of one check.
struct Verdict {
  std::int64_t judged = 0;      ///< of its unit; each counts once, even if several sources have it
  std::int64_t not_judged = 0;  ///< of its unit: found, but the evidence is not enough
  std::int64_t violations = 0;
  bool needs_more = false;         ///< the check needs evidence that is missing
  std::vector<std::string> first;  ///< texts of the first violations
  std::vector<std::string> notes;  ///< what was not judged, and the evidence that is missing
};

/// The results of all checks. Clean: the evidence shows no broken promise.
class Report {
 public:
  /// `texts_max`: number of violations of one check that get a text.
  explicit Report(std::size_t texts_max = 5) : texts_max_(texts_max) {}

  [[nodiscard]] const Verdict& of(Invariant check) const {
    return verdicts_[static_cast<std::size_t>(check)];
  }
  [[nodiscard]] std::int64_t violations() const;
  [[nodiscard]] bool clean() const { return violations() == 0; }

  void judged(Invariant check, std::size_t rows) { at(check).judged += static_cast<std::int64_t>(rows); }
  void not_judged(Invariant check, std::size_t rows) {
    at(check).not_judged += static_cast<std::int64_t>(rows);
  }
  void needs(Invariant check, std::string_view evidence) {
    at(check).needs_more = true;
    note(check, "needs {}", evidence);
  }
  template <class... Args>
  void note(Invariant check, fmt::format_string<Args...> format, Args&&... args) {
    at(check).notes.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  /// Counts a violation. Formats the text only for the first of them.
  template <class... Args>
  void found(Invariant check, fmt::format_string<Args...> format, Args&&... args) {
    Verdict& verdict = at(check);
    ++verdict.violations;
    if (verdict.first.size() < texts_max_)
      verdict.first.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  Verdict& at(Invariant check) { return verdicts_[static_cast<std::size_t>(check)]; }

  std::size_t texts_max_;
  std::array<Verdict, kChecks> verdicts_;
};

/// "ok", "2 violations", "ok, 3 not judged", "not judged", or "nothing to judge" if there are no items.
std::string verdict_text(const Verdict& verdict);

/// For people: one line for each check, with its violations and notes below it.
std::string as_table(const Report& report);
/// {"clean":false,"checks":[{"check":"C1","promise":"…","unit":"coupons","lookedAt":1,"notJudged":0,"verdict":"ok",
/// "violations":0,"first":[],"notes":[]},…]}
std::string as_json(const Report& report);

}  // namespace firstcome::check
