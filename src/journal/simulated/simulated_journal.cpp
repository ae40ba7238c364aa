#include "journal/simulated/simulated_journal.h"

#include <algorithm>
#include <utility>

namespace firstcome::journal {
namespace {

/// The only owner of the memory of one Fetch's views, so AddressSanitizer detects a view that is used too
/// long.
struct FetchMemory {
  std::vector<SimulatedRecord> records;
  std::vector<std::vector<Header>> headers;
};

RawRecord view_of(const SimulatedRecord& record, std::vector<Header>& headers) {
  for (const auto& [key, value] : record.headers) headers.push_back({key, value});
  RawRecord raw;
  raw.offset = record.offset;
  raw.timestamp = record.timestamp;
  raw.log_append_time = record.log_append_time;
  if (record.key) raw.key = *record.key;
  if (record.value) raw.value = *record.value;
  raw.headers = headers;
  return raw;
}

}  // namespace

class SimulatedFollower : public Follower {
 public:
  SimulatedFollower(SimulatedJournal& journal, Partition partition, Offset from)
      : journal_(journal), partition_(partition), position_(from), generation_(journal.generation()) {}

  Result<Fetch> poll(milliseconds) override {
    if (journal_.chance(journal_.faults_.poll_fails)) {
      interrupted_ = true;
      return Error::retryable("simulated: the journal does not respond");
    }
    const auto& log = journal_.logs_[static_cast<std::size_t>(partition_)];
    if (position_ < log.start || position_ > log.end) {
      return Error::permanent("simulated: the position is outside the log");
    }
    if (std::exchange(generation_, journal_.generation()) != journal_.generation()) interrupted_ = true;
    if (journal_.chance(journal_.faults_.interrupted)) interrupted_ = true;
    auto from = std::lower_bound(log.records.begin(), log.records.end(), position_,
                                 [](const SimulatedRecord& r, Offset offset) { return r.offset < offset; });
    auto to = log.records.end();
    if (from != to && journal_.chance(journal_.faults_.small_fetch)) {
      to = from + 1 + static_cast<std::ptrdiff_t>(journal_.chance_() % static_cast<std::uint64_t>(to - from));
    }
    Fetch fetch = copy(from, to);
    const bool all = to == log.records.end();
    // Not every poll skips the missing offsets after the last record.
    const bool sees_hole = all && !journal_.chance(journal_.faults_.end_hidden);
    if (sees_hole) position_ = log.end;
    fetch.position = position_;
    fetch.interrupted = std::exchange(interrupted_, false);
    fetch.at_end = sees_hole && !journal_.chance(journal_.faults_.end_hidden);
    return fetch;
  }

 private:
  using Iterator = std::vector<SimulatedRecord>::const_iterator;

  Fetch copy(Iterator from, Iterator to) {
    auto memory = std::make_shared<FetchMemory>();
    memory->records.assign(from, to);
    memory->headers.resize(memory->records.size());
    Fetch fetch;
    for (std::size_t i = 0; i < memory->records.size(); ++i) {
      fetch.records.push_back(view_of(memory->records[i], memory->headers[i]));
    }
    if (!fetch.records.empty()) position_ = fetch.records.back().offset + 1;
    fetch.memory = std::move(memory);
    return fetch;
  }

  SimulatedJournal& journal_;
  Partition partition_;
  Offset position_;
  int generation_;
  bool interrupted_ = true;  // the first poll does not know what happened before
};

SimulatedJournal::SimulatedJournal(std::int32_t partitions, Timestamp begin, std::mt19937_64& chance,
                                   SimulatedJournalFaults faults)
    : logs_(static_cast<std::size_t>(partitions)), chance_(chance), faults_(faults), now_(begin) {}

SimulatedJournal::~SimulatedJournal() = default;

Result<Bounds> SimulatedJournal::bounds(Partition partition) {
  if (chance(faults_.bounds_fail)) return Error::retryable("simulated: the journal does not respond");
  return Bounds{logs_.at(static_cast<std::size_t>(partition)).start, next_offset(partition)};
}

Result<std::unique_ptr<Follower>> SimulatedJournal::follow(Partition partition, Offset from) {
  if (partition < 0 || partition >= partitions()) {
    return Error::permanent("simulated: no partition {}", partition);
  }
  if (from < logs_[static_cast<std::size_t>(partition)].start || from > next_offset(partition)) {
    return Error::permanent("simulated: offset {} is outside the log", from);
  }
  return std::unique_ptr<Follower>(std::make_unique<SimulatedFollower>(*this, partition, from));
}

const std::vector<SimulatedRecord>& SimulatedJournal::records(Partition partition) const {
  return logs_.at(static_cast<std::size_t>(partition)).records;
}

Offset SimulatedJournal::next_offset(Partition partition) const {
  return logs_.at(static_cast<std::size_t>(partition)).end;
}

void SimulatedJournal::run_until(Timestamp now) {
  while (!events_.empty() && events_.top().at <= now) {
    Event event = events_.top();
    events_.pop();
    now_ = std::max(now_, event.at);
    execute(event);
  }
  now_ = std::max(now_, now);
}

std::optional<Timestamp> SimulatedJournal::next_event() const {
  if (events_.empty()) return std::nullopt;
  return events_.top().at;
}

void SimulatedJournal::schedule(Event event) {
  if (event.at <= now_) return execute(event);
  event.number = events_scheduled_++;
  events_.push(std::move(event));
}

void SimulatedJournal::execute(Event& event) { event.places ? place_and_report(event) : acknowledge(event); }

Offset SimulatedJournal::place(Destination destination, Partition partition, SimulatedRecord record) {
  record.visible_at = now_;
  record.timestamp = now_;
  if (destination == Destination::DeadLetters) {
    record.offset = static_cast<Offset>(dead_letters_.size());
    dead_letters_.push_back(std::move(record));
    return dead_letters_.back().offset;
  }
  Log& log = logs_.at(static_cast<std::size_t>(partition));
  if (chance(faults_.hole)) add_hole(partition);
  if (chance(faults_.clock_backwards)) {
    ++seen_.backwards;
    record.timestamp -= delay(milliseconds{3'000});
  }
  if (chance(faults_.sender_stamped)) {
    ++seen_.sender_stamped;
    record.log_append_time = false;
    record.timestamp += delay(milliseconds{60'000});
  }
  record.offset = log.end++;
  log.records.push_back(std::move(record));
  const Offset offset = log.records.back().offset;
  if (chance(faults_.hole)) {
    ++seen_.holes_at_end;
    add_hole(partition);
  }
  return offset;
}

Offset SimulatedJournal::append_foreign(Partition partition, SimulatedRecord record) {
  record.foreign = true;
  return place(Destination::Requests, partition, std::move(record));
}

void SimulatedJournal::add_hole(Partition partition) {
  ++seen_.holes;
  logs_.at(static_cast<std::size_t>(partition)).end += 1 + static_cast<Offset>(chance_() % 3);
}

void SimulatedJournal::recreate() {
  ++generation_;
  for (Log& log : logs_) log = {};
}

void SimulatedJournal::remove_before(Partition partition, Offset start) {
  Log& log = logs_.at(static_cast<std::size_t>(partition));
  CHECK(start <= log.end);
  log.start = std::max(log.start, start);
  std::erase_if(log.records, [&](const SimulatedRecord& record) { return record.offset < log.start; });
}

}  // namespace firstcome::journal
