#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "issuer/coupon_event.h"
#include "issuer/event_publisher.h"
#include "journal/gapless_sender.h"
#include "node/failure_log.h"
#include "node/node_counters.h"
#include "node/node_data.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// Performs the actions of the event publisher. It has its own thread, database connection and producer, so
/// that neither a slow topic nor a slow query delays saving.
class EventThread {
 public:
  /// The references must outlive it. `is_mine` and `coupons_saved` (the number of coupons that this node has
  /// saved) are called on this thread.
  EventThread(EventsOut events, IdForm ids, const store::Settings& data,
              std::function<bool(Partition)> is_mine, std::function<std::uint64_t()> coupons_saved,
              EventCounters& counters);
  ~EventThread() { end(); }

  void start();
  /// Coupons were saved, or the owned partitions have changed. Any thread; does not block.
  void nudge();
  /// Returns when everything saved is published, after a failure, or after `most`. The next node that saves
  /// the policies publishes the rest.
  void finish(milliseconds most);
  /// Ends the thread after the current call.
  void end();

 private:
  using Publisher = issuer::EventPublisher;

  std::optional<Instant> step();
  Instant act(const Publisher::Nothing& action);
  Instant act(const Publisher::Look& action);
  Instant act(const Publisher::Read& action);
  Instant act(const Publisher::Publish& action);
  Instant act(const Publisher::Move& action);
  void report_published();
  /// Counts and logs the result of an operation.
  void note(const char* operation, const auto& result);

  const std::string topic_;
  const std::int32_t homes_;
  const std::function<std::uint64_t()> coupons_saved_;
  EventCounters& counters_;
  std::unique_ptr<store::EventOutbox> outbox_;
  issuer::CouponEventWriter writer_;
  Publisher publisher_;
  FailureLog failures_{"events", {}};
  std::atomic<bool> started_{false};
  std::atomic<bool> nudged_{false};
  std::atomic<bool> hurrying_{false};
  bool sending_ = false;
  thread::PeriodicThread thread_;  // before the sender, which wakes it when it ends
  journal::GaplessSender sender_;
};

}  // namespace firstcome::node
