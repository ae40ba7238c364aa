#include "load/generator.h"

#include <sys/resource.h>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "load/follow_up.h"

namespace firstcome::load {
namespace {

using std::chrono::steady_clock;

constexpr milliseconds kSampleInterval{100};
/// Time between connecting and the run, in which a server that accepts and closes connections does so.
constexpr milliseconds kSettle{50};
/// Open files that are not connections.
constexpr std::int64_t kOtherFiles = 64;

Tick ticks(steady_clock::time_point time) { return time.time_since_epoch().count(); }

struct Cpu {
  double user = 0;
  double system = 0;
};

Cpu cpu_so_far() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

}  // namespace

Generator::Generator(Plan plan, std::vector<ServerAddress> servers, const std::atomic<bool>& stop)
    : plan_(std::move(plan)), servers_(std::move(servers)), stop_(stop) {
  for (int i = 0; i < plan_.threads; ++i) drivers_.push_back(std::make_unique<Driver>(plan_, servers_, i));
}

Generator::~Generator() = default;

Error Generator::too_few_open_files(std::int64_t open_files, bool own_files) const {
  const std::int64_t connections = own_files ? connections_of(plan_, 0) : plan_.connections;
  const std::int64_t room = open_files - kOtherFiles;
  const std::int64_t needed = connections + kOtherFiles;
  const std::string other_way = own_files && room > 0
                                    ? fmt::format(", or use --threads {}: each thread has its own limit",
                                                  (plan_.connections + room - 1) / room)
                                    : "";
  return Error::permanent("{} connections need {} open files{}, but the limit of this process is {}",
                          plan_.connections, needed, own_files && plan_.threads > 1 ? " in each thread" : "",
                          open_files)
      .with_hint(fmt::format("Raise the limit (`ulimit -Hn {}`, as root; LimitNOFILE= for a service){}.",
                             needed, other_way));
}

/// The threads share one table of open files, as tools that list open files expect. If its limit is too low for all
/// connections, each thread gets a separate table.
Status Generator::start(std::int64_t open_files) {
  const bool own_files = plan_.connections + kOtherFiles > open_files;
  if (own_files && connections_of(plan_, 0) + kOtherFiles > open_files) {
    return too_few_open_files(open_files, true);
  }
  for (const auto& driver : drivers_) {
    if (!driver->start(own_files)) return too_few_open_files(open_files, false);
  }
  return Done{};
}

Error Generator::no_server_error() const {
  std::string what;
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const int why = result_.errors[i].last_errno;
    what += fmt::format("{}{}: {}", what.empty() ? "cannot connect to " : ", nor to ", servers_[i].name,
                        why == 0 ? "it closes every connection" : std::strerror(why));
  }
  return Error::retryable(what).with_hint("Check that `firstcome serve` is running there.");
}

Status Generator::open(std::int64_t open_files) {
  RETURN_IF_ERROR(start(open_files));
  std::vector<std::future<void>> opened;
  opened.reserve(drivers_.size());
  for (const auto& driver : drivers_) opened.push_back(driver->connect());
  for (auto& future : opened) future.wait();
  Interval whole;
  for (const auto& driver : drivers_) whole.add(driver->take_interval());
  result_.connected = static_cast<int>(whole.connected);
  if (result_.connected > 0) return Done{};
  finish();
  return no_server_error();
}

Sample Generator::take_sample(Interval& whole) {
  whole = {};
  for (const auto& driver : drivers_) whole.add(driver->take_interval());
  Sample sample{.counts = whole.counts,
                .answered = whole.latencies.count(),
                .fixed = whole.fixed.count(),
                .dropped = whole.dropped,
                .connected = whole.connected,
                .waiting = whole.waiting,
                .median = whole.latencies.at(0.5),
                .p99 = whole.latencies.at(0.99)};
  const double until = static_cast<double>(ticks(steady_clock::now()) - result_.start) / 1e9;
  sample.seconds = until - (result_.samples.empty() ? 0 : result_.samples.back().until);
  sample.until = until;
  return sample;
}

void Generator::run(const StockLeft& stock_left, const Watch& watch) {
  const auto start = steady_clock::now() + kSettle;
  result_.start = ticks(start);
  result_.started_at = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now() + kSettle);
  std::vector<std::future<void>> phases;
  phases.reserve(drivers_.size());
  for (const auto& driver : drivers_) phases.push_back(driver->run(result_.start));
  std::this_thread::sleep_until(start);
  const Cpu before = cpu_so_far();

  Interval whole;
  std::size_t ended = 0;
  for (auto next = start + kSampleInterval; ended < phases.size(); next += kSampleInterval) {
    while (ended < phases.size() && phases[ended].wait_until(next) == std::future_status::ready) ++ended;
    result_.samples.push_back(take_sample(whole));
    result_.samples.back().left = stock_left();
    watch(result_.samples.back(), whole);
    if (stop_.load(std::memory_order_relaxed) && !std::exchange(result_.stopped_early, true)) {
      for (const auto& driver : drivers_) driver->stop_sending();
    }
  }
  const Cpu after = cpu_so_far();
  result_.user_seconds = after.user - before.user;
  result_.system_seconds = after.system - before.system;
  Tick last = result_.start;
  for (const auto& driver : drivers_) {
    result_.tally.add(driver->tally());
    last = std::max(last, driver->last_answer());
  }
  result_.seconds = static_cast<double>(last - result_.start) / 1e9;
}

std::int64_t Generator::follow_up() {
  std::vector<std::vector<PlannedRequest>> requests =
      follow_up_requests(plan_, request_logs(), static_cast<std::size_t>(plan_.threads));
  std::int64_t count = 0;
  std::vector<std::future<void>> phases;
  phases.reserve(drivers_.size());
  for (std::size_t i = 0; i < drivers_.size(); ++i) {
    count += static_cast<std::int64_t>(requests[i].size());
    phases.push_back(drivers_[i]->follow_up(std::move(requests[i])));
  }
  for (auto& future : phases) {
    while (future.wait_for(kSampleInterval) != std::future_status::ready) {
      if (!stop_.load(std::memory_order_relaxed)) continue;
      for (const auto& driver : drivers_) driver->stop_sending();
    }
  }
  return count;
}

const RunResult& Generator::finish() {
  result_.errors.assign(servers_.size(), {});
  for (const auto& driver : drivers_) {
    driver->stop();
    for (std::size_t i = 0; i < servers_.size(); ++i) result_.errors[i].add(driver->errors()[i]);
  }
  return result_;
}

std::vector<const RequestLog*> Generator::request_logs() const {
  std::vector<const RequestLog*> request_logs;
  request_logs.reserve(drivers_.size());
  for (const auto& driver : drivers_) request_logs.push_back(&driver->request_log());
  return request_logs;
}

}  // namespace firstcome::load
