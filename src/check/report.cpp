#include "check/report.h"

#include "text/json_object.h"

#include "text/grouped.h"
#include "text/json_object.h"

namespace firstcome::check {
namespace {

using text::json_text;

struct Entry {
  std::string_view name;
  std::string_view promise;
  std::string_view unit;
};

// clang-format off
constexpr std::array<Entry, kChecks> kEntries{{
    {"C1",  "never more active coupons than the stock",             "coupons"},
    {"C2",  "one coupon per user and ordinal",                      "users"},
    {"C3",  "every coupon was requested, sequences have no gaps",   "coupons"},
    {"C4",  "every acknowledged request has a result",              "requests"},
    {"C5",  "the store equals the decisions of the journal",        "rows"},
    {"C6",  "first come, first served",                             "answers"},
    {"C7",  "answers never change",                                 "answers"},
    {"C8",  "batches cover the journal without gap or overlap",     "batches"},
    {"C9",  "no SOLD_OUT while a coupon is free",                   "answers"},
    {"C10", "unknown outcomes: once or not at all",                 "requests"},
    {"C11", "one order uses a coupon, repeats change nothing",      "coupons"},
}};
// clang-format on

/// "1 coupon", "2,000 batches"
std::string counted(std::int64_t number, std::string_view unit) {
  if (number == 1) unit.remove_suffix(unit.ends_with("ches") ? 2 : 1);
  return fmt::format("{} {}", fmt::group_digits(number), unit);
}

}  // namespace

std::string verdict_text(const Verdict& verdict) {
  if (verdict.violations > 0) return counted(verdict.violations, "violations");
  if (verdict.judged > 0 && verdict.not_judged > 0)
    return fmt::format("ok, {} not judged", fmt::group_digits(verdict.not_judged));
  if (verdict.judged > 0) return "ok";
  return verdict.not_judged > 0 || verdict.needs_more ? "not judged" : "nothing to judge";
}

std::string_view name_of(Invariant check) { return kEntries[static_cast<std::size_t>(check)].name; }

std::int64_t Report::violations() const {
  std::int64_t sum = 0;
  for (const Verdict& verdict : verdicts_) sum += verdict.violations;
  return sum;
}

std::string as_table(const Report& report) {
  constexpr fmt::string_view kLine = "{:<7}{:<54}{:<20}{}\n";
  std::string out = fmt::format(fmt::runtime(kLine), "check", "what must hold", "judged", "verdict");
  for (std::size_t i = 0; i < kChecks; ++i) {
    const auto& [name, promise, unit] = kEntries[i];
    const Verdict& verdict = report.of(static_cast<Invariant>(i));
    const std::string judged = verdict.judged == 0 ? "-" : counted(verdict.judged, unit);
    out += fmt::format(fmt::runtime(kLine), name, promise, judged, verdict_text(verdict));
    for (const std::string& text : verdict.first) out += fmt::format("         {}\n", text);
    const auto more = verdict.violations - static_cast<std::int64_t>(verdict.first.size());
    if (more > 0) out += fmt::format("         and {} more\n", fmt::group_digits(more));
    for (const std::string& text : verdict.notes) out += fmt::format("         ({})\n", text);
  }
  return out;
}

std::string as_json(const Report& report) {
  const auto check_json = [&](const Entry& entry) {
    const Verdict& verdict = report.of(static_cast<Invariant>(&entry - kEntries.data()));
    return text::JsonObject()
        .text("check", entry.name)
        .text("promise", entry.promise)
        .text("unit", entry.unit)
        .number("lookedAt", verdict.judged)
        .number("notJudged", verdict.not_judged)
        .text("verdict", verdict_text(verdict))
        .number("violations", verdict.violations)
        .json("first", text::json_list(verdict.first, json_text))
        .json("notes", text::json_list(verdict.notes, json_text))
        .str();
  };
  return text::JsonObject()
      .truth("clean", report.clean())
      .json("checks", text::json_list(kEntries, check_json))
      .str();
}

}  // namespace firstcome::check
