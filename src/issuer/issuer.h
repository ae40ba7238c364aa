#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "replica/decided_log.h"
#include "replica/policy_snapshots.h"
#include "replica/prior_answers.h"
#include "store/store.h"

namespace firstcome::issuer {

/// Saves the decisions of one partition. Correct without knowing which other nodes save it: every save is a
/// compare-and-set, and every node decides the same. A node that saves nothing has an Issuer, too: to learn
/// what is saved, what is halted, and whether the store still agrees with this node.
///
/// Stepped: it owns no thread and reads no clock. Its owner performs one action at a time and reports the
/// result:
///
///     for (;;) {
///       const auto action = issuer.next(now());
///       Nothing:      sleep until action.until, or until more is decided
///       ReadPosition: issuer.on_position(writer.position(partition), now());
///       Save:         issuer.on_saved(writer.save(action.batch), now());
///       RelayRecords: issuer.on_relayed(appended, now());  // how many are durable
///       Halt:         issuer.on_halted(writer.halt(partition, action.reason), now());
///       Reload:       issuer.on_reloaded(now());           // after the replica has loaded the partition again
///       CheckLog:     issuer.on_log_checked(check(action.position), now());
///     }
class Issuer {
 public:
  struct Settings {
    std::size_t batch_records = 16'384;   ///< about the most one transaction saves
    milliseconds linger{20};              ///< how long a decision may wait for company
    milliseconds keep{5'000};             ///< how long saved decisions stay in memory
    milliseconds watch_every{1'000};      ///< how often a partition it does not own is looked at
    milliseconds takeover_after{10'000};  ///< a partition nobody moves is saved by anybody
    bool saves = true;                    ///< false: an edge, which follows the store and never writes to it
    milliseconds retry_first{50};         ///< backoff after a failure: doubles up to retry_most
    milliseconds retry_most{1'000};
    milliseconds check_log_every{60'000};
    milliseconds check_log_again{5'000};  ///< when the journal could not be asked
  };

  // Actions.
  struct Nothing {
    Instant until;  ///< ask again then, or when more was decided
  };
  struct ReadPosition {};
  struct Save {
    store::Batch batch;
  };
  /// Append these elsewhere, in order and without gaps.
  struct RelayRecords {
    std::vector<replica::Relay> relays;
  };
  /// Write the reason into the store.
  struct Halt {
    std::string reason;
  };
  /// Load the partition from the store again.
  struct Reload {
    std::string why;
    replica::PriorAnswers prior = replica::PriorAnswers::Verify;
  };
  /// Read the record before this position from the journal and compare its checksum.
  struct CheckLog {
    store::Position position;
  };
  using Action = std::variant<Nothing, ReadPosition, Save, RelayRecords, Halt, Reload, CheckLog>;

  Issuer(Partition partition, replica::DecidedLog& log, replica::PartitionStatus& status, Settings settings);

  void set_owner(bool owner) {
    owner_ = owner;
    if (owner) taken_over_ = false;
  }
  /// It saves what is not its own, because nobody else did.
  [[nodiscard]] bool has_taken_over() const { return taken_over_; }

  Action next(Now now);

  void on_position(const Result<store::Position>& position, Now now);
  void on_saved(const store::SaveResult& result, Now now);
  /// The first `acknowledged` of the relays asked for are durable.
  void on_relayed(std::size_t acknowledged, Now now);
  void on_halted(const Status& status, Now now);
  /// Also when it failed: then the status says why.
  void on_reloaded(Now now);
  void on_log_checked(const Status& status, Now now);

  /// The process is about to end: save what is decided by now, without lingering.
  void hurry();
  /// That has been done, or is somebody else's to do. Others may go on deciding, so there may be more.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] const std::optional<store::Position>& position() const { return position_; }

 private:
  Action save_next(Now now);
  void retry_later(Now now);
  void succeeded();
  void take_position(const store::Position& position, Now now);
  void leave(Era begun);
  void compare(const store::Position& position);
  void follow_halt(const std::string& reason);
  void reload(std::string why, replica::PriorAnswers prior);
  void note_saved(Now now);
  bool may_save(Now now);
  void note_contradiction();
  [[nodiscard]] bool log_check_is_due(Now now) const;

  const Partition partition_;
  replica::DecidedLog& log_;
  replica::PartitionStatus& status_;
  const Settings settings_;

  bool owner_ = false;
  bool taken_over_ = false;                  ///< until somebody else moves the position
  std::optional<Offset> hurry_until_;        ///< save up to here, and be done
  std::optional<store::Position> position_;  ///< where the store stands, as last seen; nothing: look
  Instant seen_at_{};                        ///< when position_ was read
  std::optional<Instant> stalled_since_;     ///< records wait and the position does not move
  Instant not_before_{};                     ///< backoff
  milliseconds backoff_{0};
  Instant log_checked_at_{};
  std::optional<Instant> lingering_since_;
  Offset relayed_until_ = 0;  ///< relays below are durable
  std::vector<replica::Relay> relaying_;
  std::optional<store::Position> saving_;  ///< the position a save under way leads to
  std::string halt_reason_;                ///< to be written into the store
  bool contradiction_noted_ = false;       ///< the status's contradiction became a halt
  std::optional<Reload> reload_;
  bool reloading_ = false;
  bool halt_seen_ = false;                ///< in the store: once it is lifted, the partition is loaded again
  std::optional<store::Position> ahead_;  ///< of this node when it was read; to be compared once decided
};

}  // namespace firstcome::issuer
