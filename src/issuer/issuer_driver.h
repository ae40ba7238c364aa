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

/// What a partition's driver counts.
struct alignas(metrics::kCacheLine) IssuerCounters {
  metrics::Gauge owned;  ///< 1: this node is to save it
  std::array<metrics::Counter, store::kSaveOutcomes.size()> saves;
  metrics::Histogram save = metrics::Histogram::of_times();  ///< transactions, whatever came of them
  metrics::Histogram batch_records = metrics::Histogram::of_sizes();
  metrics::Counter relayed_home;
  metrics::Counter relayed_dead;
  metrics::Counter relay_failures;
  metrics::Counter coupons_saved;
  metrics::Counter reloads;
  metrics::Counter takeovers;  ///< partitions saved here because their owner did not
  metrics::ErrorCounter position_errors;
  metrics::ErrorCounter save_errors;
  metrics::ErrorCounter halt_errors;
  metrics::ErrorCounter compare_errors;  ///< of the journal
};

/// Does what one partition's issuer asks for, and reports to it how that went: reads the position, saves,
/// relays records, halts, compares the log, and has the replica loaded again.
///
/// Stepped: it owns no thread and reads no clock. A call of the store is a step of its own, so that it may
/// take its time, on a thread or in virtual time:
///
///     while (!driver.finished()) {
///       const Instant next = driver.next(now());
///       if (driver.has_call()) {
///         driver.carry_out(writer);  // may block
///         driver.report(now());
///       } else {
///         sleep_until(next);         // or until something was decided, or `settled` is called
///       }
///     }
class IssuerDriver {
 public:
  /// Hears what happens, on the thread that steps; must not block.
  class Observer {
   public:
    virtual ~Observer() = default;
    /// A call has failed, or has worked.
    virtual void ended(const char* /*what*/, const Error* /*error*/) {}
    virtual void halting(const std::string& /*reason*/) {}
    virtual void reloading(const std::string& /*why*/) {}
    /// It saves the partition though it is not the owner, or does so no more.
    virtual void taken_over(bool /*now*/) {}
    virtual void coupons_saved() {}
  };

  struct Parts {
    Partition partition = 0;
    replica::DecidedLog& log;
    replica::PartitionStatus& status;
    replica::ReplicaDriver& replica;
    journal::Journal& journal;
    journal::Ownership& ownership;
    std::function<Result<store::Position>(Partition)> read_position{};  ///< null: the writer is asked
    journal::RecordSeal seal;                                           ///< of what is moved home
    replica::RelaySource source{};                                      ///< of what goes to the dead letters
    IssuerCounters& counters;
    bool prunes = false;  ///< the topic's retention removes records; the embedded journal keeps them
    milliseconds relay_patience{5'000};
  };

  /// `settled`: relayed records have been acknowledged; called on a thread of the journal's, must not block.
  /// What `parts` and `observer` refer to outlives the driver.
  IssuerDriver(const Parts& parts, Issuer::Settings settings, Observer& observer,
               std::function<void()> settled);

  /// Asks the issuer what is to be done. Returns when to call it next; Instant{}: at once.
  Instant next(Now now);
  /// next() has left a call to carry out and to report.
  [[nodiscard]] bool has_call() const { return has_call_; }
  /// May block. Touches nothing but the writer, the journal and the store.
  void carry_out(store::Writer& writer);
  void report(Now now);

  /// What the issuer asked for last.
  [[nodiscard]] const Issuer::Action& action() const { return action_; }

  void hurry() { issuer_.hurry(); }
  /// What was decided at hurry() is saved, or can or need not be saved from here.
  [[nodiscard]] bool finished() const;
  /// It is the partition's owner, or does the work of an owner that does none. Any thread.
  [[nodiscard]] bool saves() const { return saves_; }
  /// Where the store is, as last seen.
  [[nodiscard]] const std::optional<store::Position>& position() const { return issuer_.position(); }

 private:
  void begin(Now now);
  void follow_ownership();
  bool waits_for_reload(Now now);
  std::optional<Instant> wait_for_relays(Now now);
  Instant rest_when_idle(Instant until, Now now);
  Status check_log(const store::Position& position);
  void prune(store::Writer& writer);
  void report_saved(const store::SaveResult& result, Now now);
  void note(const char* what, const Error* error, metrics::ErrorCounter& errors);

  const Parts parts_;
  Observer& observer_;
  Issuer issuer_;
  replica::RelayWriter relay_writer_;
  journal::GaplessSender relays_;

  Issuer::Action action_{Issuer::Nothing{}};  ///< under way
  bool has_call_ = false;
  bool relaying_ = false;
  bool reloading_ = false;
  Instant called_at_{};
  /// What carry_out() brought, until it is reported.
  std::variant<std::monostate, Result<store::Position>, store::SaveResult, Status> result_;
  bool had_taken_over_ = false;
  Offset pruned_up_to_ = 0;
  std::atomic<bool> saves_{false};
  std::optional<Instant> wrote_at_;  ///< nothing: the writer rests
};

}  // namespace firstcome::issuer
