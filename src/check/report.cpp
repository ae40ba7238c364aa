#include "check/report.h"

namespace firstcome::check {
namespace {

struct Entry {
  std::string_view name;
  std::string_view promise;
};

constexpr std::array<Entry, kChecks> kEntries{{
    {"C1", "never more coupons than the stock"},
    {"C2", "one coupon a user"},
    {"C3", "every coupon was asked for, sequences without gaps"},
    {"C4", "every acknowledged request has an outcome"},
    {"C5", "the store is what the journal decides"},
    {"C6", "first come, first served"},
    {"C7", "what was told never changes"},
    {"C8", "batches tile the journal"},
    {"C9", "nobody is told SOLD_OUT while a coupon is free"},
    {"C10", "unknown outcomes: once or not at all"},
}};

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto place = static_cast<std::ptrdiff_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<std::size_t>(place), ",");
  }
  return text;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string verdict_of(const Verdict& verdict) {
  if (verdict.violations == 1) return "1 violation";
  if (verdict.violations > 0) return grouped(verdict.violations) + " violations";
  return verdict.looked_at == 0 ? "-" : "ok";
}

std::string json_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() == 1 ? "" : ",") + json_text(text);
  return out + "]";
}

}  // namespace

std::string_view name_of(Check check) { return kEntries[static_cast<std::size_t>(check)].name; }
std::string_view promise_of(Check check) { return kEntries[static_cast<std::size_t>(check)].promise; }

std::int64_t Report::violations() const {
  std::int64_t sum = 0;
  for (const Verdict& verdict : verdicts_) sum += verdict.violations;
  return sum;
}

std::string as_table(const Report& report) {
  std::string out = padded("check", 7) + padded("what must hold", 54) + padded("looked at", 13) + "verdict\n";
  for (std::size_t i = 0; i < kChecks; ++i) {
    const Verdict& verdict = report.of(static_cast<Check>(i));
    const std::string looked_at = verdict.looked_at == 0 ? "-" : grouped(verdict.looked_at);
    out += padded(std::string(kEntries[i].name), 7) + padded(std::string(kEntries[i].promise), 54) +
           padded(looked_at, 13) + verdict_of(verdict) + "\n";
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
    const Verdict& verdict = report.of(static_cast<Check>(i));
    out += (i == 0 ? "" : ",") + ("{\"check\":" + json_text(kEntries[i].name)) +
           ",\"promise\":" + json_text(kEntries[i].promise) +
           ",\"lookedAt\":" + std::to_string(verdict.looked_at) +
           ",\"violations\":" + std::to_string(verdict.violations) + ",\"first\":" + list_of(verdict.first) +
           ",\"notes\":" + list_of(verdict.notes) + "}";
  }
  return out + "]}";
}

}  // namespace firstcome::check
