#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::check {

enum class Invariant : std::uint8_t { C1, C2, C3, C4, C5, C6, C7, C8, C9, C10 };
inline constexpr std::size_t kChecks = 10;
std::string_view name_of(Invariant check);
/// What the check watches over, in a few words.
std::string_view promise_of(Invariant check);

/// What the check counts: coupons, users, answers …
std::string_view unit_of(Invariant check);

/// What one check found.
struct Verdict {
  std::int64_t looked_at = 0;   ///< of its unit, each counted once however many witnesses there are
  std::int64_t not_judged = 0;  ///< of its unit: there, but the evidence does not suffice
  std::int64_t violations = 0;
  bool needs_more = false;         ///< it takes evidence that there is none of
  std::vector<std::string> first;  ///< the first of them, in words
  std::vector<std::string> notes;  ///< what could not be judged, and what it would take
};

/// What all checks found. Clean: every promise that can be seen from the evidence was kept.
class Report {
 public:
  /// `words_most`: how many violations of a check are kept in words.
  explicit Report(std::size_t words_most = 5) : words_most_(words_most) {}

  [[nodiscard]] const Verdict& of(Invariant check) const {
    return verdicts_[static_cast<std::size_t>(check)];
  }
  [[nodiscard]] std::int64_t violations() const;
  [[nodiscard]] bool clean() const { return violations() == 0; }

  void looked_at(Invariant check, std::size_t rows) {
    at(check).looked_at += static_cast<std::int64_t>(rows);
  }
  void not_judged(Invariant check, std::size_t rows) {
    at(check).not_judged += static_cast<std::int64_t>(rows);
  }
  void needs(Invariant check, std::string evidence) {
    at(check).needs_more = true;
    note(check, "needs " + std::move(evidence));
  }
  void note(Invariant check, std::string text) { at(check).notes.push_back(std::move(text)); }
  /// `words()` makes the text; not asked once there are enough of them.
  template <class Words>
  void found(Invariant check, const Words& words) {
    Verdict& verdict = at(check);
    ++verdict.violations;
    if (verdict.first.size() < words_most_) verdict.first.push_back(words());
  }

 private:
  Verdict& at(Invariant check) { return verdicts_[static_cast<std::size_t>(check)]; }

  std::size_t words_most_;
  std::array<Verdict, kChecks> verdicts_;
};

/// "ok", "2 violations", "ok, 3 not judged", "not judged"; "nothing to judge" where there is none of the
/// unit.
std::string in_words(const Verdict& verdict);

/// For people: a line a check, what was found below it.
std::string as_table(const Report& report);
/// {"clean":false,"checks":[{"check":"C1","promise":"…","unit":"coupons","lookedAt":1,"notJudged":0,"verdict":"ok",
/// "violations":0,"first":[],"notes":[]},…]}
std::string as_json(const Report& report);

}  // namespace firstcome::check
