#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "issuer/issuer.h"
#include "journal/gapless_sender.h"
#include "journal/ownership.h"
#include "metrics/histogram.h"
#include "replica/relay.h"
#include "replica/replica_driver.h"
#include "store/store.h"

namespace firstcome::issuer {

/// Counters of one partition's driver.
struct alignas(metrics::kCacheLine) IssuerCounters {
  metrics::Gauge owned;  ///< 1 if this node is the owner
  std::array<metrics::Counter, store::kSaveOutcomes.size()> saves;
  metrics::Histogram save = metrics::Histogram::of_times();  ///< transactions, also failed ones
  metrics::Histogram batch_records = metrics::Histogram::of_sizes();
  metrics::Counter relayed_home;
  metrics::Counter relayed_dead;
  metrics::Counter relay_failures;
  metrics::Counter coupons_saved;
  metrics::Counter reloads;
  metrics::Counter takeovers;  ///< how often this node took over saving
  metrics::ErrorCounter position_errors;
  metrics::ErrorCounter save_errors;
  metrics::ErrorCounter halt_errors;
  metrics::ErrorCounter compare_errors;  ///< of the journal
};

/// Performs the actions of one partition's issuer and reports their results to it: reads the position, saves,
/// relays records, halts, compares the journal, and requests reloads of the replica.
///
/// Stepped: it owns no thread and reads no clock. Only carry_out() may block, on the issuer's thread or in
/// virtual time:
///
///     while (!driver.finished()) {
///       const Instant next = driver.next(now());
///       if (driver.has_call()) {
///         driver.carry_out(writer);  // may block
///         driver.report(now());
///       } else {
///         sleep_until(next);         // or until records are decided, or `settled` is called
///       }
///     }
class IssuerDriver {
 public:
  /// Called on the thread that steps. Must not block.
  class Observer {
   public:
    virtual ~Observer() = default;
    /// An operation has ended; `error` is null if it succeeded.
    virtual void ended(const char* /*operation*/, const Error* /*error*/) {}
    virtual void halting(const std::string& /*reason*/) {}
    virtual void reloading(const std::string& /*why*/) {}
    /// It begins or ends to save the partition without being its owner.
    virtual void taken_over(bool /*now*/) {}
    virtual void coupons_saved() {}
    /// The batch, which has traces, was saved between these times.
    virtual void traces_saved(const store::Batch& /*batch*/, Instant /*begin*/, Instant /*end*/) {}
  };

  struct Parts {
    Partition partition = 0;
    replica::DecidedLog& log;
    replica::PartitionStatus& status;
    replica::ReplicaDriver& replica;
    journal::Journal& journal;
    journal::Ownership& ownership;
    std::function<Result<store::Position>(Partition)> read_position{};  ///< null: asks the writer
    journal::RecordMac record_mac;                                      ///< for misrouted records
    replica::RelaySource source{};                                      ///< for dead letters
    IssuerCounters& counters;
    bool prunes = false;  ///< the topic's retention removes records; the embedded journal keeps them
    milliseconds relay_patience{5'000};
  };

  /// `settled` is called when relayed records are acknowledged, on a thread of the journal; it must not
  /// block. All references must outlive the driver.
  IssuerDriver(const Parts& parts, Issuer::Settings settings, Observer& observer,
               std::function<void()> settled);

  /// Gets the next action from the issuer. Returns when to call it next; Instant{}: at once.
  Instant next(Now now);
  /// carry_out() and report() must be called.
  [[nodiscard]] bool has_call() const { return has_call_; }
  /// May block. Uses only the writer, the journal and the store.
  void carry_out(store::Writer& writer);
  void report(Now now);

  /// The last action of the issuer.
  [[nodiscard]] const Issuer::Action& action() const { return action_; }

  void hurry() { issuer_.hurry(); }
  /// Everything decided before hurry() is saved, or another node must save it.
  [[nodiscard]] bool finished() const;
  /// It is the partition's owner, or has taken over from it. Any thread.
  [[nodiscard]] bool saves() const { return saves_; }
  /// As last read from the store.
  [[nodiscard]] const std::optional<store::Position>& position() const { return issuer_.position(); }

 private:
  void begin(Now now);
  void follow_ownership();
  bool waits_for_reload();
  std::optional<Instant> wait_for_relays(Now now);
  Instant rest_when_idle(Instant until, Now now);
  Status check_log(const store::Position& position);
  void prune(store::Writer& writer);
  void report_saved(const store::SaveResult& result, Now now);
  void note(const char* operation, const Error* error, metrics::ErrorCounter& errors);

  const Parts parts_;
  Observer& observer_;
  Issuer issuer_;
  replica::RelayWriter relay_writer_;
  journal::GaplessSender relays_;

  Issuer::Action action_{Issuer::Nothing{}};  ///< the current one
  bool has_call_ = false;
  bool relaying_ = false;
  bool reloading_ = false;
  Instant called_at_{};
  /// The result of carry_out(), for report().
  std::variant<std::monostate, Result<store::Position>, store::SaveResult, Status> result_;
  bool had_taken_over_ = false;
  Offset pruned_up_to_ = 0;
  std::atomic<bool> saves_{false};
  std::optional<Instant> wrote_at_;  ///< nothing while the writer rests
};

}  // namespace firstcome::issuer
