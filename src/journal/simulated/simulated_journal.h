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

/// What may go wrong, and how often: chances in a thousand. All zero: a journal that does everything at
/// once and never fails.
struct SimulatedJournalFaults {
  int queue_full = 0;
  int not_persisted = 0;
  int possibly_persisted = 0;  ///< told so; half of them are in the journal, some only later
  int acknowledgement_lost = 0;
  int acknowledgement_doubled = 0;
  int acknowledgement_without_offset = 0;
  int appended_again = 0;   ///< a second copy of a record that is in the journal, up to `again_most` later
  int hole = 0;             ///< before a record, and as often behind it
  int clock_backwards = 0;  ///< a LogAppendTime up to three seconds too early
  int sender_stamped = 0;   ///< a record with CreateTime
  int poll_fails = 0;
  int bounds_fail = 0;
  int end_untold = 0;   ///< a poll that reaches the end and does not say so
  int interrupted = 0;  ///< a poll that says so, though the log is the same
  int small_fetch = 0;  ///< a poll that brings less than there is
  milliseconds append_most{0};
  milliseconds acknowledge_most{0};
  milliseconds again_most{0};
  milliseconds late_most{0};  ///< how long after its report a possibly persisted record may still turn up
};

/// Which faults struck, for coverage.
struct SimulatedJournalSeen {
  std::int64_t queue_full = 0, not_persisted = 0, possibly_in = 0, possibly_out = 0, turned_up_later = 0;
  std::int64_t lost = 0, doubled = 0, without_offset = 0, holes = 0, holes_at_end = 0, backwards = 0;
  std::int64_t appended_again = 0, sender_stamped = 0, gapless_failed = 0, gapless_ghosts = 0,
               dropped_with_sender = 0;
};

/// A record with its own memory, and what only the simulator knows of it.
struct SimulatedRecord {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  Timestamp visible_at;  ///< virtual time at which it got its place
  bool foreign = false;  ///< from a producer that is none of ours
};

/// A journal in memory under virtual time: one thread, one source of chance. Appends and acknowledgements
/// are events that run_until() carries out; with no delays set they happen inside try_append.
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
  /// Some other producer's record, placed at once.
  Offset append_foreign(Partition partition, SimulatedRecord record);
  /// Offsets that no record will ever have: a transaction's marker.
  void add_hole(Partition partition);
  /// An operator deletes the topic and makes it again: all partitions are empty. A follower reads on at its
  /// position, as Kafka's do; the first poll behind it says that it was interrupted.
  void make_again();
  /// How often that was done.
  [[nodiscard]] int generation() const { return generation_; }
  /// Retention: what is before `start` is gone.
  void remove_before(Partition partition, Offset start);
  [[nodiscard]] const std::vector<SimulatedRecord>& records(Partition partition) const;
  [[nodiscard]] Offset end(Partition partition) const;
  [[nodiscard]] const std::vector<SimulatedRecord>& dead_letters() const { return dead_letters_; }

 private:
  friend class SimulatedFollower;
  friend class SimulatedSender;

  struct Log {
    std::vector<SimulatedRecord> records;
    Offset start = 0;
    Offset end = 0;
  };
  /// One appender's life as the journal sees it; events that outlive the appender look here.
  struct Sender {
    AcknowledgementSink* sink = nullptr;
    bool alive = true;
    bool failed = false;     ///< gapless: nothing behind the failure is acknowledged
    int ghosts = 0;          ///< gapless: so many behind the failure are in the journal all the same
    bool cut_off = false;    ///< what is still under way is lost
    Timestamp last_place{};  ///< gapless: places are given in order
  };
  enum class Report : std::uint8_t { None, Once, Twice };
  struct Event {
    Timestamp at;
    std::uint64_t number = 0;  ///< breaks ties
    std::shared_ptr<Sender> sender;
    bool places = false;  ///< else it acknowledges
    bool gapless = false;
    Destination destination = Destination::Requests;
    Partition partition = 0;
    SimulatedRecord record;
    Report report = Report::None;  ///< of a placed record
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
  void carry_out(Event& event);
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
