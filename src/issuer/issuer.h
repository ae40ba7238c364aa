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

/// Saves the decisions of one partition. It need not know which other nodes save it: every save is a
/// compare-and-set, and every node decides the same. An edge also has an Issuer, to learn the position and
/// the halts, and to compare the store's state with its own.
///
/// Stepped: it owns no thread and reads no clock. IssuerDriver performs one action at a time and reports the
/// result:
///
///     for (;;) {
///       const auto action = issuer.next(now());
///       Nothing:      sleep until action.until, or until more records are decided
///       ReadPosition: issuer.on_position(writer.position(partition), now());
///       Save:         issuer.on_saved(writer.save(action.batch), now());
///       RelayRecords: issuer.on_relayed(appended, now());  // how many are durable
///       Halt:         issuer.on_halted(writer.halt(partition, action.reason), now());
///       Reload:       issuer.on_reloaded();                // after the reload of the replica
///       CheckLog:     issuer.on_log_checked(check(action.position), now());
///     }
class Issuer {
 public:
  struct Settings {
    std::size_t batch_records = 16'384;   ///< approximate maximum of one transaction
    milliseconds linger{20};              ///< how long a decision waits for more to save with it
    milliseconds keep{5'000};             ///< how long saved decisions stay in memory
    milliseconds watch_every{1'000};      ///< between two reads of an unchanged position
    milliseconds takeover_after{10'000};  ///< without progress, an issuer that is not the owner saves
    bool saves = true;                    ///< false for an edge, which never writes to the store
    milliseconds retry_first{50};         ///< backoff after a failure: doubles up to retry_most
    milliseconds retry_most{1'000};
    milliseconds check_log_every{60'000};
    milliseconds check_log_again{5'000};  ///< after the journal could not be read
  };

  // Actions.
  struct Nothing {
    Instant until;  ///< call next() again then, or when more records are decided
  };
  struct ReadPosition {};
  struct Save {
    store::Batch batch;
  };
  /// Append these records at their homes or to the dead letters, in order and without gaps.
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
  /// It saves the partition although it is not the owner, because the owner made no progress.
  [[nodiscard]] bool has_taken_over() const { return taken_over_; }

  Action next(Now now);

  void on_position(const Result<store::Position>& position, Now now);
  void on_saved(const store::SaveResult& result, Now now);
  /// The first `acknowledged` relays of the action are durable.
  void on_relayed(std::size_t acknowledged, Now now);
  void on_halted(const Status& status, Now now);
  /// Also after a failed reload, which has stopped the partition.
  void on_reloaded();
  void on_log_checked(const Status& status, Now now);

  /// The process is ending: save without lingering what is decided now.
  void hurry();
  /// Everything decided before hurry() is saved, or another node saves it.
  [[nodiscard]] bool finished() const;
  [[nodiscard]] const std::optional<store::Position>& position() const { return position_; }

 private:
  Action save_next(Now now);
  void retry_later(Now now);
  void succeeded();
  void take_position(const store::Position& position, Now now);
  void leave_era(Era new_era);
  void compare(const store::Position& position);
  void follow_halt(const std::string& reason);
  void reload(std::string why, replica::PriorAnswers prior);
  void note_saved(Now now);
  bool may_save(Now now);
  void take_contradiction();
  [[nodiscard]] bool log_check_is_due(Now now) const;

  const Partition partition_;
  replica::DecidedLog& log_;
  replica::PartitionStatus& status_;
  const Settings settings_;

  bool owner_ = false;
  bool taken_over_ = false;                  ///< until another node moves the position
  std::optional<Offset> hurry_until_;        ///< the end of hurry(): saved up to here, it is finished
  std::optional<store::Position> position_;  ///< as last read; nothing: it must be read
  Instant seen_at_{};                        ///< when position_ was read
  std::optional<Instant> stalled_since_;     ///< since then records wait without progress
  Instant not_before_{};                     ///< backoff
  milliseconds backoff_{0};
  Instant log_checked_at_{};
  std::optional<Instant> lingering_since_;
  Offset relayed_until_ = 0;  ///< relays below are durable
  std::vector<replica::Relay> relaying_;
  std::optional<store::Position> saving_;  ///< the position after the running save
  std::string halt_reason_;                ///< to write into the store
  bool contradiction_taken_ = false;       ///< the contradiction of the status became a halt
  std::optional<Reload> reload_;
  bool reloading_ = false;
  bool halt_seen_ = false;                ///< in the store; when it is lifted, the partition is loaded again
  std::optional<store::Position> ahead_;  ///< ahead of this node when read; compared once decided here
};

}  // namespace firstcome::issuer
