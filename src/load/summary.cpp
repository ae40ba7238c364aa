#include "load/summary.h"

#include <cstring>

#include "load/words.h"
#include "text/grouped.h"

namespace firstcome::load {
namespace {

std::string row(const std::string& name, std::int64_t count, std::int64_t whole, const Latencies* latencies) {
  std::string line = "  " + left_aligned(name, 22) + right_aligned(text::grouped(count), 12);
  line +=
      right_aligned(whole == 0 ? "" : percent(static_cast<double>(count) / static_cast<double>(whole)), 9);
  if (latencies == nullptr || latencies->count() == 0) return line + "\n";
  for (const double share : {0.5, 0.9, 0.99, 0.999, 1.0})
    line += right_aligned(in_words(latencies->at(share)), 10);
  return line + "\n";
}

std::string what_was_done(const Summary& summary) {
  const Plan& plan = summary.plan;
  std::string text;
  for (const PolicySeen& policy : summary.policies) {
    text += "policy " + std::to_string(policy.id.value) + ": " + count_of(policy.max_count, "coupon");
    if (policy.issued >= 0) text += ", " + text::grouped(policy.issued) + " issued";
    text += "\n";
  }
  text += plan.rate ? "open loop, " + text::grouped(*plan.rate) + " requests/s, up to "
                    : std::string("closed loop, ");
  text += count_of(plan.connections, "connection") + ", " + count_of(plan.threads, "thread") + ", " +
          (plan.users > 0 ? count_of(plan.users, "user") : std::string("every request from a new user")) +
          "\n";
  return text;
}

/// The first of them, so that a bench of a thousand policies ends with its figures in sight.
std::string first_policies(const std::string& text) {
  constexpr std::size_t kLines = 10;
  std::size_t at = 0;
  std::size_t lines = 0;
  while (lines < kLines && at != std::string::npos) at = (++lines, text.find('\n', at + 1));
  const std::size_t last = text.rfind('\n', text.size() - 2);
  if (at == std::string::npos || last == std::string::npos || at >= last) return text;
  return text.substr(0, at + 1) + "…\n" + text.substr(last + 1);
}

std::string as_sentence(const ServerTrouble& trouble, const std::string& server, Tick start) {
  const auto second = [start](Tick at) { return decimal(static_cast<double>(at - start) / 1e9, 1) + " s"; };
  std::string text;
  if (trouble.refused > 0) {
    text = server + " could not be reached";
    if (trouble.last_refused > start)
      text +=
          " from " + second(std::max(trouble.first_refused, start)) + " to " + second(trouble.last_refused);
    text += " (" + std::string(std::strerror(trouble.why)) + ")";
    if (trouble.why == EADDRNOTAVAIL)
      text += ": no free port is left; wait a minute, or use fewer connections";
  }
  if (trouble.broken > 0) {
    text += text.empty() ? server + " ended " : "; it ended ";
    text += count_of(trouble.broken, "connection") + " without an answer";
  }
  return text;
}

}  // namespace

std::int64_t Summary::answered() const { return run.tally.answered() + run.tally.fixed.count(); }

double Summary::rate() const { return run.seconds > 0 ? static_cast<double>(answered()) / run.seconds : 0; }

double Summary::cpu_us() const {
  const auto sent =
      static_cast<double>(run.tally.sent() + run.tally.fixed.count() + run.tally.fixed_unanswered);
  return sent == 0 ? 0 : (run.user_seconds + run.system_seconds) / sent * 1e6;
}

double Summary::fixed_ratio() const {
  const Latencies answers = run.tally.of_answers();
  if (run.tally.fixed.count() == 0 || answers.count() == 0) return 0;
  return static_cast<double>(answers.at(0.99).count()) /
         static_cast<double>(run.tally.fixed.at(0.99).count());
}

std::vector<std::string> troubles(const Summary& summary) {
  const RunResult& run = summary.run;
  std::vector<std::string> sentences;
  if (run.stopped_early) sentences.emplace_back("the run was stopped early");
  if (run.connected < summary.plan.connections) {
    sentences.push_back("only " + text::grouped(run.connected) + " of " +
                        count_of(summary.plan.connections, "connection") + " could be opened before the run");
  }
  for (std::size_t i = 0; i < run.troubles.size(); ++i) {
    std::string sentence = as_sentence(run.troubles[i], summary.plan.servers[i], run.start);
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  if (run.tally.dropped > 0) {
    sentences.push_back(text::grouped(run.tally.dropped) +
                        " requests were due and dropped unsent: no connection was free for " +
                        in_words(summary.plan.drop_after));
  }
  if (run.tally.not_kept > 0) {
    sentences.push_back("the last " + text::grouped(run.tally.not_kept) +
                        " requests were counted, but not kept and not judged (--keep); " +
                        "`firstcome check` must know by --others that the history is not whole");
  }
  if (run.tally.fixed_unanswered > 0) {
    sentences.push_back(text::grouped(run.tally.fixed_unanswered) +
                        " requests for the fixed answer did not get it" +
                        (run.tally.fixed.count() == 0 ? ": is the server started with --bench-route?" : ""));
  }
  for (const auto& [what, count] : run.tally.remarks)
    sentences.push_back(text::grouped(count) + " × " + what);
  return sentences;
}

std::string as_table(const Summary& summary) {
  const Tally& tally = summary.run.tally;
  const std::int64_t sent = tally.sent();
  std::string text = first_policies(what_was_done(summary));
  text += text::grouped(summary.answered()) + " answers in " + decimal(summary.run.seconds, 2) +
          " s: " + text::grouped(static_cast<std::int64_t>(summary.rate())) + " a second\n\n";
  text += left_aligned("", 36) + right_aligned("share", 9);
  for (const char* share : {"50%", "90%", "99%", "99.9%", "most"}) text += right_aligned(share, 10);
  text += "\n";
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<RequestResult>(i);
    const Latencies& latencies = tally.latencies[i];
    if (latencies.count() == 0) continue;
    text += row(std::string(words_for(outcome)), latencies.count(), sent,
                is_answer(outcome) ? &latencies : nullptr);
  }
  const Latencies answers = tally.of_answers();
  if (answers.count() > 0) text += row("all answers", answers.count(), sent, &answers);
  if (summary.plan.rate && answers.count() > 0)
    text += row("  from the real send", tally.service.count(), 0, &tally.service);
  if (tally.fixed.count() > 0) text += row("fixed answer", tally.fixed.count(), 0, &tally.fixed);
  if (const double ratio = summary.fixed_ratio(); ratio > 0) {
    text += "\np99 of the answers is " + decimal(ratio, 1) + " times p99 of the fixed answer\n";
  }
  text += "\ngenerator: " + decimal(summary.cpu_us(), 1) + " µs of CPU a request";
  if (summary.asked_again > 0) text += "; asked again afterwards: " + text::grouped(summary.asked_again);
  text += "\n";
  for (const std::string& sentence : troubles(summary)) text += "! " + sentence + "\n";
  if (summary.checks) text += "\n" + check::as_table(*summary.checks);
  return text;
}

std::string live_line(const Sample& sample, const Interval& interval, const Counts& so_far, double seconds) {
  std::string line = right_aligned(decimal(sample.until, 1), 6) + " s  ";
  const auto answers = interval.latencies.count() + interval.fixed.count();
  line += right_aligned(text::grouped(static_cast<std::int64_t>(static_cast<double>(answers) / seconds)), 8) +
          "/s";
  const Latencies& shown = interval.latencies.count() > 0 ? interval.latencies : interval.fixed;
  line += "  p50 " + right_aligned(in_words(shown.at(0.5)), 7) + "  p99 " +
          right_aligned(in_words(shown.at(0.99)), 7);
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    if (so_far[i] > 0)
      line += "  " + std::string(words_for(static_cast<RequestResult>(i))) + " " + text::grouped(so_far[i]);
  }
  if (interval.dropped > 0) line += "  dropped " + text::grouped(interval.dropped);
  if (sample.left) line += "  left " + text::grouped(*sample.left);
  return line;
}

}  // namespace firstcome::load
