#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "journal/journal.h"

namespace firstcome::journal {

/// Probabilities of faults, in 1/1000. If all are zero, the journal does everything immediately and never
/// fails.
struct SimulatedJournalFaults {
  int queue_full = 0;
  int not_persisted = 0;
  int possibly_persisted = 0;  ///< half of these records are in the journal, some only later
  int acknowledgement_lost = 0;
  int acknowledgement_doubled = 0;
  int acknowledgement_without_offset = 0;
  int appended_again = 0;   ///< a second copy of a record, up to `again_most` later
  int hole = 0;             ///< missing offsets before a record, and as often after it
  int clock_backwards = 0;  ///< a LogAppendTime up to three seconds too early
  int sender_stamped = 0;   ///< a record with CreateTime
  int poll_fails = 0;
  int bounds_fail = 0;
  int end_hidden = 0;   ///< a poll that reaches the end without `at_end`
  int interrupted = 0;  ///< a poll with `interrupted`, although the log is the same
  int small_fetch = 0;  ///< a poll that does not return all records
  milliseconds append_most{0};
  milliseconds acknowledge_most{0};
  milliseconds again_most{0};
  milliseconds late_most{0};  ///< maximum time from the report of a possibly persisted record to its append
};

/// Numbers of faults that occurred, for coverage.
struct SimulatedJournalSeen {
  std::int64_t queue_full = 0, not_persisted = 0, possibly_in = 0, possibly_out = 0, turned_up_later = 0;
  std::int64_t lost = 0, doubled = 0, without_offset = 0, holes = 0, holes_at_end = 0, backwards = 0;
  std::int64_t appended_again = 0, sender_stamped = 0, gapless_failed = 0, gapless_ghosts = 0,
               dropped_with_sender = 0;
};

/// A record that owns its memory, with facts that only the simulator knows.
struct SimulatedRecord {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  Timestamp visible_at;  ///< virtual time of the append
  bool foreign = false;  ///< from a producer that is not a node
};

/// A journal in memory, in virtual time: one thread, one random number generator. Appends and
/// acknowledgements are events that run_until() executes; without delays they happen inside try_append.
class SimulatedJournal : public Journal {
 public:
  SimulatedJournal(std::int32_t partitions, Timestamp begin, std::mt19937_64& chance,
                   SimulatedJournalFaults faults = {});
  ~SimulatedJournal() override;

  std::string identity() override { return identity_; }
  std::int32_t partitions() override { return static_cast<std::int32_t>(logs_.size()); }
  Result<Bounds> bounds(Partition partition) override;
  Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) override;
  std::unique_ptr<Appender> make_appender(AcknowledgementSink& sink) override;
  std::unique_ptr<GaplessAppender> make_gapless_appender(AcknowledgementSink& sink) override;

  // --- the simulator's side
  void run_until(Timestamp now);
  [[nodiscard]] std::optional<Timestamp> next_event() const;
  SimulatedJournalFaults& faults() { return faults_; }
  [[nodiscard]] const SimulatedJournalSeen& seen() const { return seen_; }
  /// Appends a record of another producer immediately.
  Offset append_foreign(Partition partition, SimulatedRecord record);
  /// Skips offsets, as a transaction marker does.
  void add_hole(Partition partition);
  /// An operator deletes the topic and creates it again: all partitions are empty. A follower continues at
  /// its position, as in Kafka; its next poll has `interrupted` set.
  void recreate();
  /// Number of calls of recreate().
  [[nodiscard]] int generation() const { return generation_; }
  /// Retention: removes the records before `start`.
  void remove_before(Partition partition, Offset start);
  [[nodiscard]] const std::vector<SimulatedRecord>& records(Partition partition) const;
  /// The offset that the next record gets.
  [[nodiscard]] Offset next_offset(Partition partition) const;
  [[nodiscard]] const std::vector<SimulatedRecord>& dead_letters() const { return dead_letters_; }

 private:
  friend class SimulatedFollower;
  friend class SimulatedSender;

  struct Log {
    std::vector<SimulatedRecord> records;
    Offset start = 0;
    Offset end = 0;
  };
  /// The state of one appender; events use it also after the appender is destroyed.
  struct Sender {
    AcknowledgementSink* sink = nullptr;
    bool alive = true;
    bool failed = false;  ///< gapless: no record after the failure is acknowledged
    int ghosts = 0;       ///< gapless: this many records after the failure are appended, but not acknowledged
    bool cut_off = false;    ///< records in flight are lost
    Timestamp last_place{};  ///< gapless: time of the last append, to keep the order
  };
  enum class Report : std::uint8_t { None, Once, Twice };
  struct Event {
    Timestamp at;
    std::uint64_t number = 0;  ///< breaks ties
    std::shared_ptr<Sender> sender;
    bool places = false;  ///< true: append; false: acknowledge
    bool gapless = false;
    Destination destination = Destination::Requests;
    Partition partition = 0;
    SimulatedRecord record;
    Report report = Report::None;  ///< acknowledgements of an appended record
    Acknowledgement acknowledgement;
    bool operator>(const Event& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  bool chance(int in_a_thousand) {
    return in_a_thousand > 0 && static_cast<int>(chance_() % 1000) < in_a_thousand;
  }
  milliseconds delay(milliseconds most) {
    return most.count() <= 0 ? milliseconds{0}
                             : milliseconds{static_cast<std::int64_t>(
                                   chance_() % static_cast<std::uint64_t>(most.count() + 1))};
  }
  void schedule(Event event);
  void execute(Event& event);
  void place_and_report(Event& event);
  void append_again(const Event& event);
  void report(const Event& cause, Acknowledgement acknowledgement, Report times);
  void acknowledge(const Event& event);
  Offset place(Destination destination, Partition partition, SimulatedRecord record);
  bool take(const Append& append, const std::shared_ptr<Sender>& sender);
  bool take_gapless(const Append& append, const std::shared_ptr<Sender>& sender);

  std::string identity_ = "simulated";
  int generation_ = 0;
  std::vector<Log> logs_;
  std::vector<SimulatedRecord> dead_letters_;
  std::mt19937_64& chance_;
  SimulatedJournalFaults faults_;
  SimulatedJournalSeen seen_;
  Timestamp now_;
  std::uint64_t events_scheduled_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace firstcome::journal
