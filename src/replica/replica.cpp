#include "replica/replica.h"

#include <fmt/core.h>

#include <algorithm>

#include "decide/evaluate.h"
#include "domain/check.h"
#include "domain/home.h"
#include "journal/same_log.h"
#include "replica/relay.h"

namespace firstcome::replica {
namespace {

/// Undecodable values wait in memory for the issuer to copy them; past this, reading stops.
constexpr std::size_t kMostRelayBytes = std::size_t{256} << 20;
/// Ends asked for and not reached yet that are remembered.
constexpr std::size_t kMostAskedEnds = 16;

/// Coupons of one chunk, about; more than any poll without imports brings.
constexpr std::size_t kMostSealedCoupons = 50'000;
/// Coupons in memory, imported ones mostly, which weigh more than their records; past this, reading stops.
constexpr std::size_t kMostHeldCoupons = 5'000'000;

}  // namespace

std::optional<journal::RecordMark> last_record(const store::Position& position) {
  if (!position.has_checksum) return std::nullopt;
  return journal::RecordMark{position.partition, position.next_offset - 1, position.checksum};
}

Replica::Replica(Partition self, std::int32_t partitions, PolicySnapshots& snapshots, DecidedLog& log,
                 const AnswerRoutes& routes, journal::RecordTrust trust, Settings settings)
    : self_(self),
      partitions_(partitions),
      snapshots_(snapshots),
      log_(log),
      routes_(routes),
      settings_(settings),
      decider_(self, partitions),
      decoder_(std::move(trust), self) {}

// --- loading ------------------------------------------------------------------------------------------

void Replica::before_reload(Promises promises) {
  if (promises == Promises::Drop) {
    promised_.reset();
  } else if (started_ && !promised_) {  // else it has not got there again since an earlier reload
    promised_ = Promised{next_, decider_.hash()};
  }
}

void Replica::reset() {
  started_ = false;
  snapshots_.partition(self_).set_caught_up(false);
  snapshots_.partition(self_).fresh_as_of_ms = INT64_MIN;
  decider_ = decide::Decider(self_, partitions_);
  loaded_ = {};
  expects_identity_record_ = false;
  caught_up_ = false;
  open_.reset();
  asked_ends_.clear();
  published_refusing_.clear();
  closed_.clear();
  begun_to_refuse_.clear();
}

void Replica::load(const store::Position& position) {
  loaded_ = position;
  position_ = next_ = position.next_offset;
  decider_.load(position.state);
  // Before any partition is followed, since one that has decided nothing is compared by the others' records.
  snapshots_.partition(self_).set_marks(last_record(position));
}

void Replica::load(const Policy& policy) {
  decider_.load(policy);
  if (policy.state != PolicyState::Closed) return;
  decider_.forget_closed(policy.id);
  snapshots_.retire(policy.id);
}
void Replica::load(const Coupon& coupon) { decider_.load(coupon); }

Result<Offset> Replica::start(const journal::Bounds& bounds) {
  if (!decider_.loaded_well()) {
    Error error{
        Error::Kind::Permanent,
        fmt::format("Partition {}: the rows of the store do not add up to the hash saved with them; somebody "
                    "else has written them. The partition is halted. Run: firstcome audit. It names the "
                    "rows. Then undo the change, restore the store from a backup, or, for an embedded store, "
                    "have it made again from the journal: firstcome store rebuild.",
                    self_)};
    snapshots_.partition(self_).contradict(error.message);
    return error;
  }
  if (position_ > bounds.end) {
    return another_log(fmt::format("the journal ends at {}.", bounds.end));
  }
  if (promised_ && next_ >= promised_->offset) {
    const Promised promised = *promised_;
    promised_.reset();
    if (next_ == promised.offset && decider_.hash() != promised.hash) return another_state(next_);
  }
  if (position_ < bounds.start) {
    return journal::records_were_removed(self_, position_, bounds.start);
  }
  started_ = true;
  log_.reset(loaded_);
  for (const PolicyId policy : decider_.policies()) publish(*decider_.find(policy));
  publish_status();
  if (!loaded_.has_checksum) return position_;
  if (position_ == bounds.start) {
    warning_ = fmt::format(
        "Partition {}: retention has removed the record before position {}; that this is the same journal "
        "could not be checked.",
        self_, position_);
    return position_;
  }
  expects_identity_record_ = true;
  return position_ - 1;
}

Error Replica::another_log(const std::string& what) {
  Error error{Error::Kind::Permanent,
              fmt::format("Partition {}, position {}: {} This is not the journal that the store has followed "
                          "(recreated, truncated, mirrored, or one side restored from a backup). Nothing was "
                          "changed. Put back the journal and the store that belong together.",
                          self_, position_, what)};
  snapshots_.partition(self_).contradict(error.message);
  return error;
}

Error Replica::another_state(Offset at) {
  Error error{Error::Kind::Permanent,
              fmt::format("Partition {}, offset {}: loaded again from the store, this node decides "
                          "differently than it answered its callers before. Either the store or this node "
                          "was wrong, because of damage or a bug. Run: firstcome audit. It shows if the "
                          "store is right; the runbook (FirstcomePartitionHalted) says how to go on.",
                          self_, at)};
  snapshots_.partition(self_).contradict(error.message);
  return error;
}

Status Replica::check_identity(const journal::RawRecord& record) {
  expects_identity_record_ = false;
  if (record.offset != position_ - 1) {
    return another_log("there is no record before it.");
  }
  if (journal::checksum(record) != loaded_.checksum) {
    return another_log("the record before it is another one than was saved.");
  }
  return Done{};
}

Status Replica::compare_log(journal::JournalReader& journal) {
  using journal::SameLog;
  const PartitionStatus::Marks mine = snapshots_.partition(self_).marks();
  auto by_anchor = Result<SameLog>(SameLog::Unknown);
  const bool once = mine.newest && mine.anchor->offset == mine.newest->offset;
  if (mine.anchor) by_anchor = compare_by(journal, *mine.anchor, once ? next_ : mine.anchor->offset + 1);
  if (!by_anchor.ok()) return by_anchor.error();
  if (*by_anchor != SameLog::Yes || !mine.certain) {
    if (const Status others = compare_by_others(journal); !others.ok()) return others;
  }
  if (!mine.newest) return Done{};
  // The anchor does not show an end that was cut off and filled again.
  const auto by_newest = once ? by_anchor : compare_by(journal, *mine.newest, next_);
  if (!by_newest.ok()) return by_newest.error();
  if (*by_newest == SameLog::Removed) return removed_beyond(journal);
  const bool found = *by_newest == SameLog::Yes;
  if (!found || *by_anchor != SameLog::Yes) {
    warning_ = fmt::format(
        "Partition {}: retention has removed the record at offset {}, so that this is the same journal could "
        "not be checked by it.",
        self_, (found ? mine.anchor : mine.newest)->offset);
  }
  if (found) snapshots_.partition(self_).set_anchor(*mine.newest);
  return Done{};
}

/// A contradiction takes the partition out of service.
Result<journal::SameLog> Replica::compare_by(journal::JournalReader& journal, const journal::RecordMark& mark,
                                             Offset position) {
  auto same = journal::compare_log(journal, mark, position);
  if (!same.ok() && !same.error().is_retryable()) {
    snapshots_.partition(self_).contradict(same.error().message);
  }
  return same;
}

/// A topic is made again as a whole. One record that is found is enough.
Status Replica::compare_by_others(journal::JournalReader& journal) {
  for (Partition other = 0; other < snapshots_.partitions(); ++other) {
    const auto anchor = snapshots_.partition(other).marks().anchor;
    if (other == self_ || !anchor) continue;
    const auto same = compare_by(journal, *anchor, anchor->offset + 1);
    if (!same.ok()) return same.error();
    if (*same == journal::SameLog::Yes) return Done{};
  }
  return Done{};
}

Error Replica::removed_beyond(journal::JournalReader& journal) const {
  const auto bounds = journal.bounds(self_);
  return bounds.ok() ? journal::records_were_removed(self_, next_, bounds->start) : bounds.error();
}

// --- deciding -----------------------------------------------------------------------------------------

Status Replica::apply(const journal::Fetch& fetch, Now now) {
  std::span<const journal::RawRecord> left = fetch.records;
  if (expects_identity_record_ && !left.empty()) {
    if (Status same = check_identity(left.front()); !same.ok()) return same;
    left = left.subspan(1);
  }
  if (expects_identity_record_ && fetch.at_end) {
    return another_log("there is no record before it.");
  }
  while (!left.empty() && left.front().offset < next_) left = left.subspan(1);  // of an earlier assignment
  const journal::RawRecord* last = nullptr;
  while (!left.empty()) {
    const std::span<const Record> records = decode(left);
    decider_.expect(records);
    for (const Record& record : records) {
      const journal::RawRecord& raw = left.front();
      if (Status decided = decide(raw, record); !decided.ok()) {
        if (last != nullptr) seal(*last, now);
        return decided;
      }
      last = &raw;
      left = left.subspan(1);
      // Imports: a poll of them is too much for a batch.
      if (decider_.coupons_to_take() >= kMostSealedCoupons) seal(*std::exchange(last, nullptr), now);
    }
  }
  position_ = std::max(position_, fetch.position);
  if (last != nullptr) seal(*last, now);
  snapshots_.partition(self_).position = position_;
  retire_closed();
  if (fetch.at_end && !caught_up_) {
    caught_up_ = true;
    snapshots_.partition(self_).set_caught_up(true);
  }
  refresh_freshness();
  return Done{};
}

/// The first of `raw`. No record behind a change of the rules: it may read differently by the new ones.
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
    return Error{Error::Kind::Permanent,
                 fmt::format("Partition {}, offset {}: the journal goes on by rules {}, this version knows "
                             "rules up to {}. Start a newer version of firstcome. If the record was appended "
                             "by mistake and no node has followed it, have every node skip it, and start the "
                             "nodes again: firstcome store skip-rules --partition {} --offset {}",
                             self_, raw.offset, beyond.version, kNewestRules, self_, raw.offset)};
  }
  if (promised_ && raw.offset + 1 >= promised_->offset) {
    const Promised promised = *std::exchange(promised_, std::nullopt);
    if (raw.offset + 1 != promised.offset || decider_.hash() != promised.hash) {
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
  note_refusal(record, decision);
  route_answer(record, decision);
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
    const auto* request = std::get_if<IssueRequest>(&record.content);
    const PolicyId policy = request ? request->policy : std::get<PolicyCommand>(record.content).policy;
    open_->relays.push_back(relay_home(raw, record, home(policy, partitions_)));
  } else if (code == Code::Invalid) {
    const auto* undecodable = std::get_if<Undecodable>(&record.content);
    open_->relays.push_back(relay_to_dead_letters(
        raw, undecodable ? undecodable->reason : "The record was forwarded here and is not at home."));
  }
}

