#include "replica/replica.h"

#include <algorithm>

#include "domain/home.h"
#include "domain/rules.h"
#include "journal/same_log.h"
#include "replica/relay.h"

namespace firstcome::replica {
namespace {

/// Values that wait in memory to be relayed; above this, reading stops.
constexpr std::size_t kMostRelayBytes = std::size_t{256} << 20;
/// Coupons in memory, mostly imported ones, which need more memory than their records; above this, reading
/// stops.
constexpr std::size_t kMostHeldCoupons = 5'000'000;
/// A chunk is closed at this number of coupons. Without imports no poll reaches it.
constexpr std::size_t kMostChunkCoupons = 50'000;
/// Ends of the journal that are remembered until they are reached.
constexpr std::size_t kMostRequestedEnds = 16;

}  // namespace

Replica::Replica(Partition self, std::int32_t partitions, PolicySnapshots& snapshots, DecidedLog& log,
                 const AnswerRoutes& routes, journal::RecordTrust trust, Settings settings)
    : self_(self),
      partitions_(partitions),
      snapshots_(snapshots),
      log_(log),
      routes_(routes),
      settings_(settings),
      decider_(self, partitions),
      publisher_(self, decider_, snapshots, settings_.incarnations),
      identity_(self, snapshots),
      decoder_(std::move(trust), self) {}

// --- loading ------------------------------------------------------------------------------------------

void Replica::before_reload(PriorAnswers prior) {
  if (prior == PriorAnswers::Discard) {
    answered_.reset();
  } else if (started_ && !answered_) {  // if set, it is not reached again since an earlier reload
    answered_ = AnsweredState{next_, decider_.hash()};
  }
}

void Replica::reset() {
  started_ = false;
  status().set_caught_up(false);
  status().fresh_as_of_ms = INT64_MIN;
  decider_ = decide::Decider(self_, partitions_);
  publisher_.reset();
  loaded_ = {};
  expects_identity_record_ = false;
  caught_up_ = false;
  open_.reset();
  coupons_.clear();
  requested_ends_.clear();
}

void Replica::load(const store::Position& position) {
  loaded_ = position;
  position_ = next_ = position.next_offset;
  decider_.load(position.state);
  publisher_.set_era(position.era);
  // Before any partition is followed: one without decisions is compared by the marks of the others.
  status().set_marks(last_record(position));
}

void Replica::load(const Policy& policy) {
  decider_.load(policy);
  for (const PolicyId over : decider_.take_over()) {
    decider_.forget(over);
    snapshots_.retire(over);
  }
}
void Replica::load(const store::CouponRow& row) {
  decider_.load(row.coupon);
  publisher_.load(row);
}
void Replica::load(const CouponLife& life) { decider_.load(life); }
void Replica::load(const ListedUser& listed) { decider_.load(listed); }
void Replica::load(const ImportedCode& code) { decider_.load(code); }

Result<Offset> Replica::start(const journal::Bounds& bounds) {
  if (decider_.rules() > newest_rules()) {
    return Error::permanent(
        "Partition {}: the store was saved by rules {}, this version knows rules up to {}. Start a newer version of "
        "firstcome.",
        self_, decider_.rules(), newest_rules());
  }
  if (!decider_.loaded_well()) {
    Error error = Error::permanent(
        "Partition {}: the rows of the store do not add up to the hash saved with them: something else has "
        "changed them. The partition is halted. Run: firstcome audit. It names the rows. Then undo the "
        "change, restore the store from a backup, or rebuild an embedded store from the journal: firstcome "
        "store rebuild.",
        self_);
    status().contradict(error.message);
    return error;
  }
  if (position_ > bounds.end) {
    return identity_.another_journal(position_, fmt::format("the journal ends at {}.", bounds.end));
  }
  if (answered_ && next_ >= answered_->offset) {
    const AnsweredState answered = *std::exchange(answered_, std::nullopt);
    if (next_ == answered.offset && decider_.hash() != answered.hash) return another_state(next_);
  }
  if (position_ < bounds.start) return journal::records_were_removed(self_, position_, bounds.start);
  started_ = true;
  log_.reset(loaded_);
  publisher_.publish_all(next_);
  publish_status();
  if (!loaded_.has_checksum) return position_;
  if (position_ == bounds.start) {
    warning_ = fmt::format(
        "Partition {}: retention has removed the record before position {}, so this node cannot verify that "
        "the journal is the same one. Check that the topic was not recreated or replaced.",
        self_, position_);
    return position_;
  }
  expects_identity_record_ = true;
  return position_ - 1;
}

Error Replica::another_state(Offset at) {
  Error error = Error::permanent(
      "Partition {}, offset {}: loaded again from the store, this node decides differently than it answered "
      "its callers before. The store or this node was wrong, because of damage or a bug. Run: firstcome "
      "audit. It shows whether the store is right. Then follow the runbook (FirstcomePartitionHalted).",
      self_, at);
  status().contradict(error.message);
  return error;
}

Status Replica::compare_log(journal::JournalReader& journal) {
  ASSIGN_OR_RETURN(std::string warning, identity_.compare(journal, next_));
  if (!warning.empty()) warning_ = std::move(warning);
  return Done{};
}

// --- deciding -----------------------------------------------------------------------------------------

Status Replica::apply(const journal::Fetch& fetch, Now now) {
  std::span<const journal::RawRecord> left = fetch.records;
  if (expects_identity_record_ && !left.empty()) {
    expects_identity_record_ = false;
    RETURN_IF_ERROR(identity_.check_first(left.front(), loaded_));
    left = left.subspan(1);
  }
  if (expects_identity_record_ && fetch.at_end) {
    return identity_.another_journal(position_, "the journal has no record before it.");
  }
  while (!left.empty() && left.front().offset < next_) left = left.subspan(1);  // of an earlier assignment
  const journal::RawRecord* last = nullptr;
  while (!left.empty()) {
    const std::span<const Record> records = decode(left);
    decider_.expect(records);
    for (const Record& record : records) {
      const journal::RawRecord& raw = left.front();
      if (Status decided = decide(raw, record); !decided.ok()) {
        if (last != nullptr) close_chunk(*last, now);
        return decided;
      }
      last = &raw;
      left = left.subspan(1);
      // A poll of import records can have more coupons than one batch should save.
      if (decider_.rows_to_take() >= kMostChunkCoupons) close_chunk(*std::exchange(last, nullptr), now);
    }
  }
  position_ = std::max(position_, fetch.position);
  if (last != nullptr) close_chunk(*last, now);
  status().position = position_;
  // The tail drops a chunk some seconds after it was seen saved, so no lost commit can take that back.
  publisher_.retire_over(log_.begin());
  if (fetch.at_end && !caught_up_) {
    caught_up_ = true;
    status().set_caught_up(true);
  }
  refresh_freshness();
  return Done{};
}

/// Decodes the first records of `raw`, up to a rules change, which may change how the next records are
/// decoded.
std::span<const Record> Replica::decode(std::span<const journal::RawRecord> raw) {
  std::size_t count = 0;
  while (count < std::min(raw.size(), ahead_.size())) {
    decoder_.decode(raw[count], decider_.rules(), ahead_[count]);
    if (std::holds_alternative<RulesChange>(ahead_[count++].content)) break;
  }
  return {ahead_.data(), count};
}

Status Replica::decide(const journal::RawRecord& raw, const Record& record) {
  if (!open_) {
    open_ = std::make_unique<Chunk>();
    open_->first = next_;
    open_->hash_before = decider_.hash();
  }
  const std::uint64_t hash_before = decider_.hash();
  Decision decision;
  try {
    decision = decider_.apply(record);
  } catch (const decide::UnsupportedRules& beyond) {
    if (open_->codes.empty()) open_.reset();
    return Error::permanent(
        "Partition {}, offset {}: the journal goes on by rules {}, this version knows rules up to {}. Start "
        "a newer version of firstcome. If the record was appended by mistake and no node has followed it, "
        "run firstcome store skip-rules --partition {} --offset {} and restart the nodes.",
        self_, raw.offset, beyond.version, newest_rules(), self_, raw.offset);
  }
  if (answered_ && raw.offset + 1 >= answered_->offset) {
    const AnsweredState answered = *std::exchange(answered_, std::nullopt);
    if (raw.offset + 1 != answered.offset || decider_.hash() != answered.hash) {
      if (open_->codes.empty()) open_.reset();
      return another_state(raw.offset + 1);
    }
  }
  fill_hole(raw.offset, hash_before);
  open_->codes.push_back(static_cast<std::uint8_t>(decision.code));
  open_->hashes.push_back(decider_.hash());
  next_ = raw.offset + 1;
  decided_[static_cast<std::size_t>(decision.code)].add();
  note_relay(raw, record, decision.code);
  publisher_.note_refusal(record, decision);
  note_coupon(record, decision);
  if (record.trace) note_trace(record, decision.code);
  collect_answer(record, decision);
  return Done{};
}

void Replica::fill_hole(Offset until, std::uint64_t hash) {
  const auto hole = static_cast<std::size_t>(until - next_);
  if (hole == 0) return;
  open_->codes.insert(open_->codes.end(), hole, static_cast<std::uint8_t>(Code::None));
  open_->hashes.insert(open_->hashes.end(), hole, hash);
  next_ = until;
}

void Replica::note_relay(const journal::RawRecord& raw, const Record& record, Code code) {
  if (!settings_.keeps_relays) return;
  if (code == Code::Forwarded) {
    open_->relays.push_back(relay_home(raw, record, home(policy_of(record), partitions_)));
  } else if (code == Code::Invalid) {
    const auto* undecodable = std::get_if<Undecodable>(&record.content);
    open_->relays.push_back(relay_to_dead_letters(
        raw, undecodable ? undecodable->reason
                         : "The record was relayed here, but this partition is not its home."));
  }
}

/// Imported coupons are not noted, because an import can have millions. They are when their owners ask.
void Replica::note_coupon(const Record& record, const Decision& decision) {
  if (decision.code != Code::Success && decision.code != Code::AlreadyIssued) return;
  const auto& request = std::get<IssueRequest>(record.content);
  coupons_.push_back({.policy = request.policy,
                      .user = request.user,
                      .sequence = decision.sequence,
                      .ordinal = decision.ordinal,
                      .issued_at = decision.issued_at,
                      .as_of = next_,
                      .load = status().loads});
}

/// Only of records that leave rows behind: a burst has many more refusals.
void Replica::note_trace(const Record& record, Code code) {
  if (!settings_.publishes_events && !settings_.exports_spans) return;
  if (code != Code::Success && code != Code::Accepted) return;
  const auto* command = std::get_if<CouponCommand>(&record.content);
  const bool is_hold = command != nullptr && (command->kind == CouponCommand::Kind::Reserve ||
                                              command->kind == CouponCommand::Kind::Release);
  open_->traces.push_back({.policy = policy_of(record),
                           .offset = record.offset,
                           .trace = record.trace,
                           .has_event = settings_.publishes_events && !is_hold});
}

void Replica::collect_answer(const Record& record, const Decision& decision) {
  // A misrouted record is answered by its home, and a duplicate was answered before. A relayed record that is
  // not at its home (INVALID) is a copy that no node of this installation has made.
  if (decision.code == Code::Forwarded || decision.code == Code::Duplicate || decision.code == Code::Invalid)
    return;
  Answer answer{.partition = self_, .offset = record.offset, .decision = decision};
  if (const auto* request = std::get_if<IssueRequest>(&record.content)) {
    answer.sequence_number = request->sequence_number;
    answer.policy = request->policy;
    answer.user = request->user;
  } else if (const auto* command = std::get_if<PolicyCommand>(&record.content)) {
    answer.sequence_number = command->sequence_number;
    answer.policy = command->policy;
  } else if (const auto* coupon_command = std::get_if<CouponCommand>(&record.content)) {
    answer.sequence_number = coupon_command->sequence_number;
    answer.policy = coupon_command->policy;
  } else {
    return;
  }
  AnswerSink* sink = routes_.find(sender_of(answer.sequence_number));
  if (sink == nullptr) return;
  const Policy* policy = decider_.find(answer.policy);
  if (decision.code == Code::NotStarted) answer.issue_starts_at = policy->issue_starts_at;
  if (std::holds_alternative<PolicyCommand>(record.content) && policy != nullptr) {
    answer.policy_after = std::make_shared<const Policy>(*policy);
  }
  if (std::holds_alternative<CouponCommand>(record.content) && decision.sequence != 0) {
    answer.coupon_after = coupon_now(*policy, decision.sequence);
  }
  answers_[sink].push_back(std::move(answer));
}

std::shared_ptr<const CouponAsOf> Replica::coupon_now(const Policy& policy, std::int64_t sequence) const {
  return std::make_shared<const CouponAsOf>(coupon_as_of(policy, *decider_.find_coupon(policy.id, sequence),
                                                         decider_.life_of(policy.id, sequence),
                                                         decider_.clock()));
}

// --- publishing ---------------------------------------------------------------------------------------

/// Ends the open chunk with the record `last`. The order matters: the log has the decisions before a policy snapshot,
/// the cache or an answer shows them, so a coupon is listed from the moment its caller gets SUCCESS. The snapshot of a policy
/// has the history of a coupon, which is part of its code, before the cache or an answer shows the coupon.
void Replica::close_chunk(const journal::RawRecord& last, Now now) {
  decide::Changes changes = decider_.take_changes();
  open_->coupons = std::move(changes.coupons);
  for (const PolicyChange& change : changes.policy_changes) {
    open_->changes.push_back({change.policy, change.revision, change.offset, change.at,
                              journal::encode(change.command), change.command.who});
  }
  open_->coupon_changes = std::move(changes.coupon_changes);
  open_->policies = std::move(changes.policies);
  open_->lives = std::move(changes.lives);
  open_->listed = std::move(changes.listed);
  open_->imported_codes = std::move(changes.imported_codes);
  open_->state = std::move(changes.state);
  open_->checksum = journal::checksum(last);
  open_->closed_at = now.steady;
  status().set_newest({self_, last.offset, open_->checksum});
  const std::shared_ptr<const Chunk> closed = std::move(open_);
  log_.append(closed);
  publisher_.publish_chunk(*closed);
  snapshots_.coupons().put(coupons_);
  coupons_.clear();
  publish_status();
  deliver_answers(now.steady);
}

void Replica::publish_status() {
  status().unsaved = log_.unsaved();
  status().highest_policy = decider_.highest_policy().value;
  status().clock_ms = to_millis(decider_.clock());
  status().decided = next_;  // last, so that a reader of this also sees the values above
}

void Replica::deliver_answers(Instant read_at) {
  for (auto& [sink, answers] : answers_) {
    if (answers.empty()) continue;
    for (Answer& answer : answers) answer.read_at = read_at;
    sink->answered(answers);
    answers.clear();
  }
}

void Replica::on_end(Instant asked_at, Offset end) {
  if (requested_ends_.size() < kMostRequestedEnds) requested_ends_.push_back({asked_at, end});
  refresh_freshness();
}

void Replica::refresh_freshness() {
  while (!requested_ends_.empty() && requested_ends_.front().end <= position_ && caught_up_) {
    const auto asked_at = requested_ends_.front().asked_at.time_since_epoch();
    status().raise_freshness(std::chrono::duration_cast<milliseconds>(asked_at).count());
    requested_ends_.pop_front();
  }
}

bool Replica::wants_records() const {
  return log_.unsaved() < 2 * settings_.max_unsaved && log_.relay_bytes() < kMostRelayBytes &&
         log_.coupons() < kMostHeldCoupons;
}

}  // namespace firstcome::replica
