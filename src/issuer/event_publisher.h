#pragma once

#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "domain/time.h"
#include "store/event_outbox.h"

namespace firstcome::issuer {

/// Publishes the events of the policies that this node saves: of every saved coupon, of what happens to it, and of the
/// policies themselves.
///
/// It keeps no state between rounds. Each round starts from the mark in the store, which moves only after the
/// topic has acknowledged the events. So any publisher, also several at once, continues a policy's events
/// from a point up to which all are published. First deliveries are therefore in order and without gaps, and
/// repeated events are equal.
///
/// Stepped: it owns no thread and reads no clock. Its owner performs one action at a time and reports the
/// result:
///
///     while (!publisher.finished()) {
///       const auto action = publisher.next(now());
///       Nothing: sleep until action.until, or until nudge()
///       Look:    publisher.on_looked(outbox.unpublished(), now());
///       Read:    publisher.on_read(outbox.events(action.ranges), now());
///       Publish: publisher.on_published(durable, now());  // after the topic's acknowledgements
///       Move:    publisher.on_moved(outbox.published(action.ranges), now());
///     }
class EventPublisher {
 public:
  struct Settings {
    std::size_t batch = 4'096;       ///< maximum number of events of one round
    milliseconds look_every{1'000};  ///< without nudge()
    milliseconds look_at_most_every{50};
    milliseconds retry_first{100};  ///< backoff after a failure: doubles up to retry_most
    milliseconds retry_most{1'000};
  };

  // Actions.
  struct Nothing {
    Instant until;  ///< call next() again then, or after nudge()
  };
  struct Look {};  ///< read which events are unpublished
  struct Read {
    std::vector<store::EventRange> ranges;
  };
  struct Publish {
    std::span<const store::SavedEvent> events;  ///< valid until on_published
  };
  /// Save up to which marks the events are published.
  struct Move {
    std::vector<store::PublishedRange> ranges;
  };
  using Action = std::variant<Nothing, Look, Read, Publish, Move>;

  /// `is_mine`: whether this node currently publishes the events of a partition.
  EventPublisher(std::int32_t homes, std::function<bool(Partition)> is_mine, Settings settings);

  /// There may be something to publish.
  void nudge() { nudged_ = true; }
  /// The process is ending: publish what is saved now, and give up at the first failure.
  void hurry();
  [[nodiscard]] bool finished() const { return finished_; }

  Action next(Now now);

  void on_looked(const Result<std::vector<store::EventRange>>& unpublished, Now now);
  void on_read(Result<std::vector<store::SavedEvent>> events, Now now);
  /// For each event: whether the topic has acknowledged it. One without an acknowledgement holds back the later
  /// events of its policy, but no other policy.
  void on_published(const std::vector<bool>& durable, Now now);
  void on_moved(const Status& status, Now now);

  /// Events of this node's policies that are not published, as of the last look.
  [[nodiscard]] std::int64_t unpublished() const { return unpublished_; }

 private:
  enum class Stage : std::uint8_t { Look, Read, Publish, Move };

  void take(const std::vector<store::EventRange>& mine);
  void find_unbroken(const std::vector<bool>& durable);
  void retry_later(Now now);

  const std::int32_t homes_;
  const std::function<bool(Partition)> is_mine_;
  const Settings settings_;

  Stage stage_ = Stage::Look;
  bool nudged_ = true;
  bool hurrying_ = false;
  bool looked_in_a_hurry_ = false;  ///< the current look began after hurry()
  bool finished_ = false;
  bool more_ = false;        ///< more events than one round takes
  bool all_durable_ = true;  ///< the topic has acknowledged all events of the round
  Instant looked_at_{};      ///< start of the last look
  milliseconds pause_{0};    ///< until the next one
  Instant not_before_{};     ///< backoff
  milliseconds backoff_{0};
  std::vector<store::EventRange> ranges_;
  std::vector<store::SavedEvent> events_;
  std::vector<store::PublishedRange> published_;
  std::int64_t published_count_ = 0;  ///< events of `published_`
  std::int64_t unpublished_ = 0;
};

}  // namespace firstcome::issuer
