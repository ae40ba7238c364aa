#include "load/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "text/grouped.h"

namespace firstcome::load {
namespace {

using text::counted;
using text::grouped;

std::string row(std::string_view name, std::int64_t count, std::int64_t whole, const Latencies* latencies) {
  const std::string share =
      whole == 0 ? ""
                 : fmt::format("{:.1f} %", 100 * static_cast<double>(count) / static_cast<double>(whole));
  std::string line = fmt::format("  {:<22}{:>12}{:>9}", name, grouped(count), share);
  if (latencies != nullptr && latencies->count() > 0) {
    for (const double part : {0.5, 0.9, 0.99, 0.999, 1.0})
      line += fmt::format("{:>10}", latency_text(latencies->at(part)));
  }
  return line + "\n";
}

std::string plan_text(const Summary& summary) {
  const Plan& plan = summary.plan;
  std::string text;
  for (const BenchPolicy& policy : summary.policies) {
    text += fmt::format("policy {}: {}", policy.id, counted(policy.max_count, "coupon"));
    if (policy.after) {
      text += fmt::format(", {} issued", grouped(policy.after->issued));
      if (plan.use + plan.cancel > 0) {
        text += fmt::format(", {} used, {} cancelled", grouped(policy.after->used),
                            grouped(policy.after->cancelled));
      }
    }
    text += "\n";
  }
  text += plan.rate ? fmt::format("open loop, {} requests/s, up to ", grouped(*plan.rate)) : "closed loop, ";
  return text + fmt::format("{}, {}, {}\n", counted(plan.connections, "connection"),
                            counted(plan.threads, "thread"),
                            plan.users > 0 ? counted(plan.users, "user") : "every request from a new user");
}

/// Leaves out lines in the middle, so that the results of a bench with a thousand policies stay on the screen.
std::string shortened(const std::string& text) {
  constexpr std::size_t kLines = 10;
  std::size_t at = 0;
  std::size_t lines = 0;
  while (lines < kLines && at != std::string::npos) at = (++lines, text.find('\n', at + 1));
  const std::size_t last = text.rfind('\n', text.size() - 2);
  if (at == std::string::npos || last == std::string::npos || at >= last) return text;
  return text.substr(0, at + 1) + "…\n" + text.substr(last + 1);
}

std::string as_sentence(const ServerErrors& errors, const std::string& server, Tick start) {
  const auto second = [start](Tick at) {
    return fmt::format("{:.1f} s", static_cast<double>(at - start) / 1e9);
  };
  std::string text;
  if (errors.refused > 0) {
    text = server + " could not be reached";
    if (errors.last_refused > start) {
      text += fmt::format(" from {} to {}", second(std::max(errors.first_refused, start)),
                          second(errors.last_refused));
    }
    text += fmt::format(" ({})", std::strerror(errors.last_errno));
    if (errors.last_errno == EADDRNOTAVAIL)
      text += ": no local port is free. Wait a minute, or use fewer connections";
  }
  if (errors.broken > 0) {
    text += text.empty() ? server + " ended " : "; it ended ";
    text += counted(errors.broken, "connection") + " without an answer";
  }
  return text;
}

}  // namespace

bool CommandedCoupons::agrees_with(const PolicyCounts& counts) const {
  return used <= counts.used && counts.used <= used + used_perhaps && cancelled <= counts.cancelled &&
         counts.cancelled <= cancelled + cancelled_perhaps;
}

CommandedCoupons commanded_coupons(std::span<const RequestLog* const> request_logs, std::uint16_t policy) {
  // By sequence and command: true if it was accepted, false if it may have been.
  std::map<std::pair<std::int32_t, CouponCommand::Kind>, bool> coupons;
  for (const RequestLog* request_log : request_logs) {
    for (const LoggedRequest& row : request_log->rows()) {
      if (row.kind != check::RequestKind::CouponCommand || row.policy != policy) continue;
      const bool accepted = row.result == RequestResult::Accepted || row.result == RequestResult::Unchanged;
      if (!accepted && is_answer(row.result) && row.result != RequestResult::OutcomeUnknown) continue;
      bool& known = coupons[{row.sequence, row.command}];
      known = known || accepted;
    }
  }
  CommandedCoupons counts;
  for (const auto& [coupon, accepted] : coupons) {
    const bool is_use = coupon.second == CouponCommand::Kind::Use;
    ++(is_use     ? accepted ? counts.used : counts.used_perhaps
       : accepted ? counts.cancelled
                  : counts.cancelled_perhaps);
  }
  return counts;
}

std::vector<std::string> wrong_counts(const Summary& summary,
                                      std::span<const RequestLog* const> request_logs) {
  std::vector<std::string> sentences;
  if (summary.plan.use + summary.plan.cancel == 0 || summary.run.tally.not_kept > 0) return sentences;
  for (std::size_t i = 0; i < summary.policies.size(); ++i) {
    const BenchPolicy& policy = summary.policies[i];
    if (!policy.created || !policy.after) continue;
    const CommandedCoupons ours = commanded_coupons(request_logs, static_cast<std::uint16_t>(i));
    if (ours.agrees_with(*policy.after)) continue;
    sentences.push_back(fmt::format(
        "policy {} has {} used and {} cancelled coupons, but {} uses and {} cancels were accepted", policy.id,
        grouped(policy.after->used), grouped(policy.after->cancelled), grouped(ours.used),
        grouped(ours.cancelled)));
  }
  return sentences;
}

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

std::vector<std::string> problems(const Summary& summary) {
  const RunResult& run = summary.run;
  std::vector<std::string> sentences;
  if (run.stopped_early) sentences.emplace_back("the run was stopped early");
  if (run.connected < summary.plan.connections) {
    sentences.push_back(fmt::format("only {} of {} could be opened before the run", grouped(run.connected),
                                    counted(summary.plan.connections, "connection")));
  }
  for (std::size_t i = 0; i < run.errors.size(); ++i) {
    std::string sentence = as_sentence(run.errors[i], summary.plan.servers[i], run.start);
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  if (run.tally.dropped > 0) {
    sentences.push_back(fmt::format("{} requests were due but not sent: no connection was free for {}",
                                    grouped(run.tally.dropped), latency_text(summary.plan.drop_after)));
  }
  if (run.tally.not_kept > 0) {
    sentences.push_back(
        fmt::format("the last {} requests were counted, but not kept and not judged (--keep). The history is "
                    "incomplete: give --others to `firstcome check`",
                    grouped(run.tally.not_kept)));
  }
  if (run.tally.fixed_unanswered > 0) {
    sentences.push_back(
        fmt::format("{} requests for the fixed answer did not get it{}", grouped(run.tally.fixed_unanswered),
                    run.tally.fixed.count() == 0 ? ". Was the server started with --bench-route?" : ""));
  }
  if (run.tally.commands_forbidden > 0) {
    sentences.push_back(fmt::format(
        "{} of coupons got 401 or 403: they need a key of scope `use` (--key-file), or without keys the admin "
        "listener (--server {})",
        counted(run.tally.commands_forbidden, "command"), "http://127.0.0.1:8081"));
  }
  for (const auto& [what, count] : run.tally.remarks)
    sentences.push_back(fmt::format("{} × {}", grouped(count), what));
  return sentences;
}

std::string as_table(const Summary& summary) {
  const Tally& tally = summary.run.tally;
  const std::int64_t sent = tally.sent();
  std::string text = shortened(plan_text(summary));
  text += fmt::format("{} answers in {:.2f} s: {} per second\n\n", grouped(summary.answered()),
                      summary.run.seconds, grouped(static_cast<std::int64_t>(summary.rate())));
  text += fmt::format("{:36}{:>9}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "share", "50%", "90%", "99%", "99.9%",
                      "max");
  for (std::size_t i = 0; i < kRequestResults; ++i) {
    const auto result = static_cast<RequestResult>(i);
    const Latencies& latencies = tally.latencies[i];
    if (latencies.count() == 0) continue;
    text += row(text_of(result), latencies.count(), sent, is_answer(result) ? &latencies : nullptr);
  }
  const Latencies answers = tally.of_answers();
  if (answers.count() > 0) text += row("all answers", answers.count(), sent, &answers);
  if (summary.plan.rate && answers.count() > 0)
    text += row("  from the real send", tally.service.count(), 0, &tally.service);
  if (tally.fixed.count() > 0) text += row("fixed answer", tally.fixed.count(), 0, &tally.fixed);
  if (const double ratio = summary.fixed_ratio(); ratio > 0)
    text += fmt::format("\np99 of the answers is {:.1f} times p99 of the fixed answer\n", ratio);
  text += fmt::format("\ngenerator: {:.1f} µs of CPU per request", summary.cpu_us());
  if (summary.followed_up > 0)
    text += fmt::format("; requests after the run: {}", grouped(summary.followed_up));
  text += "\n";
  for (const std::string& sentence : problems(summary)) text += fmt::format("! {}\n", sentence);
  if (summary.checks) text += "\n" + check::as_table(*summary.checks);
  return text;
}

std::string live_line(const Sample& sample, const Interval& interval, const Counts& so_far, double seconds) {
  const auto answers = interval.latencies.count() + interval.fixed.count();
  const auto rate = static_cast<std::int64_t>(static_cast<double>(answers) / seconds);
  const Latencies& shown = interval.latencies.count() > 0 ? interval.latencies : interval.fixed;
  std::string line = fmt::format("{:>6.1f} s  {:>8}/s  p50 {:>7}  p99 {:>7}", sample.until, grouped(rate),
                                 latency_text(shown.at(0.5)), latency_text(shown.at(0.99)));
  for (std::size_t i = 0; i < kRequestResults; ++i) {
    if (so_far[i] > 0)
      line += fmt::format("  {} {}", text_of(static_cast<RequestResult>(i)), grouped(so_far[i]));
  }
  if (interval.dropped > 0) line += fmt::format("  dropped {}", grouped(interval.dropped));
  if (sample.left) line += fmt::format("  left {}", grouped(*sample.left));
  return line;
}

}  // namespace firstcome::load
