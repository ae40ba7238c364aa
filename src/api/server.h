#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "admission/admission.h"
#include "admission/validator.h"
#include "api/address_limits.h"
#include "api/call_settings.h"
#include "api/figures.h"
#include "api/refused_credentials.h"
#include "domain/result.h"
#include "domain/time.h"
#include "journal/journal.h"
#include "net/http_connection.h"
#include "replica/decided_log.h"
#include "replica/policy_snapshots.h"
#include "replica/replica.h"
#include "store/store.h"
#include "thread/pulse.h"
#include "tracing/span.h"

namespace firstcome::api {

/// A limit apart from the users' limit, so that operators and probes can connect when users have reached theirs.
inline constexpr std::size_t kAdminConnections = 100;

struct ServerSettings : CallSettings {
  std::string listen = "127.0.0.1:8080";  ///< host:port for users; port 0: any free port
  bool has_users = true;                  ///< false: only operators use this node, and `listen` is not opened
  std::string admin_listen = "127.0.0.1:8081";  ///< host:port for policy writes and probes
  int threads = 1;  ///< workers of users, each with its own event loop and admission

  std::shared_ptr<net::ServerCertificate> certificate;  ///< of both listeners; null: plain HTTP
  net::ConnectionLimits connection;
  std::size_t max_connections = 10'000;  ///< of users; above it new ones are closed
  AddressLimitSettings address_limits;   ///< of users
  bool proxy_protocol = false;  ///< each connection of a user begins with a header of a trusted proxy

  admission::Admission::Settings admission;
  milliseconds validation_timeout{
      200};  ///< how long a request waits for the database with --admission database
};

/// The parts of the node that the server uses. All outlive it.
struct ServerParts {
  replica::PolicySnapshots& snapshots;
  std::vector<replica::DecidedLog*> logs;  ///< by partition
  journal::Journal& journal;
  store::Store& store;
  store::Settings store_settings;
  replica::AnswerRoutes& routes;
  std::function<std::string()> write_metrics = [] { return std::string{}; };  ///< any thread
  admission::Validators* validators = nullptr;  ///< null: admission refuses by the policy snapshots
  /// Requests the end of a partition from the watch thread; see UnknownPolicies.
  std::function<void(Partition)> ask_end = [](Partition) {};
  tracing::SpanSink* spans = nullptr;  ///< null: none are exported
  ReportRefusedCredential report_refused_credential{};
  std::function<void(const std::string&)> report = [](const std::string&) {
  };  ///< a line for operators; any thread
};

/// The HTTP side of a node: listeners, worker threads, and a thread for questions to the store.
///
/// Order: construct (before any replica applies a record, because this adds the workers' senders to the routes) → listen →
/// start → drain → destroy. Replica threads and the journal call into the workers, so they must have ended, or must not
/// deliver again, before the server is destroyed. start() does not wait for replicas: until a partition serves, its issue
/// requests get 503 and /readyz has the reason.
class Server {
 public:
  Server(ServerSettings settings, ServerParts parts);
  /// Stops the threads that drain() has left.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds the listeners.
  Status listen();
  /// host:port with the port that was bound. After listen(). Empty if the listener is not open.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] std::string admin_address() const;

  /// Starts the threads. The error: the store cannot be read.
  Status start();

  /// Adds the workers. After start(), and before drain() for the last look of `pulse`.
  void add_to(thread::Pulse& pulse);

  /// Graceful stop: not ready, no new connections; later requests on open connections get 503 and `Connection: close`;
  /// every accepted request gets its answer. Returns when that is done, or false after `most`. The replicas must still be
  /// running. Afterwards the listeners are closed and the worker threads have ended.
  bool drain(milliseconds most);

  /// The counters. Any thread; does not block the workers.
  [[nodiscard]] Figures figures();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firstcome::api
