#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "journal/journal.h"
#include "replica/decided_log.h"

namespace firstcome::app {

/// Appends the records an issuer relays (misrouted ones to their home, undecodable ones to the dead
/// letters), in order and without gaps, and waits for their acknowledgements. Used by one thread.
class RelaySender : private journal::AcknowledgementSink {
 public:
  explicit RelaySender(journal::Journal& journal) : journal_(journal) {}

  /// Returns how many of the first relays are durable for certain. Less than all: the appender is made
  /// anew, and the rest may be sent again.
  std::size_t send(std::span<const replica::Relay> relays, milliseconds most);

 private:
  enum class Fate : std::uint8_t { Open, Durable, Failed };

  bool append(const replica::Relay& relay, std::uint64_t token);
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;
  [[nodiscard]] bool settled() const;

  journal::Journal& journal_;
  std::uint64_t next_token_ = 1;

  std::mutex mutex_;  // guards the three below
  std::condition_variable changed_;
  std::uint64_t first_token_ = 0;  ///< of the relays being sent; late acknowledgements carry older ones
  std::vector<Fate> fates_;

  /// Last, so that it ends first: no acknowledgement comes after that.
  std::unique_ptr<journal::GaplessAppender> appender_;
};

}  // namespace firstcome::app
