#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "journal/journal.h"

namespace firstcome::journal {

/// Appends records in order and without gaps and learns which are durable. Stepped; used by one thread:
///
///     sender.start(count, write, now());
///     while (const auto next = sender.step(now())) sleep_until(*next);  // or until `settled` is called
///     const std::vector<bool> durable = sender.finish();
class GaplessSender : private AcknowledgementSink {
 public:
  using MakeAppender = std::function<Result<std::unique_ptr<GaplessAppender>>(AcknowledgementSink&)>;
  /// Makes the i-th record; its views live until the next is made.
  using Write = std::function<Append(std::size_t)>;

  /// `settled`: some records have been acknowledged; called on a thread of the journal's, must not block.
  /// `patience`: for so long a sender waits for one more to be.
  GaplessSender(MakeAppender make_appender, std::function<void()> settled, milliseconds patience);

  /// `write` is called in later steps, too. The error is why there is no appender.
  Status start(std::size_t count, Write write, Now now);
  /// Appends what there is room for. Returns when to call it next; nothing: it is over, because all are
  /// settled, one was lost, or nothing was settled for too long.
  std::optional<Instant> step(Now now);
  /// For each record: it is durable for certain, behind every earlier one of its partition. If not all are,
  /// the next start makes a new appender, and the rest may be sent again.
  std::vector<bool> finish();

 private:
  enum class Fate : std::uint8_t { Open, Durable, Failed };
  struct Settled {
    std::size_t count = 0;
    bool lost = false;  ///< one of them
  };

  void append(std::size_t settled);
  [[nodiscard]] Settled settled();
  void acknowledged(std::span<const Acknowledgement> acknowledgements) override;

  const MakeAppender make_appender_;
  const std::function<void()> settled_callback_;
  const milliseconds patience_;
  std::uint64_t next_token_ = 1;
  Write write_;
  std::size_t taken_ = 0;  ///< by the appender
  bool refused_ = false;   ///< it takes no more, though nothing is waiting
  std::size_t settled_seen_ = 0;
  Instant give_up_at_{};

  std::mutex mutex_;               // guards the three below
  std::uint64_t first_token_ = 0;  ///< of the records being sent; late acknowledgements carry older ones
  std::vector<Fate> fates_;
  Settled settled_;

  /// Last, so that it ends first: no acknowledgement comes after that.
  std::unique_ptr<GaplessAppender> appender_;
};

}  // namespace firstcome::journal
