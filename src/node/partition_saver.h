#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "issuer/issuer.h"
#include "journal/journal.h"
#include "journal/ownership.h"
#include "node/counters.h"
#include "node/position_source.h"
#include "node/relay_sender.h"
#include "replica/board.h"
#include "replica/replica_driver.h"
#include "store/store.h"

namespace firstcome::node {

/// Does what one partition's issuer asks for, on the issuer's thread, and tells it how that went.
class PartitionSaver {
 public:
  struct Parts {
    Partition partition = 0;
    replica::DecidedLog& log;
    replica::PartitionStatus& status;
    replica::ReplicaDriver& replica;  ///< reloads it
    journal::Ownership& ownership;
    PositionSource* positions = nullptr;  ///< null: the writer is asked
    const journal::RecordSeal seal;       ///< of what is moved home
    const replica::RelaySource& source;   ///< of what goes to the dead letters
    SaverCounters& counters;
    std::function<void()> coupons_saved;
    bool prunes = false;  ///< the topic's retention removes records; the embedded journal keeps them
  };

  PartitionSaver(Parts parts, journal::Journal& journal, issuer::Issuer::Settings settings);

  /// One action. Returns when to come again: at once when there may be more, else later (or when nudged).
  Instant step(store::Writer& writer);

  void hurry() { issuer_.hurry(); }
  /// It is the partition's owner, or does an owner's work that nobody did. Any thread.
  [[nodiscard]] bool saves() const { return saves_; }
  /// What was decided at hurry() is saved, or can or need not be saved from here.
  [[nodiscard]] bool finished() const;

 private:
  void rest_when_idle(store::Writer& writer);
  void act(const issuer::Issuer::ReadPosition& action, store::Writer& writer);
  void act(const issuer::Issuer::Save& action, store::Writer& writer);
  void act(const issuer::Issuer::RelayRecords& action, store::Writer& writer);
  void act(const issuer::Issuer::Halt& action, store::Writer& writer);
  void act(const issuer::Issuer::Reload& action, store::Writer& writer);
  void act(const issuer::Issuer::CheckLog& action, store::Writer& writer);
  void prune(store::Writer& writer);
  void note_takeover();
  /// Counts a failure, and logs it, the same one not again and again.
  void note(const char* what, const Error* error, metrics::ErrorCounter& errors);

  Parts parts_;
  journal::Journal& journal_;
  issuer::Issuer issuer_;
  RelaySender relays_;
  std::map<std::string, std::string, std::less<>> failures_;  ///< what failed last, by what was to be done
  bool had_taken_over_ = false;
  bool reloading_ = false;
  Offset pruned_up_to_ = 0;
  std::atomic<bool> saves_{false};
  std::optional<Instant> wrote_at_;  ///< nothing: the writer rests
};

}  // namespace firstcome::node
