#include "check/report.h"

#include <fmt/core.h>

#include "text/grouped.h"
#include "text/json_object.h"

namespace firstcome::check {
namespace {

using text::grouped;
using text::json_list;
using text::json_text;

struct Entry {
  std::string_view name;
  std::string_view promise;
  std::string_view unit;
};

constexpr std::array<Entry, kChecks> kEntries{{
    {"C1", "never more coupons than the stock", "coupons"},
    {"C2", "one coupon a user", "users"},
    {"C3", "every coupon was asked for, sequences without gaps", "coupons"},
    {"C4", "every acknowledged request has an outcome", "requests"},
    {"C5", "the store is what the journal decides", "rows"},
    {"C6", "first come, first served", "answers"},
    {"C7", "what was told never changes", "answers"},
    {"C8", "batches tile the journal", "batches"},
    {"C9", "nobody is told SOLD_OUT while a coupon is free", "answers"},
    {"C10", "unknown outcomes: once or not at all", "requests"},
}};

/// "1 coupon", "2 batches"
std::string counted(std::int64_t number, std::string_view unit) {
  if (number == 1) unit.remove_suffix(unit.ends_with("ches") ? 2 : 1);
  return grouped(number) + " " + std::string(unit);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

std::string in_words(const Verdict& verdict) {
  if (verdict.violations == 1) return "1 violation";
  if (verdict.violations > 0) return grouped(verdict.violations) + " violations";
  if (verdict.looked_at > 0 && verdict.not_judged > 0)
    return "ok, " + grouped(verdict.not_judged) + " not judged";
  if (verdict.looked_at > 0) return "ok";
  return verdict.not_judged > 0 || verdict.needs_more ? "not judged" : "nothing to judge";
}

std::string_view name_of(Invariant check) { return kEntries[static_cast<std::size_t>(check)].name; }
std::string_view promise_of(Invariant check) { return kEntries[static_cast<std::size_t>(check)].promise; }
std::string_view unit_of(Invariant check) { return kEntries[static_cast<std::size_t>(check)].unit; }

std::int64_t Report::violations() const {
  std::int64_t sum = 0;
  for (const Verdict& verdict : verdicts_) sum += verdict.violations;
  return sum;
}

std::string as_table(const Report& report) {
  std::string out = padded("check", 7) + padded("what must hold", 54) + padded("looked at", 20) + "verdict\n";
  for (std::size_t i = 0; i < kChecks; ++i) {
    const Verdict& verdict = report.of(static_cast<Invariant>(i));
    const std::string looked_at = verdict.looked_at == 0 ? "-" : counted(verdict.looked_at, kEntries[i].unit);
    out += padded(std::string(kEntries[i].name), 7) + padded(std::string(kEntries[i].promise), 54) +
           padded(looked_at, 20) + in_words(verdict) + "\n";
    for (const std::string& text : verdict.first) out += "         " + text + "\n";
    const auto untold = verdict.violations - static_cast<std::int64_t>(verdict.first.size());
    if (untold > 0) out += "         and " + grouped(untold) + " more\n";
    for (const std::string& text : verdict.notes) out += "         (" + text + ")\n";
  }
  return out;
}

std::string as_json(const Report& report) {
  std::string out = std::string("{\"clean\":") + (report.clean() ? "true" : "false") + ",\"checks\":[";
  for (std::size_t i = 0; i < kChecks; ++i) {
    const Verdict& verdict = report.of(static_cast<Invariant>(i));
    out += fmt::format(
        "{}{},\"promise\":{},\"unit\":{},\"lookedAt\":{},\"notJudged\":{},\"verdict\":{},\"violations\":{},"
        "\"first\":{},\"notes\":{}}}",
        (i == 0 ? "" : ","), ("{\"check\":" + json_text(kEntries[i].name)), json_text(kEntries[i].promise),
        json_text(kEntries[i].unit), verdict.looked_at, verdict.not_judged, json_text(in_words(verdict)),
        verdict.violations, json_list(verdict.first, json_text), json_list(verdict.notes, json_text));
  }
  return out + "]}";
}

}  // namespace firstcome::check
