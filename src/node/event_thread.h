#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "issuer/coupon_event.h"
#include "issuer/event_publisher.h"
#include "node/counters.h"
#include "node/data.h"
#include "node/gapless_sender.h"

namespace firstcome::node {

/// Does what the publisher of events asks for, on a thread of its own, with a connection and a producer of
/// its own: neither a topic that stands still nor a slow database query holds up saving.
class EventThread {
 public:
  /// Everything outlives it. `is_mine` and `coupons_saved`, the coupons saved from here so far: any thread.
  EventThread(EventsOut events, const store::Settings& data, std::function<bool(Partition)> is_mine,
              std::function<std::uint64_t()> coupons_saved, EventCounters& counters);
  ~EventThread();
  EventThread(const EventThread&) = delete;
  EventThread& operator=(const EventThread&) = delete;

  void start();
  /// Something was saved, or partitions are owned that were not. Any thread; does not block.
  void nudge();
  /// Returns when what is saved is published, or cannot be, or not in time: it waits for whoever saves next.
  void finish(milliseconds most);
  /// Ends the thread, when the call under way has ended.
  void end();

 private:
  using Publisher = issuer::EventPublisher;

  void run();
  void act(const Publisher::Nothing& action);
  void act(const Publisher::Look& action);
  void act(const Publisher::Read& action);
  void act(const Publisher::Publish& action);
  void act(const Publisher::Move& action);
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

  std::mutex mutex_;  // guards the flags
  std::condition_variable woken_;
  bool nudged_ = false;
  bool hurrying_ = false;
  bool stopping_ = false;
  bool finished_ = false;
  GaplessSender sender_;
  std::thread thread_;
};

}  // namespace firstcome::node