/// A policy begins to refuse by the clock alone, too; its view is published once it is seen to.
void Replica::note_refusal(const Record& record, const Decision& decision) {
  switch (decision.code) {
    case Code::SoldOut:
    case Code::NotStarted:
    case Code::Ended:
    case Code::Paused: break;
    default: return;
  }
  const PolicyId policy = std::get<IssueRequest>(record.content).policy;
  if (decider_.find(policy)->state == PolicyState::Importing) return;  // see publish()
  bool& refusing = published_refusing_[policy];
  if (refusing) return;
  refusing = true;
  begun_to_refuse_.push_back(policy);
}

void Replica::route_answer(const Record& record, const Decision& decision) {
  // A forwarded record is answered where it belongs, its duplicates were answered before, and a forwarded one
  // that stands somewhere else once more (INVALID) is a stranger's copy.
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
  } else {
    return;
  }
  AnswerSink* sink = routes_.find(sender_of(answer.sequence_number));
  if (sink == nullptr) return;
  const Policy* policy = decider_.find(answer.policy);
  if (decision.code == Code::NotStarted) answer.issue_starts_at = policy->issue_starts_at;
  if (!answer.user.valid() && policy != nullptr) {
    answer.policy_after = std::make_shared<const Policy>(*policy);
  }
  answers_[sink].push_back(std::move(answer));
}

