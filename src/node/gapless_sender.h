#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/journal.h"

namespace firstcome::node {

/// Appends records in order and without gaps and waits for their acknowledgements. Used by one thread.
class GaplessSender : private journal::AcknowledgementSink {
 public:
  using MakeAppender =
      std::function<Result<std::unique_ptr<journal::GaplessAppender>>(journal::AcknowledgementSink&)>;
  /// Makes the i-th record; its views live until the next is made.
  using Write = std::function<journal::Append(std::size_t)>;

  explicit GaplessSender(MakeAppender make_appender) : make_appender_(std::move(make_appender)) {}

  /// Returns for each record whether it is durable for certain, behind every earlier one of its partition.
  /// Not all: nothing was settled for so long, or one was lost; the appender is made anew, and the rest may
  /// be sent again. The error is why there is no appender.
  Result<std::vector<bool>> send(std::size_t count, const Write& write, milliseconds patience);
  /// send() waits no longer, from now on. Any thread.
  void give_up();

 private:
  enum class Fate : std::uint8_t { Open, Durable, Failed };

  /// The records from `first` on; returns how many were taken before the queue was full.
  std::size_t append(std::size_t first, std::size_t count, const Write& write);
  /// Behind a full queue. False: none of the `taken` was settled in time, or one was lost.
  bool wait_for_room(std::size_t taken, bool took_some, milliseconds patience);
  /// After a loss, too: what other partitions take is told yet.
  void wait_for_all(std::size_t taken, milliseconds patience);
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;

  const MakeAppender make_appender_;
  std::uint64_t next_token_ = 1;

  std::mutex mutex_;  // guards the six below
  std::condition_variable changed_;
  std::uint64_t first_token_ = 0;  ///< of the records being sent; late acknowledgements carry older ones
  std::vector<Fate> fates_;
  std::size_t settled_ = 0;  ///< fates that are not open
  bool lost_ = false;        ///< one of them, or nobody waits any more
  bool given_up_ = false;

  /// Last, so that it ends first: no acknowledgement comes after that.
  std::unique_ptr<journal::GaplessAppender> appender_;
};

}  // namespace firstcome::node
