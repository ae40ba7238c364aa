// A peer: another design behind firstcome's own edge (the same sockets, HTTP, JSON and answers).
//
//   peer DESIGN --listen HOST:PORT --policy ID --max-count N [--redis HOST:PORT] [--postgres ADDRESS] [--kafka ADDRESS]
//        [--threads N]
//
// DESIGN: redis-lua, redis-lock, hot-row, kafka-draft (gates.h). It prints "ready" and ends at SIGTERM, after it has
// answered and saved what it has. `peers` starts it with the servers that it needs.
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/server.h"
#include "bench/peers/gate_journal.h"
#include "bench/peers/gates.h"
#include "bench/peers/stop.h"
#include "replica/policy_snapshots.h"
#include "store/simulated/simulated_store.h"

namespace firstcome::peers {
namespace {

using Make = std::unique_ptr<Gate> (*)(const GateSettings&, VerdictSink&);
constexpr std::array<std::pair<std::string_view, Make>, 4> kDesigns{{
    {"redis-lua", make_redis_lua_gate},
    {"redis-lock", make_redis_lock_gate},
    {"hot-row", make_hot_row_gate},
    {"kafka-draft", make_kafka_draft_gate},
}};

/// Passes verdicts to the worker that has the caller.
class Answers final : public VerdictSink {
 public:
  replica::AnswerRoutes& routes() { return routes_; }

  void decided(std::span<const Verdict> verdicts) override {
    const Timestamp now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    std::map<std::uint32_t, std::vector<replica::Answer>> by_sender;
    for (const Verdict& verdict : verdicts) {
      by_sender[replica::sender_of(verdict.question.token)].push_back(
          {.sequence_number = verdict.question.token,
           .policy = verdict.question.policy,
           .user = verdict.question.user,
           .partition = 0,
           .offset = next_++,
           .decision = {.code = verdict.code, .sequence = verdict.sequence, .issued_at = now, .ordinal = 1}});
    }
    for (const auto& [sender, answers] : by_sender) routes_.find(sender)->answered(answers);
  }

 private:
  replica::AnswerRoutes routes_;
  std::atomic<Offset> next_{0};
};

/// The edge, without a node: the gate plays the journal and the replica, and nothing reads the store.
class Edge {
 public:
  Edge(const std::string& listen, const GateSettings& gate, journal::Journal& journal,
       replica::AnswerRoutes& routes)
      : store_(store_settings(), PartitionState{}, chance_) {
    settings_.listen = listen;
    settings_.admin_listen = "127.0.0.1:0";
    settings_.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    settings_.wait_default = milliseconds{10'000};
    settings_.fixed_route = true;
    auto snapshot = std::make_shared<replica::PolicySnapshot>();
    snapshot->policy.id = gate.policy;
    snapshot->policy.name = "peer";
    snapshot->policy.max_count = gate.max_count;
    snapshots_.publish(snapshot);
    snapshots_.partition(0).set_caught_up(true);
    log_.reset({});
    server_.emplace(settings_,
                    api::ServerParts{snapshots_, {&log_}, journal, store_, store_settings(), routes});
    if (const Status bound = server_->listen(); !bound.ok()) stop(bound.error().message);
    if (const Status started = server_->start(); !started.ok()) stop(started.error().message);
  }
  ~Edge() { server_->drain(milliseconds{20'000}); }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;

 private:
  static store::Settings store_settings() { return {.partitions = 1, .era = 1, .journal_identity = "gate"}; }

  std::mt19937_64 chance_{1};
  api::ServerSettings settings_;
  replica::PolicySnapshots snapshots_{1};
  replica::DecidedLog log_{0, 16};
  store::SimulatedStore store_;
  std::optional<api::Server> server_;
};

std::int64_t number(std::string_view option, const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 1)
    stop(std::string(option) + " needs a number from 1 on, not '" + text + "'");
  return value;
}

int run(const std::vector<std::string>& arguments) {
  GateSettings settings;
  std::string listen = "127.0.0.1:0";
  Make make = nullptr;
  for (const auto& [name, maker] : kDesigns) {
    if (!arguments.empty() && arguments.front() == name) make = maker;
  }
  if (make == nullptr || arguments.size() % 2 == 0)
    stop(
        "usage: peer redis-lua|redis-lock|hot-row|kafka-draft --listen HOST:PORT --policy ID --max-count N …");
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    const std::string& option = arguments[i];
    const std::string& value = arguments[i + 1];
    if (option == "--listen")
      listen = value;
    else if (option == "--policy")
      settings.policy = PolicyId{number(option, value)};
    else if (option == "--max-count")
      settings.max_count = number(option, value);
    else if (option == "--redis")
      settings.redis = value;
    else if (option == "--postgres")
      settings.postgres = value;
    else if (option == "--kafka")
      settings.kafka = value;
    else if (option == "--threads")
      settings.threads = static_cast<int>(number(option, value));
    else
      stop("there is no option '" + option + "'");
  }

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  Answers answers;
  const std::unique_ptr<Gate> gate = make(settings, answers);
  GateJournal journal(*gate);
  const Edge edge(listen, settings, journal, answers.routes());
  std::puts("ready");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace
}  // namespace firstcome::peers

int main(int argc, char** argv) { return firstcome::peers::run({argv + 1, argv + argc}); }
