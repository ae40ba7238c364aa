#include "check/naive_model.h"

#include <algorithm>
#include <functional>
#include <set>

#include "domain/home.h"

namespace firstcome::check {
namespace {

bool window_is_wrong(std::optional<Timestamp> start, std::optional<Timestamp> end) {
  return start && end && !(*start < *end);
}

/// Sets the fields a create or change names; false when the result may not stand.
bool set_fields(const PolicyCommand& command, Policy& policy) {
  if (command.name) policy.name = *command.name;
  if (command.max_count) policy.max_count = *command.max_count;
  if (command.per_user_limit && *command.per_user_limit != 1) return false;
  if (command.issue_starts_at.named) policy.issue_starts_at = command.issue_starts_at.value;
  if (command.issue_ends_at.named) policy.issue_ends_at = command.issue_ends_at.value;
  if (command.valid_from.named) policy.valid_from = command.valid_from.value;
  if (command.valid_until.named) policy.valid_until = command.valid_until.value;
  if (policy.name.empty() || policy.name.size() > 200) return false;
  if (policy.max_count < 1 || policy.max_count > 1'000'000'000) return false;
  if (policy.max_count < policy.active_count) return false;
  return !window_is_wrong(policy.issue_starts_at, policy.issue_ends_at) &&
         !window_is_wrong(policy.valid_from, policy.valid_until);
}

/// Does what the command says to a copy, whose revision stays; nothing when it is refused.
std::optional<Policy> carried_out(const PolicyCommand& command, Policy policy) {
  using Kind = PolicyCommand::Kind;
  if (command.kind == Kind::Create) {
    if (!command.name || !command.max_count) return std::nullopt;
    if (!set_fields(command, policy)) return std::nullopt;
    if (command.importing) policy.state = PolicyState::Importing;
  } else if (command.kind == Kind::Import) {
    if (command.chunk.total) policy.state = command.chunk.paused ? PolicyState::Paused : PolicyState::Active;
  } else if (policy.state == PolicyState::Importing && command.kind != Kind::Close) {
    return std::nullopt;
  } else if (command.kind == Kind::Change) {
    if (!set_fields(command, policy)) return std::nullopt;
  } else if (command.kind == Kind::Pause) {
    policy.state = PolicyState::Paused;
  } else if (command.kind == Kind::Resume) {
    policy.state = PolicyState::Active;
  } else {
    policy.state = PolicyState::Closed;
  }
  return policy;
}

/// Of a chunk that only brings coupons: the policy's terms, state and revision stay.
bool only_brings_coupons(const PolicyCommand& command) {
  return command.kind == PolicyCommand::Kind::Import && !command.chunk.total;
}

/// The refusals of DESIGN §5, in their order, for a user who may hold one already.
Code judge(const Policy& policy, std::int64_t issued, bool holds_one, Timestamp clock, std::int64_t ordinal) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (holds_one) return Code::AlreadyIssued;
  if (policy.issue_starts_at && clock < *policy.issue_starts_at) return Code::NotStarted;
  if (policy.issue_ends_at && clock >= *policy.issue_ends_at) return Code::Ended;
  if (policy.state == PolicyState::Paused || policy.state == PolicyState::Importing) return Code::Paused;
  if (issued == policy.max_count) return Code::SoldOut;
  if (ordinal > 1) return Code::Refused;
  return Code::Success;
}

/// The hash over an import as docs/decisions/0015 has it.
std::uint64_t hash_of_import(const std::vector<ModelCoupon>& coupons) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < coupons.size(); ++i) {
    std::uint64_t x = 0;
    for (const std::uint64_t word :
         {static_cast<std::uint64_t>(i) + 1, static_cast<std::uint64_t>(coupons[i].user.value),
          static_cast<std::uint64_t>(to_millis(coupons[i].issued_at))}) {
      x = (x ^ word) + 0x9e3779b97f4a7c15;
      x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
      x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
      x ^= x >> 31;
    }
    sum += x;
  }
  return sum;
}

}  // namespace

