#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "issuer/coupon_event.h"
#include "issuer/event_publisher.h"
#include "journal/gapless_sender.h"
#include "node/node_counters.h"
#include "node/node_data.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// Does what the publisher of events asks for, on a thread of its own, with a connection and a producer of
/// its own: neither a topic that stands still nor a slow database query holds up saving.
class EventThread {
 public:
  /// Everything outlives it. `is_mine` and `coupons_saved`, the coupons saved from here so far: any thread.
  EventThread(EventsOut events, const store::Settings& data, std::function<bool(Partition)> is_mine,
              std::function<std::uint64_t()> coupons_saved, EventCounters& counters);
  ~EventThread() { end(); }

  void start();
  /// Something was saved, or partitions are owned that were not. Any thread; does not block.
  void nudge();
  /// Returns when what is saved is published, or cannot be, or not in time: it waits for the next node that saves.
  void finish(milliseconds most);
  /// Ends the thread, when the call under way has ended.
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
  /// Counts a failure, and logs it, the same one not again and again.
  void note(const std::string& what, const Error* error);

  const std::string topic_;
  const std::int32_t homes_;
  const std::function<std::uint64_t()> coupons_saved_;
  EventCounters& counters_;
  std::unique_ptr<store::EventOutbox> outbox_;
  issuer::CouponEventWriter writer_;
  Publisher publisher_;
  std::string failure_;  ///< the last one; empty: none since it worked
  std::atomic<bool> started_{false};
  std::atomic<bool> nudged_{false};
  std::atomic<bool> hurrying_{false};
  bool sending_ = false;
  thread::PeriodicThread thread_;  // before the sender: events under way wake it when that ends
  journal::GaplessSender sender_;
};

}  // namespace firstcome::node