// --- letting others see -------------------------------------------------------------------------------

/// Ends the open chunk behind `last`. In this order: the log holds the decisions before a view or an answer
/// tells anybody of them, so who was told SUCCESS is listed from then on.
void Replica::seal(const journal::RawRecord& last, Now now) {
  decide::Changes changes = decider_.take_changes();
  open_->coupons = std::move(changes.coupons);
  for (const PolicyChange& change : changes.policy_changes) {
    open_->changes.push_back({change.policy, change.revision, change.offset, change.at,
                              journal::encode(change.command), change.command.who});
  }
  open_->policies = std::move(changes.policies);
  open_->state = std::move(changes.state);
  open_->checksum = journal::checksum(last);
  open_->sealed_at = now.steady;
  snapshots_.partition(self_).set_newest({self_, last.offset, open_->checksum});
  const std::shared_ptr<const Chunk> sealed = std::move(open_);
  log_.append(sealed);
  for (const Policy& policy : sealed->policies) {
    publish(policy);
    if (policy.state != PolicyState::Closed) continue;
    decider_.forget_closed(policy.id);
    published_refusing_.erase(policy.id);
    closed_.emplace_back(next_, policy.id);
  }
  for (const PolicyId policy : begun_to_refuse_) {
    // A view that was published just now carries the owners already.
    const bool published =
        std::ranges::any_of(sealed->policies, [&](const Policy& p) { return p.id == policy; });
    if (!published) publish(*decider_.find(policy));
  }
  begun_to_refuse_.clear();
  publish_status();
  deliver_answers();
}

