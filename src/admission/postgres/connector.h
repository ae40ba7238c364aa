#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "postgres/database_connection.h"
#include "thread/periodic_thread.h"

namespace firstcome::admission {

/// Makes sessions for edge threads on its own thread, because resolving a name, connecting and preparing can block.
/// Retries with growing pauses until the database is back.
class Connector {
 public:
  using Made = std::function<void(postgres::ConnectionHandle)>;
  /// `report`: receives the reason once per outage, on the connector's thread.
  Connector(postgres::DatabaseConnection connection, std::function<void(const Error&)> report);

  // --- from any thread
  /// Calls `made` once, on the connector's thread and with its lock held. `who` identifies the request.
  void want(const void* who, Made made);
  /// Afterwards `made` is not called.
  void forget(const void* who);

 private:
  struct Wish {
    const void* who = nullptr;
    Made made;
  };
  Instant step();
  void hand_over(const void* who);

  postgres::DatabaseConnection connection_;  ///< only the thread uses it; each session is passed on
  const std::function<void(const Error&)> report_;
  milliseconds pause_;  ///< only the thread uses it
  Instant not_before_{};
  std::mutex mutex_;
  std::deque<Wish> wishes_;  // guarded by mutex_
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::admission
