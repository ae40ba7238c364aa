#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::check {

enum class Check : std::uint8_t { C1, C2, C3, C4, C5, C6, C7, C8, C9, C10 };
inline constexpr std::size_t kChecks = 10;
std::string_view name_of(Check check);
/// What the check watches over, in a few words.
std::string_view promise_of(Check check);

/// What one check found.
struct Verdict {
  std::int64_t looked_at = 0;  ///< rows of the history, the store or the journal
  std::int64_t violations = 0;
  std::vector<std::string> first;  ///< the first of them, in words
  std::vector<std::string> notes;  ///< what could not be judged, and what it would take
};

/// What all checks found. Clean: every promise that can be seen from the evidence was kept.
class Report {
 public:
  /// `words_most`: how many violations of a check are kept in words.
  explicit Report(std::size_t words_most = 5) : words_most_(words_most) {}

  [[nodiscard]] const Verdict& of(Check check) const { return verdicts_[static_cast<std::size_t>(check)]; }
  [[nodiscard]] std::int64_t violations() const;
  [[nodiscard]] bool clean() const { return violations() == 0; }

  void looked_at(Check check, std::size_t rows) { at(check).looked_at += static_cast<std::int64_t>(rows); }
  void note(Check check, std::string text) { at(check).notes.push_back(std::move(text)); }
  /// `words()` makes the text; not asked once there are enough of them.
  template <class Words>
  void found(Check check, const Words& words) {
    Verdict& verdict = at(check);
    ++verdict.violations;
    if (verdict.first.size() < words_most_) verdict.first.push_back(words());
  }

 private:
  Verdict& at(Check check) { return verdicts_[static_cast<std::size_t>(check)]; }

  std::size_t words_most_;
  std::array<Verdict, kChecks> verdicts_;
};

/// For people: a line a check, what was found below it.
std::string as_table(const Report& report);
/// {"clean":false,"checks":[{"check":"C1","promise":"…","lookedAt":1,"violations":0,"first":[],"notes":[]},…]}
std::string as_json(const Report& report);

}  // namespace firstcome::check