NaiveModel::NaiveModel(std::int32_t home_partitions, std::int32_t partitions, std::optional<WriterKey> writer)
    : home_partitions_(home_partitions),
      writer_(std::move(writer)),
      runs_(static_cast<std::size_t>(partitions)),
      partitions_(static_cast<std::size_t>(partitions)) {}

Partition NaiveModel::home_of(PolicyId policy) const { return home(policy, home_partitions_); }

void NaiveModel::add(Partition partition, const JournalRecord& record) {
  const Place place{partition, record.offset};
  Run& run = runs_.at(static_cast<std::size_t>(partition));
  if (record.log_append_time) run.clock = std::max(run.clock, record.timestamp);
  const ReadRecord read = reader_.read(partition, record, writer_ ? &*writer_ : nullptr);
  ModelDecision decision;
  decision.offset = record.offset;
  decision.policy = read.policy;
  decision.user = read.user;
  decision.sequence_number = read.sequence_number;
  decision.kind = read.kind;
  if (record.value) decision.value_hash = std::hash<std::string_view>{}(*record.value);
  decision.relayed = read.origin.has_value();
  decision.foreign = record.foreign;
  decision.code = decide(partition, read, decision);
  if (decision.code == Code::Invalid) {
    unreadable_.push_back(
        {place, std::optional<std::string>(record.key), std::optional<std::string>(record.value)});
  } else if (read.origin && decision.code != Code::Duplicate) {
    relays_.emplace_back(*read.origin, place);
  }

  ModelPartition& result = partitions_[static_cast<std::size_t>(partition)];
  result.decisions.push_back(decision);
  result.clocks.push_back(run.clock);
  if (record.visible_at) result.visible_at.push_back(*record.visible_at);
  end(partition, record.offset + 1);
  result.codes[static_cast<std::size_t>(record.offset)] = static_cast<std::uint8_t>(decision.code);
}

void NaiveModel::end(Partition partition, Offset end) {
  auto& codes = partitions_.at(static_cast<std::size_t>(partition)).codes;
  if (codes.size() < static_cast<std::size_t>(end)) codes.resize(static_cast<std::size_t>(end));
}

Code NaiveModel::decide(Partition self, const ReadRecord& read, ModelDecision& decision) {
  Run& run = runs_[static_cast<std::size_t>(self)];
  ModelPartition& result = partitions_[static_cast<std::size_t>(self)];
  if (read.kind == ReadRecord::Kind::Unreadable) return Code::Invalid;
  if (read.kind == ReadRecord::Kind::Rules) {
    if (read.version < run.rules) return Code::Refused;
    run.rules = static_cast<std::int32_t>(read.version);
    result.rules.emplace_back(decision.offset, run.rules);
    return Code::Rules;
  }
  if (home_of(read.policy) != self) return read.origin ? Code::Invalid : Code::Forwarded;
  if (read.origin) {
    const auto mark = run.marks.find(read.origin->partition);
    if (mark != run.marks.end() && read.origin->offset <= mark->second) return Code::Duplicate;
    run.marks[read.origin->partition] = read.origin->offset;
    result.marks.emplace_back(decision.offset, run.marks);
  }
  return read.kind == ReadRecord::Kind::Request ? request(self, read.ordinal, decision)
                                                : command(self, read.command, decision);
}

Code NaiveModel::request(Partition self, std::int64_t ordinal, ModelDecision& decision) {
  const auto found = standing_.find(decision.policy);
  if (found == standing_.end()) return Code::UnknownPolicy;
  Policy& policy = found->second;
  PolicyStory& story = policies_.at(policy.id);
  const Timestamp clock = runs_[static_cast<std::size_t>(self)].clock;
  const auto held = story.sequences.find(decision.user);
  const Code code = judge(policy, policy.active_count, held != story.sequences.end(), clock, ordinal);
  if (code == Code::AlreadyIssued) decision.sequence = held->second;
  if (code != Code::Success) return code;
  ++policy.active_count;
  decision.sequence = static_cast<std::int32_t>(++policy.issued_count);
  story.sequences.emplace(decision.user, decision.sequence);
  story.coupons.push_back({decision.user, clock, decision.offset});
  return code;
}

