#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "domain/time.h"
#include "journal/journal.h"

namespace firstcome::replica {

enum class Health : std::uint8_t {
  Replaying,  ///< starting or reloading: not caught up yet
  Serving,
  Halted,   ///< by the store: no node decides this partition until an operator lifts the halt
  Stopped,  ///< on this node only (newer rules, another journal, another state than the store's)
};

/// Reasons why a Serving partition cannot answer. Each kind is reported by one part of the node. An empty
/// reason ends it.
enum class Trouble : std::uint8_t {
  ReadingEnd,  ///< the journal does not return the partition's end; counts once it lasts
  Appending,   ///< the journal does not make appended records durable; counts at once
  Saving,      ///< the store does not save the decisions; counts from max-unsaved on
};
inline constexpr std::size_t kTroubles = 3;

/// A larger lead of the journal's clock means that the journal's clock or this machine's clock is wrong.
/// Clocks synchronized by NTP differ by less.
inline constexpr milliseconds kClockAheadMost{5'000};

/// The state of one partition on this node, for all threads. Single values are atomics.
struct PartitionStatus {
  /// Derived from the three facts below whenever one of them changes.
  std::atomic<Health> health{Health::Replaying};
  std::atomic<Offset> decided{0};   ///< next offset to decide
  std::atomic<Offset> position{0};  ///< read up to here; past `decided` where holes follow
  std::atomic<Offset> end{0};       ///< of the journal, as last returned
  /// Steady-clock milliseconds of the request for that end.
  std::atomic<std::int64_t> end_asked_ms{INT64_MIN};
  std::atomic<std::int64_t> clock_ms{0};
  std::atomic<std::int64_t> unsaved{0};  ///< decided records that are not known to be saved
  /// Steady-clock milliseconds of the request for an end that is reached since. Only rises; see
  /// raise_freshness().
  std::atomic<std::int64_t> fresh_as_of_ms{INT64_MIN};
  std::atomic<std::int64_t> highest_policy{0};

  /// Number of loads. A reader that finds the same number before and after has seen no reload in between.
  std::atomic<std::uint32_t> loads{0};

  /// The partition's thread: whether this node has caught up with the journal.
  void set_caught_up(bool caught_up);
  /// Stops the partition on this node, until a restart or a reload.
  void stop(std::string reason);
  /// Journal, store and this node contradict each other: stop(). A node that may write to the store also
  /// halts the partition there.
  void contradict(const std::string& reason);
  /// The first contradiction; empty if there is none.
  [[nodiscard]] std::string contradiction() const;
  /// The issuer: the halt in the store. An empty reason lifts it.
  void set_halted(std::string reason);
  /// An operator has lifted the halt: clears all reasons. Nothing is answered until the partition is loaded
  /// again.
  void request_reload();
  /// The partition's thread has begun that reload.
  void reload_started() { reload_requested_ = false; }
  /// Halted, Stopped, or to be loaded again: nothing is decided, answered or saved.
  [[nodiscard]] bool out_of_service() const {
    const Health now = health;
    return now == Health::Halted || now == Health::Stopped || reload_requested_;
  }
  /// The records by which the journal is compared, if any.
  struct Marks {
    /// The last one decided here, or the one that the store was saved with.
    std::optional<journal::RecordMark> newest;
    /// The newest one that a comparison has found; before that, the one that the store was saved with, or the
    /// first one decided here. Later records may belong to another journal, because no comparison has found
    /// them yet.
    std::optional<journal::RecordMark> anchor;
    bool certain = false;  ///< the store or an earlier comparison has seen the anchor
  };
  /// `saved`: the one in the store.
  void set_marks(const std::optional<journal::RecordMark>& saved);
  void set_newest(const journal::RecordMark& record);
  /// This record and all before it belong to the journal.
  void set_anchor(const journal::RecordMark& compared);
  [[nodiscard]] Marks marks() const;
  /// Why it is Stopped or Halted; empty if it is neither.
  [[nodiscard]] std::string reason() const;

  /// WatchThread: the journal returned this end for a request made at `asked_at`.
  void saw_end(Instant asked_at, Offset offset);
  /// Everything up to an end requested at that time is decided and published.
  void raise_freshness(std::int64_t asked_at_ms);
  void set_trouble(Trouble kind, std::string reason);
  /// Empty if there is none.
  [[nodiscard]] std::string trouble(Trouble kind) const;

 private:
  void update_health();

  std::atomic<bool> reload_requested_{false};
  mutable std::mutex mutex_;  // guards everything below
  bool caught_up_ = false;
  std::string stopped_;
  std::string contradiction_;
  std::string halted_;
  Marks marks_;
  std::array<std::string, kTroubles> troubles_;
};

}  // namespace firstcome::replica
