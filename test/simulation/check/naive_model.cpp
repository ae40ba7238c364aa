#include "check/naive_model.h"

#include <algorithm>

#include "domain/home.h"

namespace firstcome::check {
namespace {

/// The value of the last entry below `offset`, or what stood at the beginning.
template <class T>
T last_before(const std::map<Offset, T>& history, Offset offset, T beginning) {
  const auto next = history.lower_bound(offset);
  return next == history.begin() ? beginning : std::prev(next)->second;
}

bool window_is_wrong(std::optional<Timestamp> start, std::optional<Timestamp> end) {
  return start && end && !(*start < *end);
}

/// Sets the fields a create or change names; false when the result may not stand.
bool set_fields(const ReadRecord& read, Policy& policy) {
  if (const auto name = read.text_fields.find("name"); name != read.text_fields.end())
    policy.name = name->second;
  if (const auto n = read.number_fields.find("maxCount"); n != read.number_fields.end())
    policy.max_count = n->second;
  if (const auto n = read.number_fields.find("perUserLimit"); n != read.number_fields.end()) {
    if (n->second != 1) return false;
  }
  for (const auto& [field, time] : read.time_fields) {
    if (field == "issueStartsAt") policy.issue_starts_at = time;
    if (field == "issueEndsAt") policy.issue_ends_at = time;
    if (field == "validFrom") policy.valid_from = time;
    if (field == "validUntil") policy.valid_until = time;
  }
  if (policy.name.empty() || policy.name.size() > 200) return false;
  if (policy.max_count < 1 || policy.max_count > 1'000'000'000) return false;
  if (policy.max_count < policy.active_count) return false;
  return !window_is_wrong(policy.issue_starts_at, policy.issue_ends_at) &&
         !window_is_wrong(policy.valid_from, policy.valid_until);
}

bool names_something(const ReadRecord& read) {
  return read.text_fields.contains("name") || read.number_fields.contains("maxCount") ||
         read.number_fields.contains("perUserLimit") || !read.time_fields.empty();
}

/// Does what the command says to a copy; nothing when it is refused.
std::optional<Policy> carried_out(const ReadRecord& read, Policy policy) {
  if (read.command == "create") {
    if (!read.text_fields.contains("name") || !read.number_fields.contains("maxCount")) return std::nullopt;
    if (!set_fields(read, policy)) return std::nullopt;
  } else if (read.command == "change") {
    if (!names_something(read) || !set_fields(read, policy)) return std::nullopt;
  } else if (read.command == "pause") {
    if (policy.state == PolicyState::Paused) return std::nullopt;
    policy.state = PolicyState::Paused;
  } else if (read.command == "resume") {
    if (policy.state != PolicyState::Paused) return std::nullopt;
    policy.state = PolicyState::Active;
  } else {
    policy.state = PolicyState::Closed;
  }
  ++policy.revision;
  return policy;
}

/// The refusals of DESIGN §5, in their order, for a user who may hold one already.
Code judge(const Policy& policy, bool holds_one, Timestamp clock) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (holds_one) return Code::AlreadyIssued;
  if (policy.issue_starts_at && clock < *policy.issue_starts_at) return Code::NotStarted;
  if (policy.issue_ends_at && clock >= *policy.issue_ends_at) return Code::Ended;
  if (policy.state == PolicyState::Paused) return Code::Paused;
  if (policy.active_count == policy.max_count) return Code::SoldOut;
  return Code::Success;
}

}  // namespace

struct NaiveModel::Run {
  Partition self = 0;
  Timestamp clock{};
  std::int32_t rules = 1;
  OriginMarks marks;
};

NaiveModel::NaiveModel(const Evidence& evidence)
    : home_partitions_(evidence.home_partitions), partitions_(evidence.journal.size()) {
  for (std::size_t i = 0; i < evidence.journal.size(); ++i)
    run(static_cast<Partition>(i), evidence.journal[i]);
}

Partition NaiveModel::home_of(PolicyId policy) const { return home(policy, home_partitions_); }

void NaiveModel::run(Partition partition, const JournalPartition& journal) {
  ModelPartition& result = partitions_.at(static_cast<std::size_t>(partition));
  result.codes.assign(static_cast<std::size_t>(journal.end), 0);
  Run run;
  run.self = partition;
  for (const JournalRecord& record : journal.records) {
    if (record.log_append_time) run.clock = std::max(run.clock, record.timestamp);
    ModelDecision decision;
    decision.place = {partition, record.offset};
    decision.record = read_record(record);
    decision.code = decide(run, decision, result);
    result.clock_after[record.offset] = run.clock;
    result.codes[static_cast<std::size_t>(record.offset)] = static_cast<std::uint8_t>(decision.code);
    result.decisions.emplace(record.offset, std::move(decision));
  }
}

Code NaiveModel::decide(Run& run, ModelDecision& decision, ModelPartition& result) {
  const ReadRecord& read = decision.record;
  if (read.kind == ReadRecord::Kind::Unreadable) return Code::Invalid;
  if (read.kind == ReadRecord::Kind::Rules) {
    const std::int64_t version = read.number_fields.at("version");
    if (version < run.rules) return Code::Refused;
    run.rules = static_cast<std::int32_t>(version);
    result.rules_after[decision.place.offset] = run.rules;
    return Code::Rules;
  }
  const auto& origin = read.origin;
  if (home_of(read.policy) != run.self) return origin ? Code::Invalid : Code::Forwarded;
  if (origin) {
    const auto mark = run.marks.find(origin->partition);
    if (mark != run.marks.end() && origin->offset <= mark->second) return Code::Duplicate;
    run.marks[origin->partition] = origin->offset;
    result.marks_after[decision.place.offset] = run.marks;
  }
  return read.kind == ReadRecord::Kind::Request ? request(run, decision) : command(run, decision);
}

Code NaiveModel::request(Run& run, ModelDecision& decision) {
  const auto found = standing_.find(decision.record.policy);
  if (found == standing_.end()) return Code::UnknownPolicy;
  Policy& policy = found->second;
  const std::pair key{policy.id, decision.record.user};
  const auto held = holdings_.find(key);
  const Code code = judge(policy, held != holdings_.end(), run.clock);
  if (code == Code::AlreadyIssued) {
    decision.sequence = held->second.sequence;
    decision.issued_at = held->second.issued_at;
  }
  if (code != Code::Success) return code;
  ++policy.active_count;
  decision.sequence = ++policy.last_sequence;
  decision.issued_at = run.clock;
  holdings_[key] = {decision.sequence, run.clock, decision.place};
  Coupon coupon;
  coupon.policy = policy.id;
  coupon.sequence = decision.sequence;
  coupon.user = decision.record.user;
  coupon.issued_at = run.clock;
  coupon.offset = decision.place.offset;
  coupons_.push_back({coupon, run.self});
  remember(policy.id, decision.place.offset, policy);
  return code;
}

Code NaiveModel::command(Run& run, ModelDecision& decision) {
  const ReadRecord& read = decision.record;
  const auto found = standing_.find(read.policy);
  const bool creates = read.command == "create";
  if (found != standing_.end()) decision.revision = found->second.revision;
  if (creates && found != standing_.end()) return Code::Exists;
  Policy before;
  before.id = read.policy;
  if (!creates) {
    if (found == standing_.end()) return Code::UnknownPolicy;
    if (found->second.state == PolicyState::Closed) return Code::Closed;
    const auto expected = read.number_fields.find("ifRevision");
    if (expected != read.number_fields.end() && expected->second != found->second.revision)
      return Code::Stale;
    before = found->second;
  }
  const std::optional<Policy> after = carried_out(read, before);
  if (!after) return Code::Refused;
  standing_[read.policy] = *after;
  decision.revision = after->revision;
  changes_.push_back({read.policy, after->revision, decision.place.offset, run.clock, read.command});
  remember(read.policy, decision.place.offset, *after);
  return Code::Accepted;
}

void NaiveModel::remember(PolicyId policy, Offset offset, const Policy& now) {
  moments_[policy].push_back({offset + 1, now});
}

Timestamp ModelPartition::clock_before(Offset offset) const {
  return last_before(clock_after, offset, Timestamp{});
}
OriginMarks ModelPartition::marks_before(Offset offset) const {
  return last_before(marks_after, offset, OriginMarks{});
}
std::int32_t ModelPartition::rules_before(Offset offset) const { return last_before(rules_after, offset, 1); }

const ModelDecision* ModelPartition::at(Offset offset) const {
  const auto found = decisions.find(offset);
  return found == decisions.end() ? nullptr : &found->second;
}

const ModelDecision* NaiveModel::at(Place place) const {
  if (place.partition < 0 || static_cast<std::size_t>(place.partition) >= partitions_.size()) return nullptr;
  return partition(place.partition).at(place.offset);
}

const ModelHolding* NaiveModel::holding(PolicyId policy, UserId user) const {
  const auto found = holdings_.find({policy, user});
  return found == holdings_.end() ? nullptr : &found->second;
}

const Policy* NaiveModel::policy_before(PolicyId policy, Offset offset) const {
  const auto found = moments_.find(policy);
  if (found == moments_.end()) return nullptr;
  const Policy* standing = nullptr;
  const auto later = std::upper_bound(found->second.begin(), found->second.end(), offset,
                                      [](Offset at, const PolicyMoment& moment) { return at < moment.from; });
  if (later != found->second.begin()) standing = &std::prev(later)->policy;
  return standing;
}

Code NaiveModel::answer_before(PolicyId policy, UserId user, Offset offset) const {
  const Policy* standing = policy_before(policy, offset);
  if (standing == nullptr) return Code::UnknownPolicy;
  const ModelHolding* held = holding(policy, user);
  const bool holds_one = held != nullptr && held->place.offset < offset;
  return judge(*standing, holds_one, partition(home_of(policy)).clock_before(offset));
}

}  // namespace firstcome::check
