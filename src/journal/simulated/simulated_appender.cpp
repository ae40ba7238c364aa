#include <algorithm>
#include <utility>

#include "journal/simulated/simulated_journal.h"

namespace firstcome::journal {
namespace {

SimulatedRecord copy_of(const Append& append) {
  SimulatedRecord record;
  if (append.key) record.key = std::string(*append.key);
  if (append.value) record.value = std::string(*append.value);
  for (const Header& header : append.headers) record.headers.emplace_back(header.key, header.value);
  return record;
}

}  // namespace

/// Both kinds of appender. Records in flight may still be appended after its destructor, but are never
/// acknowledged.
class SimulatedSender : public GaplessAppender {
 public:
  using Sender = SimulatedJournal::Sender;

  SimulatedSender(SimulatedJournal& journal, AcknowledgementSink& sink, bool gapless)
      : journal_(journal), sender_(std::make_shared<Sender>()), gapless_(gapless) {
    sender_->sink = &sink;
  }
  ~SimulatedSender() override { sender_->alive = false; }
  SimulatedSender(const SimulatedSender&) = delete;
  SimulatedSender& operator=(const SimulatedSender&) = delete;

  bool try_append(const Append& append) override {
    return gapless_ ? journal_.take_gapless(append, sender_) : journal_.take(append, sender_);
  }

 private:
  SimulatedJournal& journal_;
  std::shared_ptr<Sender> sender_;
  bool gapless_;
};

std::unique_ptr<Appender> SimulatedJournal::make_appender(AcknowledgementSink& sink) {
  return std::make_unique<SimulatedSender>(*this, sink, false);
}

std::unique_ptr<GaplessAppender> SimulatedJournal::make_gapless_appender(AcknowledgementSink& sink) {
  return std::make_unique<SimulatedSender>(*this, sink, true);
}

bool SimulatedJournal::take(const Append& append, const std::shared_ptr<Sender>& sender) {
  if (chance(faults_.queue_full)) {
    ++seen_.queue_full;
    return false;
  }
  Event event;
  event.at = now_ + delay(faults_.append_most);
  event.sender = sender;
  event.destination = append.destination;
  event.partition = append.partition;
  event.acknowledgement.token = append.token;
  event.record = copy_of(append);
  if (chance(faults_.not_persisted)) {
    ++seen_.not_persisted;
    event.acknowledgement.outcome = AppendOutcome::NotPersisted;
    schedule(std::move(event));
    return true;
  }
  event.places = true;
  if (!chance(faults_.possibly_persisted)) {
    event.report = Report::Once;
    schedule(std::move(event));
    return true;
  }
  // The report is an event of its own; the record is appended before it, after it, or never.
  Event report;
  report.sender = sender;
  report.at = event.at + delay(faults_.acknowledge_most);
  report.acknowledgement = {append.token, AppendOutcome::PossiblyPersisted, std::nullopt};
  const bool arrives = chance(500);
  ++(arrives ? seen_.possibly_in : seen_.possibly_out);
  if (arrives) {
    if (chance(500)) event.at = report.at + delay(faults_.late_most);
    if (event.at > report.at) ++seen_.turned_up_later;
    schedule(std::move(event));
  }
  schedule(std::move(report));
  return true;
}

bool SimulatedJournal::take_gapless(const Append& append, const std::shared_ptr<Sender>& sender) {
  if (chance(faults_.queue_full)) {
    ++seen_.queue_full;
    return false;
  }
  if (!sender->failed && chance(faults_.not_persisted + faults_.possibly_persisted)) {
    ++seen_.gapless_failed;
    sender->failed = true;
    sender->ghosts = static_cast<int>(chance_() % 4);
  }
  Event event;
  event.at = std::max(sender->last_place, now_ + delay(faults_.append_most));
  sender->last_place = event.at;
  event.sender = sender;
  event.gapless = true;
  event.destination = append.destination;
  event.partition = append.partition;
  event.record = copy_of(append);
  event.places = true;
  event.report = Report::Once;
  event.acknowledgement.token = append.token;
  if (!sender->failed) {
    schedule(std::move(event));
    return true;
  }
  Event report;
  report.sender = sender;
  report.at = now_ + delay(faults_.acknowledge_most);
  report.acknowledgement = {append.token, AppendOutcome::PossiblyPersisted, std::nullopt};
  if (sender->ghosts > 0) {
    --sender->ghosts;
    ++seen_.gapless_ghosts;
    event.report = Report::None;
    schedule(std::move(event));
  } else if (chance(500)) {
    report.acknowledgement.outcome = AppendOutcome::NotPersisted;
  }
  schedule(std::move(report));
  return true;
}

void SimulatedJournal::place_and_report(Event& event) {
  if (!event.sender->alive) {
    // Records in flight at the end of their sender: all from some point on are lost (gapless), or single
    // ones.
    if (event.sender->cut_off || chance(300)) {
      event.sender->cut_off = event.gapless;
      ++seen_.dropped_with_sender;
      return;
    }
  }
  append_again(event);
  const Offset offset = place(event.destination, event.partition, std::move(event.record));
  if (event.report == Report::None) return;
  Acknowledgement acknowledgement{event.acknowledgement.token, AppendOutcome::Appended, offset};
  if (chance(faults_.acknowledgement_without_offset)) {
    ++seen_.without_offset;
    acknowledgement.offset.reset();
  }
  if (chance(faults_.acknowledgement_lost)) {
    ++seen_.lost;
    return;
  }
  const bool twice = chance(faults_.acknowledgement_doubled);
  if (twice) ++seen_.doubled;
  report(event, acknowledgement, twice ? Report::Twice : Report::Once);
}

/// As librdkafka does if a timeout begins a new epoch of its producer: the same bytes without a second
/// acknowledgement.
void SimulatedJournal::append_again(const Event& event) {
  if (event.gapless || !chance(faults_.appended_again)) return;
  ++seen_.appended_again;
  Event copy;
  copy.at = now_ + milliseconds{1} + delay(faults_.again_most);
  copy.sender =
      std::make_shared<Sender>();  // its own sender, so it is appended also after the end of the original one
  copy.places = true;
  copy.gapless = true;  // so that there is no third copy
  copy.destination = event.destination;
  copy.partition = event.partition;
  copy.record = event.record;
  schedule(std::move(copy));
}

void SimulatedJournal::report(const Event& cause, Acknowledgement acknowledgement, Report times) {
  for (int i = 0; i < (times == Report::Twice ? 2 : 1); ++i) {
    Event event;
    event.sender = cause.sender;
    event.at = now_ + delay(faults_.acknowledge_most);
    event.acknowledgement = acknowledgement;
    schedule(std::move(event));
  }
}

void SimulatedJournal::acknowledge(const Event& event) {
  if (!event.sender->alive) return;
  event.sender->sink->acknowledged({&event.acknowledgement, 1});
}

}  // namespace firstcome::journal
