#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "journal/journal.h"
#include "replica/relay.h"

namespace firstcome::app {

/// Appends the records an issuer relays (misrouted ones to their home, undecodable ones to the dead
/// letters), in order and without gaps, and waits for their acknowledgements. Used by one thread.
class RelaySender : private journal::AcknowledgementSink {
 public:
  RelaySender(journal::Journal& journal, replica::RelayWriter writer)
      : journal_(journal), writer_(std::move(writer)) {}

  /// Returns how many of the first relays are durable for certain. Less than all: none was acknowledged for
  /// so long, or one was lost; the appender is made anew, and the rest may be sent again.
  std::size_t send(std::span<const replica::Relay> relays, milliseconds patience);

 private:
  enum class Fate : std::uint8_t { Open, Durable, Failed };

  /// Returns how many were taken before the queue was full.
  std::size_t append(std::span<const replica::Relay> relays);
  /// Behind a full queue. False: of the `taken` none was acknowledged in time, or one was lost.
  bool wait_for_room(std::size_t taken, bool took_some, milliseconds patience);
  void wait_for_all(std::size_t taken, milliseconds patience);
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;

  journal::Journal& journal_;
  replica::RelayWriter writer_;
  std::uint64_t next_token_ = 1;

  std::mutex mutex_;  // guards the five below
  std::condition_variable changed_;
  std::uint64_t first_token_ = 0;  ///< of the relays being sent; late acknowledgements carry older ones
  std::vector<Fate> fates_;
  std::size_t durable_ = 0;  ///< of these fates
  bool lost_ = false;

  /// Last, so that it ends first: no acknowledgement comes after that.
  std::unique_ptr<journal::GaplessAppender> appender_;
};

}  // namespace firstcome::app