void Replica::publish(const Policy& policy) {
  auto view = std::make_shared<PolicySnapshot>();
  view->policy = policy;
  view->clock = decider_.clock();
  view->as_of = next_;
  // Handing the owners over at every chunk of an import would copy their index each time; until it ends the
  // journal is asked.
  const bool refuses = policy.state != PolicyState::Importing &&
                       decide::evaluate_issue(policy, decider_.clock()) != Code::Success;
  if (refuses) {
    view->knows_owners = true;
    if (policy.state != PolicyState::Closed) view->owners = decider_.freeze_owners(policy.id);
  }
  published_refusing_[policy.id] = refuses;
  snapshots_.publish(std::move(view));
}

/// What the tail has let go of was seen saved, and some seconds ago: no lost commit takes it back.
void Replica::retire_closed() {
  if (closed_.empty()) return;
  const Offset saved_for_sure = log_.begin();
  while (!closed_.empty() && closed_.front().first <= saved_for_sure) {
    snapshots_.retire(closed_.front().second);
    closed_.pop_front();
  }
}

void Replica::publish_status() {
  PartitionStatus& status = snapshots_.partition(self_);
  status.unsaved = log_.unsaved();
  status.highest_policy = decider_.highest_policy().value;
  status.clock_ms = to_millis(decider_.clock());
  status.decided = next_;  // last: who reads this sees at least everything above
}

void Replica::deliver_answers() {
  for (auto& [sink, answers] : answers_) {
    if (answers.empty()) continue;
    sink->answered(answers);
    answers.clear();
  }
}

void Replica::on_end(Instant asked_at, Offset end) {
  if (asked_ends_.size() < kMostAskedEnds) asked_ends_.push_back({asked_at, end});
  refresh_freshness();
}

void Replica::refresh_freshness() {
  while (!asked_ends_.empty() && asked_ends_.front().end <= position_ && caught_up_) {
    const auto asked_at = asked_ends_.front().asked_at.time_since_epoch();
    snapshots_.partition(self_).raise_freshness(std::chrono::duration_cast<milliseconds>(asked_at).count());
    asked_ends_.pop_front();
  }
}

bool Replica::wants_records() const {
  return log_.unsaved() < 2 * settings_.max_unsaved && log_.relay_bytes() < kMostRelayBytes &&
         log_.coupons() < kMostHeldCoupons;
}

}  // namespace firstcome::replica
