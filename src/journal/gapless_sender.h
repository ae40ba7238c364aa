#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "journal/journal.h"

namespace firstcome::journal {

/// Appends records in order and without gaps, and reports which are durable. Stepped; used by one thread:
///
///     sender.start(count, write, now());
///     while (const auto next = sender.step(now())) sleep_until(*next);  // or until `settled` is called
///     const std::vector<bool> durable = sender.finish();
class GaplessSender : private AcknowledgementSink {
 public:
  using MakeAppender = std::function<Result<std::unique_ptr<GaplessAppender>>(AcknowledgementSink&)>;
  /// Makes record i. Its views are valid until the next call.
  using Write = std::function<Append(std::size_t)>;

  /// `settled` is called after each acknowledgement, on a thread of the journal; it must not block.
  /// `patience`: maximum time without an acknowledgement.
  GaplessSender(MakeAppender make_appender, std::function<void()> settled, milliseconds patience);

  /// Later steps call `write` too. Fails if no appender can be made.
  Status start(std::size_t count, Write write, Now now);
  /// Appends records until the queue is full. Returns when to call it next, or none if it has finished: all
  /// records are settled, one was lost, or no record was settled within the patience.
  std::optional<Instant> step(Now now);
  /// For each record: true if it is certainly durable, after all earlier records of its partition. If not all
  /// are true, the next start() makes a new appender, and the caller can send the others again.
  std::vector<bool> finish();

 private:
  enum class Fate : std::uint8_t { Open, Durable, Failed };
  struct Settled {
    std::size_t count = 0;
    bool lost = false;  ///< true if at least one of them is not durable
  };

  void append(std::size_t settled);
  [[nodiscard]] Settled settled();
  void acknowledged(std::span<const Acknowledgement> acknowledgements) override;

  const MakeAppender make_appender_;
  const std::function<void()> settled_callback_;
  const milliseconds patience_;
  std::uint64_t next_token_ = 1;
  Write write_;
  std::size_t taken_ = 0;  ///< records that the appender accepted
  bool refused_ = false;   ///< the appender rejected a record although its queue was empty
  std::size_t settled_seen_ = 0;
  Instant give_up_at_{};

  std::mutex mutex_;               // guards the next three members
  std::uint64_t first_token_ = 0;  ///< token of record 0; late acknowledgements have lower tokens
  std::vector<Fate> fates_;
  Settled settled_;

  /// The last member, so it is destroyed first: no acknowledgement comes after that.
  std::unique_ptr<GaplessAppender> appender_;
};

}  // namespace firstcome::journal
