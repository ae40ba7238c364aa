#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "issuer/issuer_driver.h"
#include "node/issuer_log.h"
#include "store/store.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// A thread with its own writer that steps the issuers of the added partitions.
class IssuerThread {
 public:
  explicit IssuerThread(std::unique_ptr<store::Writer> writer);
  ~IssuerThread() { end(); }

  /// Call it before start(). `coupons_saved` is called on this thread and must not block.
  /// `spans`, `database`: see IssuerLog.
  const issuer::IssuerDriver& add(const issuer::IssuerDriver::Parts& parts, issuer::Issuer::Settings settings,
                                  std::function<void()> coupons_saved, tracing::SpanSink* spans,
                                  std::string_view database);
  void start() { thread_.start(); }
  /// Records were decided. Any thread; does not block.
  void nudge() { thread_.nudge(); }
  /// From now on, save without lingering.
  void hurry();
  /// Hurries, and returns when everything decided is saved. False: not in time; the next start decides the
  /// rest again from the journal and saves it.
  bool finish(milliseconds most);
  /// Ends the thread after the current call.
  void end() { thread_.stop(); }

 private:
  struct Saver {
    std::unique_ptr<IssuerLog> log;
    std::unique_ptr<issuer::IssuerDriver> driver;
  };

  /// Steps every partition once; returns when to call the first of them again.
  std::optional<Instant> step();
  Instant step(issuer::IssuerDriver& driver);

  thread::PeriodicThread thread_;  // first: relays in progress wake it when the savers end
  std::unique_ptr<store::Writer> writer_;
  std::vector<Saver> savers_;
  std::atomic<bool> hurrying_{false};
};

}  // namespace firstcome::node
