#include "check/naive_model.h"

#include <algorithm>
#include <functional>
#include <set>

#include "domain/home.h"

namespace firstcome::check {
namespace {

bool is_wrong_window(std::optional<Timestamp> start, std::optional<Timestamp> end) {
  return start && end && !(*start < *end);
}

/// Sets the fields that a create or change names. False if the policy is then invalid.
bool set_fields(const PolicyCommand& command, Policy& policy) {
  if (command.name) policy.name = *command.name;
  if (command.max_count) policy.max_count = *command.max_count;
  if (command.per_user_limit) policy.per_user_limit = *command.per_user_limit;
  if (command.issue_starts_at.named) policy.issue_starts_at = command.issue_starts_at.value;
  if (command.issue_ends_at.named) policy.issue_ends_at = command.issue_ends_at.value;
  if (command.valid_from.named) policy.valid_from = command.valid_from.value;
  if (command.valid_until.named) policy.valid_until = command.valid_until.value;
  if (command.valid_for.named) policy.valid_for = command.valid_for.value;
  if (command.on_cancel) policy.on_cancel = *command.on_cancel;
  if (command.reissue) policy.reissue = *command.reissue;
  if (policy.name.empty() || policy.name.size() > 200) return false;
  if (policy.per_user_limit < 1 || policy.per_user_limit > 1'000) return false;
  if (policy.valid_for) {
    const auto ms = policy.valid_for->count();
    if (ms < 1'000 || ms > 100LL * 366 * 24 * 3'600 * 1'000) return false;
  }
  if (policy.max_count < 0 || policy.max_count > 1'000'000'000) return false;
  const bool has_codes = policy.codes == CodeKind::Imported;
  if (has_codes ? policy.max_count > policy.code_count : policy.max_count == 0) return false;
  if (has_codes && policy.on_cancel == OnCancel::Return) return false;
  if (policy.max_count < policy.active_count) return false;
  return !is_wrong_window(policy.issue_starts_at, policy.issue_ends_at) &&
         !is_wrong_window(policy.valid_from, policy.valid_until);
}

/// "AB" to "ABCDEFGHIJKL", with digits after the first letter.
bool is_prefix(const std::string& text) {
  if (text.size() < 2 || text.size() > 12 || text[0] < 'A' || text[0] > 'Z') return false;
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string::npos;
}

/// The policy after the command, with its old revision; empty if the command is refused.
std::optional<Policy> applied(const PolicyCommand& command, Timestamp clock, Policy policy) {
  using Kind = PolicyCommand::Kind;
  if (command.kind == Kind::Create) {
    if (!command.name || !command.max_count) return std::nullopt;
    policy.codes = command.codes.value_or(CodeKind::None);
    if (policy.codes == CodeKind::Imported) policy.on_cancel = OnCancel::Keep;
    if (policy.codes == CodeKind::Imported && command.importing) return std::nullopt;
    if (!set_fields(command, policy)) return std::nullopt;
    if (command.importing) policy.state = PolicyState::Importing;
    policy.create_key = command.create_key;
    policy.eligible = command.eligible.value_or(Eligible::Everyone);
    if (policy.eligible == Eligible::Listed && command.importing) return std::nullopt;
    policy.code_prefix = command.code_prefix.value_or("");
    const bool generated = policy.codes == CodeKind::Generated;
    if (generated ? !is_prefix(policy.code_prefix) : !policy.code_prefix.empty()) return std::nullopt;
  } else if (command.kind == Kind::Import) {
    if (command.chunk.total) policy.state = command.chunk.paused ? PolicyState::Paused : PolicyState::Active;
  } else if (policy.state == PolicyState::Importing && command.kind != Kind::Close) {
    return std::nullopt;
  } else if (command.kind == Kind::Change) {
    if (command.codes || command.code_prefix || command.eligible) return std::nullopt;
    if (!set_fields(command, policy)) return std::nullopt;
  } else if (command.kind == Kind::Pause) {
    policy.state = PolicyState::Paused;
  } else if (command.kind == Kind::Resume) {
    policy.state = PolicyState::Active;
  } else {
    if (policy.state == PolicyState::Importing && (!policy.valid_until || *policy.valid_until > clock)) {
      policy.valid_until = clock;  // a part of an import is not the import
    }
    policy.state = PolicyState::Closed;
  }
  return policy;
}

/// An import chunk before the last one does not change the policy's terms, state and revision.
bool is_inner_chunk(const PolicyCommand& command) {
  return command.kind == PolicyCommand::Kind::Import && !command.chunk.total;
}

/// What a request depends on.
struct Question {
  std::int64_t active = 0;   ///< coupons that count against the stock
  std::int64_t issued = 0;   ///< coupons that the user was ever issued
  std::int64_t counted = 0;  ///< of these, those that count against the limit per user
  std::int64_t ordinal = 1;
  bool listed = true;
};

/// The reasons for a refusal, in their order.
Code judge(const Policy& policy, Timestamp clock, const Question& question) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (question.ordinal <= question.issued) return Code::AlreadyIssued;
  if (question.counted >= policy.per_user_limit) return Code::AlreadyIssued;
  if (!question.listed) return Code::NotEligible;
  if (policy.issue_starts_at && clock < *policy.issue_starts_at) return Code::NotStarted;
  if (policy.issue_ends_at && clock >= *policy.issue_ends_at) return Code::Ended;
  if (policy.state == PolicyState::Paused || policy.state == PolicyState::Importing) return Code::Paused;
  if (question.active >= policy.max_count) return Code::SoldOut;
  if (question.ordinal > question.issued + 1 || question.ordinal > 10'000) return Code::Refused;
  return Code::Success;
}

/// The question of this user at this offset.
Question question_of(const ModelPolicy& of, const Policy& policy, UserId user, Offset offset,
                     std::int64_t ordinal) {
  Question question{.active = of.issued_before(offset) - of.tally_before(offset).gave_back,
                    .ordinal = ordinal};
  if (policy.eligible == Eligible::Listed) {
    const auto at = of.listed.find(user);
    question.listed = at != of.listed.end() && at->second.offset < offset;
  }
  for (const std::int32_t sequence : of.coupons_of(user, offset)) {
    const auto life = of.life_before(sequence, offset);
    ++question.issued;
    question.counted += policy.reissue && life && life->gave_back_place ? 0 : 1;
  }
  return question;
}

std::optional<Timestamp> end_of_validity(const Policy& policy, Timestamp issued_at) {
  std::optional<Timestamp> end = policy.valid_until;
  if (policy.valid_for && (!end || issued_at + *policy.valid_for < *end)) end = issued_at + *policy.valid_for;
  return end;
}

/// The result of a command for a coupon with this life.
Code judge(const CouponCommand& command, const std::optional<CouponLife>& life, const Policy& policy,
           Timestamp issued_at, Timestamp clock) {
  using Kind = CouponCommand::Kind;
  CouponState state = life ? life->state : CouponState::Issued;
  if (state == CouponState::Reserved && life->held_until <= clock) state = CouponState::Issued;
  const AcceptedReference* known = nullptr;
  for (std::size_t i = 0; life && i < life->references.size(); ++i) {
    if (life->references[i].text == command.reference) known = &life->references[i];
  }
  const bool owns = known != nullptr && known == &life->references.back() && state != CouponState::Issued;
  const bool extends = owns && state == CouponState::Reserved && command.kind == Kind::Reserve;
  if (known != nullptr && known->has(command.kind) && !extends) return Code::Unchanged;
  const bool orders = command.kind == Kind::Reserve || command.kind == Kind::Use;
  if (orders && known != nullptr && known->has(Kind::Restore)) return Code::Refused;
  if (state == CouponState::Cancelled) return Code::Cancelled;
  if (command.kind == Kind::Restore) {
    if (state != CouponState::Used) return Code::NotUsed;
    if (!owns) return Code::AlreadyUsed;
  } else {
    if (state == CouponState::Used) return Code::AlreadyUsed;
    if (state == CouponState::Reserved && (!owns || command.kind == Kind::Cancel)) return Code::Reserved;
    if (command.kind == Kind::Release && state == CouponState::Issued) return Code::NotReserved;
    const auto end = end_of_validity(policy, issued_at);
    if (command.kind != Kind::Release && end && clock >= *end) return Code::Expired;
    if (orders && policy.valid_from && clock < *policy.valid_from) return Code::NotYetValid;
  }
  if (known == nullptr && life && life->references.size() == 16) return Code::Refused;
  return Code::Accepted;
}

/// The hash of an import (docs/decisions/0015).
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
      states_(static_cast<std::size_t>(partitions)),
      partitions_(static_cast<std::size_t>(partitions)) {}

Partition NaiveModel::home_of(PolicyId policy) const { return home(policy, home_partitions_); }

void NaiveModel::add(Partition partition, const JournalRecord& record) {
  const Place place{partition, record.offset};
  State& state = states_.at(static_cast<std::size_t>(partition));
  if (record.log_append_time) state.clock = std::max(state.clock, record.timestamp);
  const ParsedRecord read = parser_.parse(partition, record, writer_ ? &*writer_ : nullptr);
  ModelDecision decision;
  decision.offset = record.offset;
  decision.policy = read.policy;
  decision.user = read.user;
  decision.reserves =
      read.kind == ParsedRecord::Kind::Coupon && read.coupon.kind == CouponCommand::Kind::Reserve;
  if (read.kind == ParsedRecord::Kind::Request) decision.ordinal = static_cast<std::int32_t>(read.ordinal);
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
  result.clocks.push_back(state.clock);
  if (record.visible_at) result.visible_at.push_back(*record.visible_at);
  end(partition, record.offset + 1);
  result.codes[static_cast<std::size_t>(record.offset)] = static_cast<std::uint8_t>(decision.code);
}

void NaiveModel::end(Partition partition, Offset end) {
  auto& codes = partitions_.at(static_cast<std::size_t>(partition)).codes;
  if (codes.size() < static_cast<std::size_t>(end)) codes.resize(static_cast<std::size_t>(end));
}

Code NaiveModel::decide(Partition self, const ParsedRecord& read, ModelDecision& decision) {
  State& state = states_[static_cast<std::size_t>(self)];
  ModelPartition& result = partitions_[static_cast<std::size_t>(self)];
  if (read.kind == ParsedRecord::Kind::Unreadable) return Code::Invalid;
  if (read.kind == ParsedRecord::Kind::Rules) {
    if (read.version < state.rules) return Code::Refused;
    state.rules = static_cast<std::int32_t>(read.version);
    result.rules.emplace_back(decision.offset, state.rules);
    return Code::Rules;
  }
  if (home_of(read.policy) != self) return read.origin ? Code::Invalid : Code::Forwarded;
  if (read.origin) {
    const auto mark = state.marks.find(read.origin->partition);
    if (mark != state.marks.end() && read.origin->offset <= mark->second) return Code::Duplicate;
    state.marks[read.origin->partition] = read.origin->offset;
    result.marks.emplace_back(decision.offset, state.marks);
  }
  if (read.kind == ParsedRecord::Kind::Coupon) return command(self, read.coupon, decision);
  return read.kind == ParsedRecord::Kind::Request ? request(self, read.ordinal, decision)
                                                  : command(self, read.command, decision);
}

Code NaiveModel::request(Partition self, std::int64_t ordinal, ModelDecision& decision) {
  const auto found = current_.find(decision.policy);
  if (found == current_.end()) return Code::UnknownPolicy;
  Policy& policy = found->second;
  ModelPolicy& of = policies_.at(policy.id);
  const Timestamp clock = states_[static_cast<std::size_t>(self)].clock;
  const std::vector<std::int32_t> owned = of.coupons_of(decision.user, decision.offset);
  const Code code = judge(policy, clock, question_of(of, policy, decision.user, decision.offset, ordinal));
  if (code == Code::AlreadyIssued) {
    // The coupon with the ordinal, or the newest. `owned` begins with the newest.
    const auto issued = static_cast<std::int64_t>(owned.size());
    decision.sequence = owned[static_cast<std::size_t>(issued - std::min(ordinal, issued))];
  }
  if (code != Code::Success) return code;
  ++policy.active_count;
  decision.sequence = static_cast<std::int32_t>(++policy.issued_count);
  of.newest[decision.user] = decision.sequence;
  of.coupons.push_back({.user = decision.user,
                        .issued_at = clock,
                        .offset = decision.offset,
                        .previous = owned.empty() ? 0 : owned.front(),
                        .ordinal = static_cast<std::int32_t>(owned.size()) + 1});
  return code;
}

Code NaiveModel::command(Partition self, const CouponCommand& command, ModelDecision& decision) {
  const auto found = current_.find(command.policy);
  if (found == current_.end()) return Code::UnknownPolicy;
  Policy& policy = found->second;
  ModelPolicy& of = policies_.at(policy.id);
  const Timestamp clock = states_[static_cast<std::size_t>(self)].clock;
  if (policy.state == PolicyState::Closed) {
    const bool is_over = std::ranges::all_of(of.coupons, [&](const ModelCoupon& coupon) {
      const auto end = end_of_validity(policy, coupon.issued_at);
      return end && clock >= *end;
    });
    if (is_over) return Code::Expired;
  }
  const ModelCoupon* coupon = this->coupon(command.policy, command.sequence);
  if (coupon == nullptr || (command.user && *command.user != coupon->user)) return Code::UnknownCoupon;
  if (policy.state == PolicyState::Importing) return Code::Refused;
  decision.sequence = static_cast<std::int32_t>(command.sequence);
  const auto before = of.life_before(command.sequence, decision.offset);
  const Code code = judge(command, before, policy, coupon->issued_at, clock);
  if (code != Code::Accepted) return code;
  ModelStep step{.offset = decision.offset, .at = clock, .command = command};
  if (command.kind == CouponCommand::Kind::Reserve) {
    step.held_until = clock + command.hold_for;
    const auto end = end_of_validity(policy, coupon->issued_at);
    if (end && *end < step.held_until) step.held_until = *end;
  }
  ModelTally tally = of.tallies.empty() ? ModelTally{} : of.tallies.back();
  tally.from = decision.offset + 1;
  if (command.kind == CouponCommand::Kind::Use) ++tally.used;
  if (command.kind == CouponCommand::Kind::Restore) --tally.used;
  if (command.kind == CouponCommand::Kind::Cancel) {
    ++tally.cancelled;
    step.gave_back_place = policy.on_cancel == OnCancel::Return;
    tally.gave_back += step.gave_back_place ? 1 : 0;
    policy.active_count -= step.gave_back_place ? 1 : 0;
  }
  of.tallies.push_back(tally);
  of.steps[command.sequence].push_back(std::move(step));
  return code;
}

bool NaiveModel::take_chunk(const ImportChunk& chunk, Offset offset, Policy& policy) {
  ModelPolicy& of = policies_.at(policy.id);
  const auto before = static_cast<std::int64_t>(of.coupons.size());
  const auto after = before + static_cast<std::int64_t>(chunk.coupons.size());
  if (policy.state != PolicyState::Importing) return false;
  if (chunk.coupons.empty() && !chunk.total) return false;
  if (chunk.first != before + 1 || after > policy.max_count) return false;
  std::set<UserId> users;
  for (const ImportedCoupon& coupon : chunk.coupons) {
    if (of.newest.contains(coupon.user) || !users.insert(coupon.user).second) return false;
  }
  for (const ImportedCoupon& coupon : chunk.coupons) {
    of.coupons.push_back({.user = coupon.user, .issued_at = coupon.issued_at, .offset = offset});
  }
  const bool matches_total =
      !chunk.total || (chunk.total->count == after && chunk.total->hash == hash_of_import(of.coupons));
  if (!matches_total) {
    of.coupons.resize(static_cast<std::size_t>(before));
    return false;
  }
  of.imported = policy.active_count = policy.issued_count = after;
  for (std::int64_t sequence = before + 1; sequence <= after; ++sequence) {
    const UserId user = of.coupons[static_cast<std::size_t>(sequence - 1)].user;
    of.newest.emplace(user, static_cast<std::int32_t>(sequence));
  }
  return true;
}

Code NaiveModel::take_list(const ListChunk& chunk, Offset offset, Policy& policy, ModelPolicy& of) {
  if (policy.eligible != Eligible::Listed || chunk.users.empty()) return Code::Refused;
  const auto size = static_cast<std::int64_t>(chunk.users.size());
  if (chunk.first >= 1 && chunk.first <= policy.listed_count + 1 - size) return Code::Unchanged;
  if (chunk.first != policy.listed_count + 1) return Code::Refused;
  const std::int64_t last = policy.listed_count + size;
  if (last > 100'000'000) return Code::Refused;
  for (std::int64_t i = 0; i < size; ++i) {
    of.listed.emplace(chunk.users[static_cast<std::size_t>(i)],
                      ModelListed{offset, policy.listed_count + 1 + i});
  }
  policy.listed_count = last;
  of.listed_counts.emplace_back(offset, last);
  return Code::Accepted;
}

Code NaiveModel::take_codes(const CodeChunk& chunk, Offset offset, Policy& policy, ModelPolicy& of) {
  if (policy.codes != CodeKind::Imported || chunk.codes.empty()) return Code::Refused;
  const auto known = static_cast<std::int64_t>(of.codes.size());
  const std::int64_t last = chunk.first - 1 + static_cast<std::int64_t>(chunk.codes.size());
  if (chunk.first >= 1 && chunk.first <= known && last <= known) {
    for (std::size_t i = 0; i < chunk.codes.size(); ++i) {
      if (of.codes[static_cast<std::size_t>(chunk.first - 1) + i].text != chunk.codes[i])
        return Code::Refused;
    }
    return Code::Unchanged;
  }
  if (chunk.first != known + 1 || last > 50'000'000) return Code::Refused;
  std::set<std::string> all;
  for (const ModelCode& code : of.codes) all.insert(code.text);
  for (const std::string& code : chunk.codes) {
    if (!all.insert(code).second) return Code::Refused;
  }
  for (const std::string& code : chunk.codes) of.codes.push_back({offset, code});
  policy.code_count = last;
  return Code::Accepted;
}

Code NaiveModel::command(Partition self, const PolicyCommand& command, ModelDecision& decision) {
  const auto found = current_.find(command.policy);
  const bool creates = command.kind == PolicyCommand::Kind::Create;
  Policy before;
  before.id = command.policy;
  if (found != current_.end()) {
    decision.revision = static_cast<std::int32_t>(found->second.revision);
    if (creates) return Code::Exists;
    if (found->second.state == PolicyState::Closed) {
      return command.kind == PolicyCommand::Kind::Close ? Code::Unchanged : Code::Closed;
    }
    if (command.revision && *command.revision != found->second.revision) return Code::Stale;
    before = found->second;
  } else if (!creates) {
    return Code::UnknownPolicy;
  }
  if (command.kind == PolicyCommand::Kind::List) {
    return take_list(command.listed, decision.offset, found->second, policies_.at(command.policy));
  }
  if (command.kind == PolicyCommand::Kind::Codes) {
    return take_codes(command.coupon_codes, decision.offset, found->second, policies_.at(command.policy));
  }
  if (command.kind == PolicyCommand::Kind::Import && !take_chunk(command.chunk, decision.offset, before)) {
    return Code::Refused;
  }
  std::optional<Policy> after = applied(command, states_[static_cast<std::size_t>(self)].clock, before);
  if (!after) return Code::Refused;
  if (found != current_.end() && after->per_user_limit < found->second.per_user_limit) {
    const ModelPolicy& of = policies_.at(command.policy);
    for (const auto& [user, sequence] : of.newest) {
      if (question_of(of, found->second, user, decision.offset, 1).counted > after->per_user_limit) {
        return Code::Refused;
      }
    }
  }
  if (is_inner_chunk(command)) {
    current_[command.policy] = *after;
    return Code::Accepted;
  }
  if (found != current_.end() && *after == found->second) return Code::Unchanged;
  ++after->revision;
  current_[command.policy] = *after;
  decision.revision = static_cast<std::int32_t>(after->revision);
  ModelPolicy& of = policies_[command.policy];
  of.policy = command.policy;
  of.versions.push_back({decision.offset + 1, *after});
  changes_.push_back({command.policy, after->revision, decision.offset,
                      states_[static_cast<std::size_t>(self)].clock, std::string(name_of(command.kind))});
  return Code::Accepted;
}

const ModelDecision* NaiveModel::at(Place place) const {
  if (place.partition < 0 || place.partition >= partitions()) return nullptr;
  return partition(place.partition).at(place.offset);
}

const ModelPolicy* NaiveModel::policy(PolicyId policy) const {
  const auto found = policies_.find(policy);
  return found == policies_.end() ? nullptr : &found->second;
}

const ModelCoupon* NaiveModel::coupon(PolicyId policy, std::int64_t sequence) const {
  const ModelPolicy* of = this->policy(policy);
  if (of == nullptr || sequence < 1 || static_cast<std::size_t>(sequence) > of->coupons.size())
    return nullptr;
  return &of->coupons[static_cast<std::size_t>(sequence - 1)];
}

Code NaiveModel::answer_before(PolicyId policy, UserId user, Offset offset, std::int32_t ordinal) const {
  const ModelPolicy* of = this->policy(policy);
  const PolicyVersion* version = of == nullptr ? nullptr : of->version_before(offset);
  if (version == nullptr) return Code::UnknownPolicy;
  return judge(version->terms, partition(home_of(policy)).clock_before(offset),
               question_of(*of, version->terms, user, offset, ordinal));
}

}  // namespace firstcome::check
