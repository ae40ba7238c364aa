#include <cerrno>
#include <cstring>
#include <fstream>

#include "load/chart.h"
#include "load/page.h"
#include "load/page_charts.h"
#include "load/page_style.h"
#include "load/words.h"

namespace firstcome::load {
namespace {

std::string tile(const std::string& value, const std::string& what) {
  return "<div><b>" + escaped(value) + "</b>" + escaped(what) + "</div>\n";
}

std::string verdict(const Summary& summary) {
  if (!summary.checks) return "";
  const std::int64_t violations = summary.checks->violations();
  return violations == 0
             ? "<p class=\"verdict kept\">Every promise that can be judged from outside was kept.</p>\n"
             : "<p class=\"verdict broken\">" + count_of(violations, "violation") +
                   " of the promises: see below.</p>\n";
}

std::string head(const Summary& summary) {
  const Plan& plan = summary.plan;
  std::string servers;
  for (const std::string& server : plan.servers) servers += (servers.empty() ? "" : ", ") + server;
  std::string how = plan.rate ? "open loop, " + with_commas(*plan.rate) + " requests a second over up to "
                              : std::string("closed loop, ");
  how += count_of(plan.connections, "connection");
  how +=
      plan.users > 0 ? ", " + count_of(plan.users, "user") : std::string(", every request from a new user");
  return "<header><h1>firstcome bench</h1>\n<p>" + escaped(servers) + " · " +
         format_rfc3339(summary.run.started_at) + " · version " + escaped(summary.version) + "<br>" + how +
         "</p>\n" + verdict(summary) + "</header>\n";
}

std::string tiles(const Summary& summary) {
  const Tally& tally = summary.run.tally;
  const Latencies answers = tally.of_answers();
  std::string html = "<div class=\"tiles\">\n";
  html += tile(with_commas(static_cast<std::int64_t>(summary.rate())), "answers a second");
  html += tile(with_commas(summary.answered()), "answers in " + decimal(summary.run.seconds, 1) + " s");
  html += tile(in_words(answers.at(0.5)), "median");
  html += tile(in_words(answers.at(0.99)), "99 %");
  html += tile(in_words(answers.at(0.999)), "99.9 %");
  html += tile(with_commas(tally.count(Outcome::Success)), "told SUCCESS");
  if (tally.dropped > 0) html += tile(with_commas(tally.dropped), "dropped unsent");
  if (const double ratio = summary.fixed_ratio(); ratio > 0)
    html += tile(decimal(ratio, 1) + " ×", "p99 against fixed");
  return html + "</div>\n";
}

std::string outcome_row(const std::string& name, const std::string& style, const Latencies& latencies,
                        bool timed) {
  std::string html = "<tr><td><span class=\"key " + style + "\">" + escaped(name) + "</span></td><td>" +
                     with_commas(latencies.count()) + "</td>";
  for (const double share : {0.5, 0.9, 0.99, 0.999, 1.0})
    html += "<td>" + (timed ? in_words(latencies.at(share)) : "") + "</td>";
  return html + "</tr>\n";
}

std::string outcomes(const Summary& summary) {
  const Tally& tally = summary.run.tally;
  std::string html =
      "<section><h2>Answers</h2><table><tr><th></th><th>requests</th><th>50%</th><th>90%</th><th>99%</"
      "th><th>99.9%</th><th>most</th></tr>\n";
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (tally.count(outcome) == 0) continue;
    html += outcome_row(std::string(words_for(outcome)), style_of(outcome), tally.latencies[i],
                        is_answer(outcome));
  }
  html += outcome_row("all answers", "all", tally.of_answers(), true);
  if (summary.plan.rate) html += outcome_row("from the real send", "service", tally.service, true);
  if (tally.fixed.count() > 0) html += outcome_row("fixed answer", "fixed", tally.fixed, true);
  html += "</table>\n";
  const auto sentences = troubles(summary);
  if (!sentences.empty()) {
    html += "<ul class=\"troubles\">\n";
    for (const std::string& sentence : sentences) html += "<li>" + escaped(sentence) + "</li>\n";
    html += "</ul>\n";
  }
  return html + "</section>\n";
}

std::string checks(const Summary& summary) {
  if (!summary.checks) return "";
  std::string html =
      "<section><h2>Promises</h2><table class=\"checks\"><tr><th></th><th>what must hold</th><th>looked "
      "at</th><th></th></tr>\n";
  for (std::size_t i = 0; i < check::kChecks; ++i) {
    const auto which = static_cast<check::Check>(i);
    const check::Verdict& verdict = summary.checks->of(which);
    const bool kept = verdict.violations == 0;
    html += "<tr><td>" + std::string(name_of(which)) + "</td><td>" + std::string(promise_of(which));
    for (const std::string& words : verdict.first) html += "<br><em>" + escaped(words) + "</em>";
    for (const std::string& words : verdict.notes) html += "<br><small>" + escaped(words) + "</small>";
    const std::string looked_at =
        verdict.looked_at == 0 ? "" : with_commas(verdict.looked_at) + " " + std::string(unit_of(which));
    const std::string style = !kept ? "broken" : verdict.looked_at == 0 ? "" : "kept";
    html +=
        "</td><td>" + looked_at + "</td><td class=\"" + style + "\">" + in_words(verdict) + "</td></tr>\n";
  }
  return html + "</table></section>\n";
}

}  // namespace

std::string as_page(const Summary& summary) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>firstcome bench</title>\n<style>";
  html += kPageStyle;
  html += "</style></head><body><main>\n" + head(summary) + tiles(summary);
  if (summary.run.tally.of_answers().count() > 0) html += latency_by_percentile(summary);
  html += rate_over_time(summary) + outcomes_over_time(summary);
  if (summary.run.tally.of_answers().count() > 0) html += latency_over_time(summary);
  return html + outcomes(summary) + checks(summary) + "</main></body></html>\n";
}

Status write_page(const std::string& path, const Summary& summary) {
  const std::string page = as_page(summary);
  errno = 0;
  std::ofstream file(path, std::ios::trunc);
  file << page;
  file.close();
  if (file) return Done{};
  return Error{Error::Kind::Permanent, "--html: cannot write " + path + ": " + std::strerror(errno)};
}

}  // namespace firstcome::load
