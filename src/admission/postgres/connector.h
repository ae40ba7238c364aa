#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "postgres/connection.h"
#include "thread/periodic_thread.h"

namespace firstcome::admission {

/// Makes sessions for edge threads, on a thread of its own: looking a name up, connecting and preparing take
/// as long as they take. Tries again, more and more rarely, until the database is back.
class Connector {
 public:
  using Made = std::function<void(postgres::ConnectionHandle)>;
  /// `report`: why there is no connection, once an outage; called on the connector's thread.
  Connector(postgres::Connection connection, std::function<void(const Error&)> report);

  // --- from any thread
  /// Calls `made` once, on the connector's thread and with its lock held. `who` names the wish.
  void want(const void* who, Made made);
  /// Afterwards `made` is not called any more.
  void forget(const void* who);

 private:
  struct Wish {
    const void* who = nullptr;
    Made made;
  };
  Instant step();
  void hand_over(const void* who);

  postgres::Connection connection_;  ///< the thread's; each session it makes is given away
  const std::function<void(const Error&)> report_;
  milliseconds pause_;  ///< the thread's
  Instant not_before_{};
  std::mutex mutex_;
  std::deque<Wish> wishes_;  // guarded by mutex_
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::admission