bool NaiveModel::take_chunk(const ImportChunk& chunk, Offset offset, Policy& policy) {
  PolicyStory& story = policies_.at(policy.id);
  const auto stands = static_cast<std::int64_t>(story.coupons.size());
  const auto after = stands + static_cast<std::int64_t>(chunk.coupons.size());
  if (policy.state != PolicyState::Importing) return false;
  if (chunk.coupons.empty() && !chunk.total) return false;
  if (chunk.first != stands + 1 || after > policy.max_count) return false;
  std::set<UserId> users;
  for (const ImportedCoupon& coupon : chunk.coupons) {
    if (story.sequences.contains(coupon.user) || !users.insert(coupon.user).second) return false;
  }
  for (const ImportedCoupon& coupon : chunk.coupons) {
    story.coupons.push_back({coupon.user, coupon.issued_at, offset});
  }
  const bool ends_well =
      !chunk.total || (chunk.total->count == after && chunk.total->hash == hash_of_import(story.coupons));
  if (!ends_well) {
    story.coupons.resize(static_cast<std::size_t>(stands));
    return false;
  }
  story.imported = policy.active_count = policy.issued_count = after;
  for (std::int64_t sequence = stands + 1; sequence <= after; ++sequence) {
    const UserId user = story.coupons[static_cast<std::size_t>(sequence - 1)].user;
    story.sequences.emplace(user, static_cast<std::int32_t>(sequence));
  }
  return true;
}

Code NaiveModel::command(Partition self, const PolicyCommand& command, ModelDecision& decision) {
  const auto found = standing_.find(command.policy);
  const bool creates = command.kind == PolicyCommand::Kind::Create;
  Policy before;
  before.id = command.policy;
  if (found != standing_.end()) {
    decision.revision = static_cast<std::int32_t>(found->second.revision);
    if (creates) return Code::Exists;
    if (found->second.state == PolicyState::Closed) return Code::Closed;
    if (command.revision && *command.revision != found->second.revision) return Code::Stale;
    before = found->second;
  } else if (!creates) {
    return Code::UnknownPolicy;
  }
  if (command.kind == PolicyCommand::Kind::Import && !take_chunk(command.chunk, decision.offset, before)) {
    return Code::Refused;
  }
  std::optional<Policy> after = carried_out(command, before);
  if (!after) return Code::Refused;
  if (only_brings_coupons(command)) {
    standing_[command.policy] = *after;
    return Code::Accepted;
  }
  if (found != standing_.end() && *after == found->second) return Code::Unchanged;
  ++after->revision;
  standing_[command.policy] = *after;
  decision.revision = static_cast<std::int32_t>(after->revision);
  PolicyStory& story = policies_[command.policy];
  story.policy = command.policy;
  story.moments.push_back({decision.offset + 1, *after});
  changes_.push_back({command.policy, after->revision, decision.offset,
                      runs_[static_cast<std::size_t>(self)].clock, std::string(name_of(command.kind))});
  return Code::Accepted;
}

const ModelDecision* NaiveModel::at(Place place) const {
  if (place.partition < 0 || place.partition >= partitions()) return nullptr;
  return partition(place.partition).at(place.offset);
}

const PolicyStory* NaiveModel::story(PolicyId policy) const {
  const auto found = policies_.find(policy);
  return found == policies_.end() ? nullptr : &found->second;
}

const ModelCoupon* NaiveModel::coupon(PolicyId policy, std::int64_t sequence) const {
  const PolicyStory* of = story(policy);
  if (of == nullptr || sequence < 1 || static_cast<std::size_t>(sequence) > of->coupons.size())
    return nullptr;
  return &of->coupons[static_cast<std::size_t>(sequence - 1)];
}

Code NaiveModel::answer_before(PolicyId policy, UserId user, Offset offset) const {
  const PolicyStory* of = story(policy);
  const PolicyMoment* moment = of == nullptr ? nullptr : of->moment_before(offset);
  if (moment == nullptr) return Code::UnknownPolicy;
  const auto held = of->sequences.find(user);
  const bool holds_one = held != of->sequences.end() && coupon(policy, held->second)->offset < offset;
  return judge(moment->terms, of->issued_before(offset), holds_one,
               partition(home_of(policy)).clock_before(offset), 1);
}

}  // namespace firstcome::check
