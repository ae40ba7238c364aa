#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "issuer/issuer_driver.h"
#include "node/issuer_log.h"
#include "store/store.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// A thread that steps the issuers of the partitions it is given, with a writer of its own.
class IssuerThread {
 public:
  explicit IssuerThread(std::unique_ptr<store::Writer> writer);
  ~IssuerThread() { end(); }

  /// Before start(). `coupons_saved`: called on this thread, must not block.
  const issuer::IssuerDriver& add(const issuer::IssuerDriver::Parts& parts, issuer::Issuer::Settings settings,
                                  std::function<void()> coupons_saved);
  void start() { thread_.start(); }
  /// Something was decided. Any thread; does not block.
  void nudge() { thread_.nudge(); }
  /// Save what is left without lingering, from now on.
  void hurry();
  /// Hurries, and returns when all that was decided is saved. False: not in time; the journal has it, and the
  /// next start saves it.
  bool finish(milliseconds most);
  /// Ends the thread, when the call under way has ended.
  void end() { thread_.stop(); }

 private:
  struct Saver {
    std::unique_ptr<IssuerLog> log;
    std::unique_ptr<issuer::IssuerDriver> driver;
  };

  /// Steps every partition once; returns when the first wants to be asked again.
  std::optional<Instant> step();
  Instant step(issuer::IssuerDriver& driver);

  thread::PeriodicThread thread_;  // first: relays under way wake it when the savers end
  std::unique_ptr<store::Writer> writer_;
  std::vector<Saver> savers_;
  std::atomic<bool> hurrying_{false};
};

}  // namespace firstcome::node
