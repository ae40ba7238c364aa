#include <fmt/core.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "check/judge.h"
#include "cli/bench_plan.h"
#include "cli/bench_policies.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/open_files.h"
#include "cli/secret_file.h"
#include "load/history_file.h"
#include "load/page.h"
#include "load/run_evidence.h"
#include "load/summary.h"

namespace firstcome::cli {
namespace {

/// Set by the first Ctrl-C; the second ends the process.
std::atomic<bool> stop{false};

void on_interrupt(int signal) {
  stop.store(true, std::memory_order_relaxed);
  std::signal(signal, SIG_DFL);
}

int fail(const Error& error, int code = kFailed) {
  std::fprintf(stderr, "firstcome bench: %s\n", error.message.c_str());
  return code;
}

int misused(const Error& error) {
  std::fputs(wrong_usage("bench", error.message).text.c_str(), stderr);
  return kWrongUsage;
}

/// One line a second about the run, on stderr; on a terminal in place.
class LiveLine {
 public:
  void operator()(const load::Sample& sample, const load::Interval& interval) {
    since_.add(interval);
    seconds_ += sample.seconds;
    for (std::size_t i = 0; i < load::kOutcomes; ++i) so_far_[i] += interval.counts[i];
    if (seconds_ < (terminal_ ? 0.25 : 1.0)) return;
    const std::string line = load::live_line(sample, since_, so_far_, seconds_);
    std::fprintf(stderr, terminal_ ? "\r%s\033[K" : "%s\n", line.c_str());
    since_ = {};
    seconds_ = 0;
    begun_ = true;
  }
  ~LiveLine() {
    if (terminal_ && begun_) std::fputc('\n', stderr);
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool begun_ = false;
  load::Interval since_;
  load::Counts so_far_{};
  double seconds_ = 0;
};

Result<PolicyDesk> find_desk(const Values& values, const std::vector<load::ServerAddress>& servers) {
  PolicyDesk desk{.admin = values.text("admin")};
  for (const load::ServerAddress& server : servers) desk.servers.push_back("http://" + server.name);
  if (!values.has("admin-key-file")) return desk;
  auto key = read_secret_file(values.text("admin-key-file"));
  if (!key) return key.error();
  desk.admin_key = std::move(*key);
  return desk;
}

Result<std::vector<load::PolicySeen>> policies_for(const Values& values, const PolicyDesk& desk) {
  if (!values.has("policy"))
    return make_policies(desk, values.number("policies"), values.number("max-count"));
  const auto found = find_policy(desk, PolicyId{values.number("policy")});
  if (!found) return found.error();
  return std::vector<load::PolicySeen>{*found};
}

Status write_files(const Values& values, const load::Summary& summary,
                   const std::vector<const load::RequestLog*>& request_logs) {
  if (values.has("history")) {
    if (Status written = load::write_history(values.text("history"), summary, request_logs); !written)
      return written;
  }
  return values.has("html") ? load::write_page(values.text("html"), summary) : Done{};
}

/// Why the run fails, although it came to its end; empty when all went as promised.
std::string complaint(const load::Summary& summary) {
  const load::Tally& tally = summary.run.tally;
  if (const auto count = tally.count(load::RequestResult::Unreadable); count > 0) {
    return fmt::format("{} of the answers could not be read, or answered another request", count);
  }
  if (summary.answered() == 0) {
    if (tally.sent() + tally.fixed_unanswered > 0) return "no request was answered";
    return "no request was sent: none was due, or no connection was open, before the run ended";
  }
  return summary.checks && !summary.checks->clean() ? "a promise was broken: see the checks" : "";
}

/// Runs what was planned, reports it, and says whether all went as promised.
int bench(const Values& values, const load::Plan& plan, std::vector<load::ServerAddress> servers,
          const PolicyDesk& desk, std::vector<load::PolicySeen> policies) {
  load::Generator generator(plan, std::move(servers), stop);
  if (Status opened = generator.open(allow_open_files(plan.connections + 1'000)); !opened)
    return fail(opened.error());
  {
    const StockWatch stock(desk, policies);
    LiveLine live;
    generator.run([&stock] { return stock.left(); }, std::ref(live));
  }
  const std::int64_t asked_again = generator.ask_again();
  load::Summary summary{.plan = generator.plan(),
                        .run = generator.finish(),
                        .policies = {},
                        .asked_again = asked_again,
                        .version = FIRSTCOME_VERSION};
  for (load::PolicySeen& policy : policies) policy.issued = issued_now(desk, policy.id).value_or(-1);
  summary.policies = std::move(policies);
  const auto request_logs = generator.request_logs();
  if (summary.run.tally.sent() > 0) {
    check::Evidence evidence =
        load::evidence_of(summary.plan, summary.run.start, summary.policies, request_logs);
    evidence.alone = summary.run.tally.not_kept == 0;
    summary.checks = check::judge(evidence);
  }
  std::fputs((values.on("json") ? load::as_json(summary) : load::as_table(summary)).c_str(), stdout);
  if (Status written = write_files(values, summary, request_logs); !written) return fail(written.error());
  const std::string wrong = complaint(summary);
  return wrong.empty() ? kFine : fail(Error::permanent(wrong));
}

int run(const Values& values) {
  auto plan = bench_plan(values);
  if (!plan) return misused(plan.error());
  auto servers = load::find_servers(values.text("server"));
  if (!servers) {
    const std::string origin = values.origin("server") == "default" ? "--server" : values.origin("server");
    return misused({servers.error().kind, origin + ": " + servers.error().message});
  }
  for (const load::ServerAddress& server : *servers) plan->servers.push_back(server.name);
  if (Status possible = load::check(*plan); !possible) return misused(possible.error());
  const auto desk = find_desk(values, *servers);
  if (!desk)
    return fail({desk.error().kind, values.origin("admin-key-file") + ": " + desk.error().message},
                kWrongUsage);

  std::signal(SIGINT, on_interrupt);
  std::signal(SIGPIPE, SIG_IGN);
  auto policies = policies_for(values, *desk);
  if (!policies) return fail(policies.error());
  for (const load::PolicySeen& policy : *policies) plan->policies.push_back(policy.id);
  return bench(values, *plan, std::move(*servers), *desk, std::move(*policies));
}

}  // namespace

Command bench_command() {
  return {"bench",
          "drive servers as a crowd would, measure, and judge what they answered",
          "  firstcome bench --users 10000 --requests 20000 --max-count 1000\n"
          "  firstcome bench --policy 7 --connections 512 --duration 30s --twice 20%\n"
          "  firstcome bench --rate 20000 --connections 2000 --duration 60s --ramp 5s\n"
          "  firstcome bench --server http://10.0.0.1:8080,http://10.0.0.2:8080 --admin http://10.0.0.1:8081 "
          "--break-off 5%\n"
          "  firstcome bench --rate 20000 --fixed 50%   (the server runs with --bench-route)\n",
          {bench_options().begin(), bench_options().end()},
          run};
}

}  // namespace firstcome::cli
