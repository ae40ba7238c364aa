#include <fmt/core.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "check/judge.h"
#include "cli/admin_client.h"
#include "cli/bench_plan.h"
#include "cli/bench_policies.h"
#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/error_context.h"
#include "cli/open_files.h"
#include "load/history_file.h"
#include "load/page.h"
#include "load/run_evidence.h"
#include "load/summary.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

/// Set by the first Ctrl-C; the second ends the process.
std::atomic<bool> stop{false};

void on_interrupt(int signal) {
  stop.store(true, std::memory_order_relaxed);
  std::signal(signal, SIG_DFL);
}

constexpr const char* kName = "bench";

/// Prints one line a second about the run to stderr; on a terminal it overwrites the line.
class LiveLine {
 public:
  void operator()(const load::Sample& sample, const load::Interval& interval) {
    since_.add(interval);
    seconds_ += sample.seconds;
    for (std::size_t i = 0; i < load::kRequestResults; ++i) total_[i] += interval.counts[i];
    if (seconds_ < (terminal_ ? 0.25 : 1.0)) return;
    const std::string line = load::live_line(sample, since_, total_, seconds_);
    std::fprintf(stderr, terminal_ ? "\r%s\033[K" : "%s\n", line.c_str());
    since_ = {};
    seconds_ = 0;
    printed_ = true;
  }
  ~LiveLine() {
    if (terminal_ && printed_) std::fputc('\n', stderr);
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool printed_ = false;
  load::Interval since_;
  load::Counts total_{};
  double seconds_ = 0;
};

Result<PolicyServers> find_policy_servers(const Values& values,
                                          const std::vector<load::ServerAddress>& addresses) {
  PolicyServers servers{.admin = values.text("admin"), .tls = tls_files(values)};
  for (const load::ServerAddress& address : addresses) servers.servers.push_back(address.url());
  ASSIGN_OR_RETURN(servers.key, credential_for(Listener::Users, values));
  ASSIGN_OR_RETURN(servers.admin_key, credential_for(Listener::Admin, values));
  return servers;
}

Result<std::vector<load::BenchPolicy>> policies_for(const Values& values, const PolicyServers& servers) {
  if (!values.has("policy"))
    return create_policies(servers, values.number("policies"), values.number("max-count"));
  ASSIGN_OR_RETURN(const auto found, find_policy(servers, PolicyId{values.number("policy")}));
  return std::vector<load::BenchPolicy>{found};
}

Status write_files(const Values& values, const load::Summary& summary,
                   const std::vector<const load::RequestLog*>& request_logs) {
  if (values.has("history")) {
    RETURN_IF_ERROR(load::write_history(values.text("history"), summary, request_logs));
  }
  return values.has("html") ? load::write_page(values.text("html"), summary) : Done{};
}

/// Why a complete run counts as failed; empty: it succeeded. `wrong_counts`: those of load::wrong_counts().
std::string failure_of(const load::Summary& summary, const std::vector<std::string>& wrong_counts) {
  const load::Tally& tally = summary.run.tally;
  if (const auto count = tally.count(load::RequestResult::Unreadable); count > 0) {
    return fmt::format("{} responses could not be read, or belonged to another request", count);
  }
  if (summary.answered() == 0) {
    if (tally.sent() + tally.fixed_unanswered > 0) return "no request got a response";
    return "no request was sent: none was due, or no connection was open, before the run ended";
  }
  if (!wrong_counts.empty()) return wrong_counts.front();
  if (tally.commands_forbidden > 0) return "commands of coupons were refused: see above";
  return summary.checks && !summary.checks->clean() ? "a promise was broken: see the checks above" : "";
}

/// Reads the counts of the policies at the end. Another node than the one that answered may show the last commands
/// some milliseconds later. Returns load::wrong_counts().
std::vector<std::string> read_counts(const PolicyServers& servers,
                                     const std::vector<const load::RequestLog*>& request_logs,
                                     load::Summary& summary) {
  constexpr milliseconds kLongest{2'000};
  constexpr milliseconds kPause{50};
  const auto until = std::chrono::steady_clock::now() + kLongest;
  for (;;) {
    for (load::BenchPolicy& policy : summary.policies) policy.after = counts_now(servers, policy.id);
    auto wrong = load::wrong_counts(summary, request_logs);
    if (wrong.empty() || std::chrono::steady_clock::now() > until) return wrong;
    std::this_thread::sleep_for(kPause);
  }
}

/// Runs the plan, prints the report and returns the exit code.
int bench(const Values& values, const load::Plan& plan, std::vector<load::ServerAddress> servers,
          const PolicyServers& policy_servers, std::vector<load::BenchPolicy> policies) {
  load::Generator generator(plan, std::move(servers), stop);
  if (Status opened = generator.open(allow_open_files(plan.connections + 1'000)); !opened)
    return fail(kName, opened.error());
  {
    const StockWatch stock(policy_servers, policies);
    LiveLine live;
    generator.run([&stock] { return stock.remaining(); }, std::ref(live));
  }
  const std::int64_t followed_up = generator.follow_up();
  load::Summary summary{.plan = generator.plan(),
                        .run = generator.finish(),
                        .policies = {},
                        .followed_up = followed_up,
                        .version = FIRSTCOME_VERSION};
  summary.policies = std::move(policies);
  const auto request_logs = generator.request_logs();
  const std::vector<std::string> wrong_counts = read_counts(policy_servers, request_logs, summary);
  if (summary.run.tally.sent() > 0) {
    check::Evidence evidence =
        load::evidence_of(summary.plan, summary.run.start, summary.policies, request_logs);
    evidence.complete = summary.run.tally.not_kept == 0;
    summary.checks = check::judge(evidence);
  }
  std::fputs(
      text::lines_for_terminal(values.on("json") ? load::as_json(summary) : load::as_table(summary)).c_str(),
      stdout);
  if (Status written = write_files(values, summary, request_logs); !written)
    return fail(kName, written.error());
  const std::string failure = failure_of(summary, wrong_counts);
  return failure.empty() ? kFine : fail(kName, failure);
}

int run(const Values& values) {
  auto plan = bench_plan(values);
  if (!plan) return refuse(kName, plan.error());
  auto servers = load::find_servers(values.text("server"), tls_files(values));
  if (!servers) {
    const std::string origin = values.origin("server") == "default" ? "--server" : values.origin("server");
    return refuse(kName, in_context(origin, servers.error()));
  }
  for (const load::ServerAddress& server : *servers) plan->servers.push_back(server.name);
  if (Status possible = load::validate(*plan); !possible) return refuse(kName, possible.error());
  const auto servers_of_policies = find_policy_servers(values, *servers);
  if (!servers_of_policies) return fail(kName, servers_of_policies.error(), kWrongUsage);
  plan->credential = servers_of_policies->key;

  std::signal(SIGINT, on_interrupt);
  std::signal(SIGPIPE, SIG_IGN);
  auto policies = policies_for(values, *servers_of_policies);
  if (!policies) return fail(kName, policies.error());
  for (const load::BenchPolicy& policy : *policies) plan->policies.push_back(policy.id);
  return bench(values, *plan, std::move(*servers), *servers_of_policies, std::move(*policies));
}

}  // namespace

Command bench_command() {
  return {kName,
          "Generate load, measure it, and verify every response",
          "  firstcome bench --users 10000 --requests 20000 --max-count 1000\n"
          "  firstcome bench --policy 7 --connections 512 --duration 30s --twice 20%\n"
          "  firstcome bench --use 30% --cancel 10% --key-file shop.key --admin-key-file operator.key\n"
          "  firstcome bench --rate 20000 --connections 2000 --duration 60s --ramp 5s\n"
          "  firstcome bench --server http://10.0.0.1:8080,http://10.0.0.2:8080 --admin http://10.0.0.1:8081 "
          "--break-off 5%\n"
          "  firstcome bench --rate 20000 --fixed 50%   (the server runs with --bench-route)\n",
          {bench_options().begin(), bench_options().end()},
          run};
}

}  // namespace firstcome::cli
