#include <fmt/core.h>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>

#include "cli/command_result.h"
#include "cli/demo.h"
#include "cli/error_context.h"
#include "cli/open_files.h"
#include "cli/serve_settings.h"
#include "domain/check.h"
#include "files/file_watch.h"
#include "files/secret_file.h"
#include "log/line_file.h"
#include "log/log.h"
#include "node/certificate_reload.h"
#include "node/clock.h"
#include "node/node.h"
#include "node/service_notifier.h"
#include "node/starting.h"
#include "node/watchdog.h"

namespace firstcome::cli {
namespace {

constexpr const char* kName = "serve";
/// Time to end the threads after --stop-within.
constexpr milliseconds kBeyondStopWithin{1'000};

/// The signals of a server: SIGTERM and SIGINT stop it, SIGHUP has it read keys and certificates again, and SIGPIPE has no
/// effect. A closed terminal and a log rotation send SIGHUP, too, and neither must stop issuing. Construct it before any
/// other thread: threads inherit the blocked signals. A SIGHUP that arrives during the start is handled after it.
class ServerSignals {
 public:
  ServerSignals() {
    sigemptyset(&stop_);
    sigaddset(&stop_, SIGTERM);
    sigaddset(&stop_, SIGINT);
    all_ = stop_;
    sigaddset(&all_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &all_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  /// Returns after a signal to stop. Calls `each_second` once a second meanwhile, and `on_hangup` after SIGHUP.
  template <class Call, class OnHangup>
  void wait_for_stop(Call each_second, OnHangup on_hangup) {
    constexpr timespec kSecond{1, 0};
    for (;;) {
      const int signal = sigtimedwait(&all_, nullptr, &kSecond);
      if (signal == SIGHUP) {
        on_hangup();
      } else if (signal > 0) {
        return;
      } else {
        each_second();
      }
    }
  }
  /// From now on the next signal ends the process immediately. A second signal within 300 ms does not count:
  /// some programs signal a process and its group. After `most` the process ends in any case, even if a
  /// library blocks.
  void exit_on_next_signal(milliseconds most) {
    std::thread([set = stop_, since = node::now().steady, most] {
      for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(since + most - node::now().steady);
        if (left.count() <= 0) exit_now();
        const timespec time{left.count() / 1'000, left.count() % 1'000 * 1'000'000};
        const int signal = sigtimedwait(&set, nullptr, &time);
        if (signal > 0 && node::now().steady - since > milliseconds{300}) _exit(128 + signal);
      }
    }).detach();
  }
  /// Stops the server as SIGTERM does.
  static void raise() { kill(getpid(), SIGTERM); }
  [[nodiscard]] const sigset_t& stop() const { return stop_; }

 private:
  [[noreturn]] static void exit_now() {
    log::error(
        "The stop took longer than --stop-within: the process exits without waiting for the rest. Nothing "
        "is lost: the "
        "next start continues from the journal");
    _exit(kFailed);
  }
  sigset_t stop_{};
  sigset_t all_{};
};

std::string count(std::int64_t number, const std::string& what) {
  return fmt::format("{} {}{}", number, what, (number == 1 ? "" : "s"));
}

Status create_demo(const Values& values, const std::string& admin) {
  std::string key;
  if (values.has("admin-key-file")) {
    ASSIGN_OR_RETURN(key, files::read_secret_file(values.text("admin-key-file")));
  }
  return create_demo_policy(admin, key);
}

/// After an error the server continues with what it has read before.
void log_reload(const std::string& what, const Status& read) {
  if (read.ok()) return log::info(fmt::format("read {} again", what));
  log::error(fmt::format("cannot read {} again, and continues with the earlier ones: {}", what,
                         read.error().text()));
}

/// At the start and after each reload. An issuer receives no commands.
void warn_of_credentials(const access::CredentialSource& credentials, node::Role role) {
  const std::string warning = credentials.current()->warning(node::now().wall);
  if (!warning.empty() && role != node::Role::Issuer) log::warn(warning);
}

/// The files that the server reads again while it runs.
void watch_files(files::FileWatch& watch, const node::NodeSettings& settings) {
  if (const auto& credentials = settings.server.credentials) {
    warn_of_credentials(*credentials, settings.plan.role);
    watch.add(credentials->settings().files(), [credentials, role = settings.plan.role] {
      log_reload("the keys", credentials->reload());
      warn_of_credentials(*credentials, role);
    });
  }
  if (settings.server.certificate) node::watch_certificate(*settings.server.certificate, watch);
}

/// For `systemctl status`.
std::string status_line(const node::Node& node) {
  const std::string users = node.address().empty() ? "" : "users " + node.address() + ", ";
  return users + "admin " + node.admin_address();
}

/// Runs in parallel with the wait for a signal, because the replay of a long journal takes time.
bool get_ready(node::Node& node, const Values& values, Instant began) {
  if (const Status ready = node.wait_until_ready(); !ready.ok()) {
    log::error(ready.error().text());
    return false;
  }
  const bool demo = values.on("demo");
  const std::string users = "http://" + node.address();
  const std::string admin = "http://" + node.admin_address();
  if (demo) {
    if (const Status created = create_demo(values, admin); !created.ok()) log::warn(created.error().text());
  }
  const auto took = std::chrono::duration_cast<milliseconds>(node::now().steady - began).count();
  log::info(fmt::format("ready after {} ms", took), {{"readyAfterMs", took}});
  if (demo) std::fputs(format_demo_commands(users, admin).c_str(), stderr);
  return true;
}

/// A connection is an open file, and the default limit of a shell is low.
void allow_connections(std::int64_t connections) {
  constexpr std::int64_t kOtherFiles = 100 + std::int64_t{api::kAdminConnections};
  const std::int64_t wanted = connections + kOtherFiles;
  const std::int64_t allowed = allow_open_files(wanted);
  if (allowed >= wanted) return;
  log::warn(
      fmt::format("{} (--max-connections) need {} open files, but this process may have {}: more clients "
                  "have to wait. Raise the hard limit (ulimit -Hn, LimitNOFILE=)",
                  count(connections, "connection"), wanted, allowed),
      {{"openFilesWanted", wanted}, {"openFilesAllowed", allowed}});
}

/// Logs version, role and data before the listeners open.
void log_start(const node::Node& node, const node::NodeSettings& settings, const std::string& role) {
  const std::int64_t threads = settings.server.threads;
  const std::int64_t partitions = node.data().partitions;
  log::info(fmt::format("firstcome {}, {}, {}", FIRSTCOME_VERSION, role, count(threads, "thread")),
            {{"version", FIRSTCOME_VERSION}, {"role", role}, {"threads", threads}});
  log::info(fmt::format("data in {} ({}{})", name_of(settings.location), node.data_is_new() ? "new, " : "",
                        count(partitions, "partition")),
            {{"data", name_of(settings.location)},
             {"state", node.data_is_new() ? "new" : "there before"},
             {"partitions", partitions}});
}

int serve(node::Node& node, const Values& values, const node::NodeSettings& settings,
          const node::ServiceNotifier& notifier, ServerSignals& signals) {
  const Instant began = node::now().steady;
  const std::string scheme = settings.server.certificate ? "https://" : "http://";
  const std::string users = node.address().empty() ? "" : "users " + scheme + node.address() + ", ";
  log::info(users + "admin " + scheme + node.admin_address(),
            {{"usersAddress", node.address()}, {"adminAddress", node.admin_address()}});

  std::atomic<bool> failed{false};
  notifier.status("reading the journal");
  std::atomic<bool> ready{false};
  std::thread getting_ready([&] {
    ready = get_ready(node, values, began);
    if (ready) return notifier.ready(status_line(node));
    failed = true;
    ServerSignals::raise();
  });
  files::FileWatch watch;
  watch_files(watch, settings);
  watch.start();
  node::Watchdog watchdog(node, notifier);
  const auto each_second = [&] {
    log::log_repeats();
    watchdog.look(node::now().steady);
  };
  signals.wait_for_stop(each_second, [&] {
    log::info("SIGHUP: reading the files with keys and certificates again. SIGTERM stops the server");
    notifier.reloading();
    watch.read_all_again();
    if (settings.server.access_log) settings.server.access_log->reopen();
    if (ready) notifier.ready(status_line(node));
  });
  notifier.stopping("answering accepted requests and saving decisions");
  watch.stop();
  signals.exit_on_next_signal(settings.stop_within + kBeyondStopWithin);
  log::info("stopping: answering accepted requests and saving decisions");
  const bool clean = node.stop();
  getting_ready.join();
  log::info(clean ? "stopped" : "stopped, but not cleanly");
  return clean && !failed ? kFine : kFailed;
}

int run(const Values& values) {
  ServerSignals signals;
  auto settings = serve_settings(values);
  if (!settings.ok()) return refuse(kName, settings.error());
  CHECK(log::set_level(values.text("log-level")) && log::set_format(values.text("log-format")));
  if (values.has("access-log")) {
    auto file = log::LineFile::open(values.text("access-log"));
    if (!file) return refuse(kName, in_context(values.origin("access-log"), file.error()));
    settings->server.access_log = std::move(*file);
  }
  if (values.has("otlp-endpoint")) {
    auto spans = tracing::OtlpExporter::make(
        values.text("otlp-endpoint"),
        tracing::this_process(values.text("otlp-service-name"), FIRSTCOME_VERSION));
    if (!spans) return refuse(kName, in_context(values.origin("otlp-endpoint"), spans.error()));
    settings->spans = std::move(*spans);
  }
  const node::ServiceNotifier notifier(process_environment());
  std::optional<node::Starting> starting(signals.stop());
  settings->plan.waits_for = [&](const std::string& what) {
    starting->waits_for(what);
    notifier.status("starting; waiting for " + what);
  };
  auto node = node::Node::open(*settings);
  if (!node.ok()) return fail(kName, node.error());
  log_start(**node, *settings, values.text("role"));
  if (settings->server.certificate) node::log_certificate(*settings->server.certificate);
  if (settings->validation && settings->plan.role == node::Role::Issuer) {
    log::warn("--admission database has no effect: an issuer answers no callers");
  }
  if (settings->server.anonymous_allowed) {
    log::warn(
        "--allow-anonymous: any client that reaches the users' listener can request coupons for any user");
  }
  allow_connections(static_cast<std::int64_t>(settings->server.max_connections));
  if (const Status started = (*node)->start(); !started.ok()) return fail(kName, started.error());
  starting.reset();
  return serve(**node, values, *settings, notifier, signals);
}

}  // namespace

Command serve_command() {
  return {
      kName, "Issue coupons over HTTP",
      "  firstcome serve\n"
      "  firstcome serve --data /var/lib/firstcome --listen 10.0.0.7:8080 --keys-file keys.toml\n"
      "  firstcome serve --journal kafka://k1:9092,k2:9092,k3:9092 --store postgresql://firstcome@db/shop\n"
      "  firstcome serve --role edge --journal … --store …        answers callers; run any number of them\n"
      "  firstcome serve --role issuer --journal … --store …      saves decisions; run any number of them\n"
      "  FIRSTCOME_THREADS=4 firstcome serve --config firstcome.toml\n"
      "  firstcome serve --demo --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0\n",
      with_servers_options(serve_options()), run};
}

}  // namespace firstcome::cli
