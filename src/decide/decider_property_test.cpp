#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "decide/decider.h"
#include "domain/home.h"

/// Runs the same seeded random records through the decider and through a simple, slow oracle, and compares
/// the results.
namespace firstcome::decide {
namespace {

constexpr std::int32_t kPartitions = 2;
constexpr Partition kSelf = 0;

ImportTotal total_of(const std::vector<ImportedCoupon>& coupons) {
  ImportTotal total;
  for (const ImportedCoupon& coupon : coupons) total.hash += hash_of_imported(++total.count, coupon);
  return total;
}

/// Decides by a linear search of the whole history: no counters, no hashes.
class Oracle {
 public:
  Code decide(const Record& record) {
    if (record.has_log_append_time) clock_ = std::max(clock_, record.appended_at);
    if (std::holds_alternative<Undecodable>(record.content)) return Code::Invalid;
    if (std::holds_alternative<RulesChange>(record.content)) return Code::Rules;
    const auto* request = std::get_if<IssueRequest>(&record.content);
    const auto* coupon = std::get_if<CouponCommand>(&record.content);
    const PolicyId policy = request  ? request->policy
                            : coupon ? coupon->policy
                                     : std::get<PolicyCommand>(record.content).policy;
    const bool mine = home(policy, kPartitions) == kSelf;
    if (!mine) return record.origin ? Code::Invalid : Code::Forwarded;
    if (record.origin) {
      for (const Origin& seen : origins_) {
        if (seen.partition == record.origin->partition && seen.offset >= record.origin->offset)
          return Code::Duplicate;
      }
      origins_.push_back(*record.origin);
    }
    if (coupon) return command(*coupon);
    return request ? issue(*request) : command(std::get<PolicyCommand>(record.content));
  }

  struct Winner {
    PolicyId policy;
    UserId user;
    std::int32_t ordinal = 1;
    Timestamp issued_at{};
    bool gave_back_place = false;
    struct Step {
      CouponCommand::Kind kind;
      std::string reference;
      Timestamp until{};
    };
    std::vector<Step> steps{};  ///< accepted commands

    [[nodiscard]] bool accepted(CouponCommand::Kind kind, const std::string& reference) const {
      return std::ranges::any_of(
          steps, [&](const Step& step) { return step.kind == kind && step.reference == reference; });
    }
    [[nodiscard]] std::size_t references() const {
      std::set<std::string> all;
      for (const Step& step : steps) all.insert(step.reference);
      return all.size();
    }
  };
  std::vector<Winner> winners;  ///< in order
  [[nodiscard]] std::int64_t active(PolicyId policy) const {
    return std::ranges::count_if(winners,
                                 [&](const Winner& w) { return w.policy == policy && !w.gave_back_place; });
  }

 private:
  struct Terms {
    std::int64_t max = 0;
    std::optional<Timestamp> from;
    std::optional<Timestamp> until;
    std::int32_t limit = 1;
    bool keep = false;
    bool has_list = false;
    std::vector<UserId> list{};
    bool has_codes = false;
    std::vector<std::string> codes{};
    bool reissue = false;
    std::optional<Timestamp> valid_until;
    bool operator==(const Terms&) const = default;

    bool paused = false;
    bool closed = false;
    bool importing = false;
    std::vector<ImportedCoupon> imported;
    std::int64_t revision = 0;
  };

  [[nodiscard]] std::int64_t issued(PolicyId policy) const {
    return std::ranges::count(winners, policy, &Winner::policy);
  }
  [[nodiscard]] std::pair<int, int> issued_and_counted(PolicyId policy, UserId user,
                                                       const Terms& terms) const {
    int all = 0;
    int counted = 0;
    for (const Winner& winner : winners) {
      if (winner.policy != policy || winner.user != user) continue;
      ++all;
      counted += terms.reissue && winner.gave_back_place ? 0 : 1;
    }
    return {all, counted};
  }

  Code issue(const IssueRequest& request) {
    const auto found = terms_.find(request.policy);
    if (found == terms_.end()) return Code::UnknownPolicy;
    const Terms& terms = found->second;
    if (terms.closed) return Code::Closed;
    const auto [all, counted] = issued_and_counted(request.policy, request.user, terms);
    if (request.ordinal <= all || counted >= terms.limit) return Code::AlreadyIssued;
    if (terms.has_list && std::ranges::count(terms.list, request.user) == 0) return Code::NotEligible;
    if (terms.from && clock_ < *terms.from) return Code::NotStarted;
    if (terms.until && clock_ >= *terms.until) return Code::Ended;
    if (terms.paused || terms.importing) return Code::Paused;
    if (active(request.policy) >= terms.max) return Code::SoldOut;
    if (request.ordinal != all + 1) return Code::Refused;
    winners.push_back({request.policy, request.user, all + 1, clock_});
    return Code::Success;
  }

  /// What the steps of the coupon have led to.
  [[nodiscard]] CouponState state_of(const Winner& coupon) const {
    if (coupon.steps.empty()) return CouponState::Issued;
    const Winner::Step& last = coupon.steps.back();
    switch (last.kind) {
      case CouponCommand::Kind::Reserve:
        return clock_ < last.until ? CouponState::Reserved : CouponState::Issued;
      case CouponCommand::Kind::Use: return CouponState::Used;
      case CouponCommand::Kind::Cancel: return CouponState::Cancelled;
      default: return CouponState::Issued;
    }
  }

  Code command(const CouponCommand& command) {
    using Kind = CouponCommand::Kind;
    const auto found = terms_.find(command.policy);
    if (found == terms_.end()) return Code::UnknownPolicy;
    const Terms& terms = found->second;
    const bool expired = terms.valid_until && clock_ >= *terms.valid_until;
    if (terms.closed && (issued(command.policy) == 0 || expired)) return Code::Expired;
    Winner* coupon = nullptr;
    std::int64_t sequence = 0;
    for (Winner& winner : winners) {
      if (winner.policy == command.policy && ++sequence == command.sequence) coupon = &winner;
    }
    if (coupon == nullptr || (command.user && *command.user != coupon->user)) return Code::UnknownCoupon;
    if (terms.importing) return Code::Refused;
    const CouponState state = state_of(*coupon);
    const bool own = state != CouponState::Issued && coupon->steps.back().reference == command.reference;
    const bool extends = own && state == CouponState::Reserved && command.kind == Kind::Reserve;
    if (coupon->accepted(command.kind, command.reference) && !extends) return Code::Unchanged;
    const bool orders = command.kind == Kind::Reserve || command.kind == Kind::Use;
    if (orders && coupon->accepted(Kind::Restore, command.reference)) return Code::Refused;
    if (state == CouponState::Cancelled) return Code::Cancelled;
    if (command.kind == Kind::Restore) {
      if (state != CouponState::Used) return Code::NotUsed;
      if (!own) return Code::AlreadyUsed;
    } else if (state == CouponState::Used) {
      return Code::AlreadyUsed;
    } else if (state == CouponState::Reserved && (!own || command.kind == Kind::Cancel)) {
      return Code::Reserved;
    } else if (command.kind == Kind::Release) {
      if (state != CouponState::Reserved) return Code::NotReserved;
    } else if (expired) {
      return Code::Expired;
    }
    const bool is_new = std::ranges::none_of(
        coupon->steps, [&](const auto& step) { return step.reference == command.reference; });
    if (is_new && coupon->references() == kReferencesMost) return Code::Refused;
    Timestamp until = clock_ + command.hold_for;
    if (terms.valid_until) until = std::min(until, *terms.valid_until);
    coupon->steps.push_back({command.kind, command.reference, until});
    coupon->gave_back_place = command.kind == Kind::Cancel && !terms.keep;
    return Code::Accepted;
  }

  Code command(const PolicyCommand& command) {
    using Kind = PolicyCommand::Kind;
    const auto found = terms_.find(command.policy);
    if (command.kind == Kind::Create) {
      if (found != terms_.end()) return Code::Exists;
      Terms terms;
      terms.has_codes = command.codes == CodeKind::Imported;
      terms.keep = terms.has_codes;
      if (terms.has_codes && command.importing) return Code::Refused;
      if (!command.max_count || !set(command, terms)) return Code::Refused;
      terms.revision = 1;
      terms.importing = command.importing;
      terms.has_list = command.eligible == Eligible::Listed;
      if (terms.has_list && terms.importing) return Code::Refused;
      terms_[command.policy] = terms;
      return Code::Accepted;
    }
    if (found == terms_.end()) return Code::UnknownPolicy;
    Terms terms = found->second;
    if (terms.closed) return command.kind == Kind::Close ? Code::Unchanged : Code::Closed;
    if (command.revision && *command.revision != terms.revision) return Code::Stale;
    const bool ends_import = command.kind == Kind::Import || command.kind == Kind::Close;
    if (terms.importing && !ends_import) return Code::Refused;
    if (command.kind == Kind::Import) {
      if (!take_chunk(command, terms)) return Code::Refused;
      if (command.chunk.total) ++terms.revision;
      found->second = terms;
      return Code::Accepted;
    }
    if (command.kind == Kind::List) {
      const ListChunk& chunk = command.listed;
      const auto listed = static_cast<std::int64_t>(terms.list.size());
      const auto size = static_cast<std::int64_t>(chunk.users.size());
      if (!terms.has_list || size == 0) return Code::Refused;
      if (chunk.first + size - 1 <= listed) return Code::Unchanged;
      if (chunk.first != listed + 1) return Code::Refused;
      terms.list.insert(terms.list.end(), chunk.users.begin(), chunk.users.end());
      found->second = terms;
      return Code::Accepted;
    }
    if (command.kind == Kind::Codes) return add(command.coupon_codes, found->second);
    if (command.kind == Kind::Pause) terms.paused = true;
    if (command.kind == Kind::Resume) terms.paused = false;
    if (command.kind == Kind::Close) {
      terms.closed = true;
      if (terms.importing) terms.valid_until = std::min(terms.valid_until.value_or(clock_), clock_);
      terms.importing = false;
    }
    if (command.kind == Kind::Change) {
      if (!set(command, terms) || terms.max < active(command.policy)) return Code::Refused;
      if (terms.limit < found->second.limit) {
        for (const Winner& winner : winners) {
          if (winner.policy != command.policy) continue;
          const auto [all, counted] = issued_and_counted(command.policy, winner.user, found->second);
          if (counted > terms.limit) return Code::Refused;
        }
      }
    }
    if (terms == found->second) return Code::Unchanged;
    ++terms.revision;
    found->second = terms;
    return Code::Accepted;
  }

  static Code add(const CodeChunk& chunk, Terms& terms) {
    const auto known = static_cast<std::int64_t>(terms.codes.size());
    const auto size = static_cast<std::int64_t>(chunk.codes.size());
    if (!terms.has_codes || size == 0) return Code::Refused;
    if (chunk.first + size - 1 <= known) {
      const bool same =
          std::equal(chunk.codes.begin(), chunk.codes.end(), terms.codes.begin() + chunk.first - 1);
      return same ? Code::Unchanged : Code::Refused;
    }
    if (chunk.first != known + 1) return Code::Refused;
    std::vector<std::string> all = terms.codes;
    for (const std::string& code : chunk.codes) {
      if (std::ranges::count(all, code) > 0) return Code::Refused;
      all.push_back(code);
    }
    terms.codes = all;
    return Code::Accepted;
  }

  bool take_chunk(const PolicyCommand& command, Terms& terms) {
    const ImportChunk& chunk = command.chunk;
    if (!terms.importing || (chunk.coupons.empty() && !chunk.total)) return false;
    if (chunk.first != issued(command.policy) + 1) return false;
    auto after = winners;
    for (const ImportedCoupon& coupon : chunk.coupons) {
      const bool has_one = std::ranges::any_of(after, [&](const Winner& winner) {
        return winner.policy == command.policy && winner.user == coupon.user;
      });
      if (has_one) return false;
      after.push_back({command.policy, coupon.user, 1, coupon.issued_at});
      terms.imported.push_back(coupon);
    }
    if (static_cast<std::int64_t>(terms.imported.size()) > terms.max) return false;
    if (chunk.total && *chunk.total != total_of(terms.imported)) return false;
    winners = after;
    terms.importing = !chunk.total;
    terms.paused = chunk.total && chunk.paused;
    return true;
  }

  static bool set(const PolicyCommand& command, Terms& terms) {
    if (command.max_count) terms.max = *command.max_count;
    if (command.issue_starts_at.named) terms.from = command.issue_starts_at.value;
    if (command.issue_ends_at.named) terms.until = command.issue_ends_at.value;
    if (command.valid_until.named) terms.valid_until = command.valid_until.value;
    if (command.per_user_limit) terms.limit = *command.per_user_limit;
    if (command.on_cancel) terms.keep = *command.on_cancel == OnCancel::Keep;
    if (command.reissue) terms.reissue = *command.reissue;
    if (terms.has_codes && (!terms.keep || terms.max > static_cast<std::int64_t>(terms.codes.size())))
      return false;
    return terms.max >= (terms.has_codes ? 0 : 1) &&
           !(terms.from && terms.until && *terms.from >= *terms.until);
  }

  Timestamp clock_{};
  std::vector<Origin> origins_;
  std::map<PolicyId, Terms> terms_;
};

rc::Gen<Changed<Timestamp>> any_changed_time() {
  return rc::gen::map(rc::gen::inRange(0, 60), [](int pick) -> Changed<Timestamp> {
    if (pick < 30) return {};
    if (pick < 40) return {.named = true};
    return {.named = true, .value = from_millis((pick - 40) * 10)};
  });
}

/// A complete import in one chunk, one of several chunks, or an invalid chunk.
ImportChunk any_chunk() {
  ImportChunk chunk;
  chunk.first = *rc::gen::weightedElement<std::int64_t>({{4, 1}, {2, 2}, {1, 3}});
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    chunk.coupons.push_back({UserId{*rc::gen::inRange(1, 12)}, from_millis(*rc::gen::inRange(0, 3))});
  }
  if (*rc::gen::inRange(0, 2) == 0) chunk.total = total_of(chunk.coupons);
  chunk.paused = *rc::gen::inRange(0, 3) == 0;
  return chunk;
}

rc::Gen<PolicyCommand> any_command() {
  return rc::gen::exec([] {
    PolicyCommand command;
    command.kind = static_cast<PolicyCommand::Kind>(
        *rc::gen::weightedElement<int>({{5, 0}, {6, 1}, {2, 2}, {3, 3}, {1, 4}, {5, 5}, {5, 6}, {5, 7}}));
    command.policy = PolicyId{*rc::gen::inRange(1, 6)};
    if (command.kind == PolicyCommand::Kind::Create) command.name = "p";
    if (command.kind == PolicyCommand::Kind::Create) command.importing = *rc::gen::inRange(0, 3) == 0;
    if (command.kind == PolicyCommand::Kind::Import) command.chunk = any_chunk();
    if (command.kind == PolicyCommand::Kind::Create && *rc::gen::inRange(0, 3) == 0) {
      command.eligible = Eligible::Listed;
    }
    if (command.kind == PolicyCommand::Kind::List) {
      command.listed.first = *rc::gen::weightedElement<std::int64_t>({{6, 1}, {2, 2}, {3, 3}});
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        command.listed.users.emplace_back(*rc::gen::inRange(1, 12));
      }
    }
    if (command.kind == PolicyCommand::Kind::Create && *rc::gen::inRange(0, 3) == 0) {
      command.codes = CodeKind::Imported;
    }
    if (command.kind == PolicyCommand::Kind::Codes) {
      command.coupon_codes.first = *rc::gen::weightedElement<std::int64_t>({{6, 1}, {2, 2}, {3, 3}});
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        command.coupon_codes.codes.emplace_back(1, *rc::gen::inRange('A', 'G'));
      }
    }
    if (*rc::gen::inRange(0, 4) != 0) command.max_count = *rc::gen::inRange(0, 6);
    if (command.kind <= PolicyCommand::Kind::Change) {
      command.issue_starts_at = *any_changed_time();
      command.issue_ends_at = *any_changed_time();
      command.valid_until = *any_changed_time();
      if (*rc::gen::inRange(0, 2) == 0) command.per_user_limit = *rc::gen::inRange(1, 4);
      if (*rc::gen::inRange(0, 2) == 0) command.on_cancel = static_cast<OnCancel>(*rc::gen::inRange(1, 3));
      if (*rc::gen::inRange(0, 2) == 0) command.reissue = *rc::gen::inRange(0, 2) == 0;
    } else {
      command.max_count.reset();
    }
    if (needs_revision(command.kind) || *rc::gen::inRange(0, 8) == 0) {
      command.revision = *rc::gen::weightedElement<std::int64_t>({{8, 1}, {6, 2}, {4, 3}, {2, 4}, {1, 5}});
    }
    return command;
  });
}

rc::Gen<CouponCommand> any_coupon_command() {
  return rc::gen::exec([] {
    CouponCommand command;
    command.kind = *rc::gen::elementOf(
        std::vector<CouponCommand::Kind>(kCouponCommandKinds.begin(), kCouponCommandKinds.end()));
    command.policy = PolicyId{*rc::gen::inRange(1, 6)};
    command.sequence = *rc::gen::inRange(1, 6);
    command.reference = std::string(1, *rc::gen::inRange('a', 'e'));
    if (*rc::gen::inRange(0, 8) == 0) command.user = UserId{*rc::gen::inRange(1, 12)};
    command.hold_for = milliseconds{*rc::gen::inRange(1, 100)};
    return command;
  });
}

rc::Gen<Record> any_record() {
  return rc::gen::exec([] {
    Record record;
    record.appended_at = from_millis(*rc::gen::inRange(0, 200));
    record.has_log_append_time = *rc::gen::inRange(0, 10) != 0;
    if (*rc::gen::inRange(0, 5) == 0)
      record.origin = Origin{*rc::gen::inRange(1, 3), *rc::gen::inRange(0, 20)};
    const int pick = *rc::gen::inRange(0, 20);
    if (pick == 0) {
      record.content = Undecodable{};
    } else if (pick == 1) {
      record.content = RulesChange{1};
    } else if (pick < 6) {
      record.content = *any_command();
    } else if (pick < 13) {
      record.content = *any_coupon_command();
    } else {
      record.content = IssueRequest{UserId{*rc::gen::inRange(1, 12)}, PolicyId{*rc::gen::inRange(1, 6)}, 0,
                                    *rc::gen::weightedElement<std::int32_t>({{6, 1}, {3, 2}, {1, 3}})};
    }
    return record;
  });
}

/// Half of the journals, or all with coupons, begin with policies that issue, so that most of what follows finds one.
std::vector<Record> any_journal(bool has_coupons = false) {
  std::vector<Record> records;
  if (has_coupons || *rc::gen::inRange(0, 2) == 0) {
    for (std::int64_t policy = 1; policy <= 5; ++policy) {
      PolicyCommand create{.policy = PolicyId{policy}, .name = "p", .max_count = *rc::gen::inRange(1, 6)};
      create.per_user_limit = *rc::gen::inRange(1, 4);
      create.reissue = *rc::gen::inRange(0, 2) == 0;
      if (!has_coupons && *rc::gen::inRange(0, 4) == 0) create.eligible = Eligible::Listed;
      const bool has_codes = *rc::gen::inRange(0, 4) == 0;
      if (has_codes) create.codes = CodeKind::Imported;
      const std::int64_t max_count = has_codes ? std::exchange(*create.max_count, 0) : 0;
      records.push_back({.content = std::move(create)});
      if (has_codes) {
        PolicyCommand codes{.kind = PolicyCommand::Kind::Codes, .policy = PolicyId{policy}};
        codes.coupon_codes = {1, {"A", "B", "C", "D", "E"}};
        records.push_back({.content = std::move(codes)});
        PolicyCommand raise{
            .kind = PolicyCommand::Kind::Change, .policy = PolicyId{policy}, .max_count = max_count};
        raise.revision = 1;
        records.push_back({.content = std::move(raise)});
      }
      records.push_back({.content = IssueRequest{UserId{*rc::gen::inRange(1, 12)}, PolicyId{policy}}});
    }
  }
  auto more = *rc::gen::scale(4, rc::gen::container<std::vector<Record>>(any_record()));
  records.insert(records.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  for (std::size_t i = 0; i < records.size(); ++i) records[i].offset = static_cast<Offset>(i);
  return records;
}

/// The rows of a store: each batch updates or inserts rows.
struct Rows {
  PartitionState state;
  std::map<PolicyId, Policy> policies;
  std::vector<Coupon> coupons;
  std::map<std::pair<PolicyId, std::int64_t>, CouponLife> lives;
  std::vector<ListedUser> listed;
  std::vector<ImportedCode> codes;

  void save(Changes changes) {
    listed.insert(listed.end(), changes.listed.begin(), changes.listed.end());
    codes.insert(codes.end(), changes.imported_codes.begin(), changes.imported_codes.end());
    for (const CouponLife& life : changes.lives) lives[{life.policy, life.sequence}] = life;
    state = changes.state;
    for (Policy& policy : changes.policies) policies[policy.id] = policy;
    coupons.insert(coupons.end(), changes.coupons.begin(), changes.coupons.end());
  }

  [[nodiscard]] Decider load() const {
    Decider decider{kSelf, kPartitions};
    decider.load(state);
    for (const auto& [id, policy] : policies) decider.load(policy);
    for (const Coupon& coupon : coupons) {
      if (!is_over(policies.at(coupon.policy), state.clock)) decider.load(coupon);
    }
    for (const auto& [coupon, life] : lives) {
      if (!is_over(policies.at(coupon.first), state.clock)) decider.load(life);
    }
    for (const ListedUser& user : listed) {
      if (!is_over(policies.at(user.policy), state.clock)) decider.load(user);
    }
    for (const ImportedCode& code : codes) {
      if (!is_over(policies.at(code.policy), state.clock)) decider.load(code);
    }
    return decider;
  }
};

RC_GTEST_PROP(Decider, DecidesAsTheOracle, ()) {
  Decider decider{kSelf, kPartitions};
  Oracle oracle;
  for (const Record& record : any_journal()) {
    const Decision decision = decider.apply(record);
    RC_ASSERT(name_of(decision.code) == name_of(oracle.decide(record)));
    if (decision.code == Code::Success) {
      const auto& request = std::get<IssueRequest>(record.content);
      RC_ASSERT(decision.sequence == decider.find(request.policy)->issued_count);
    }
  }
  const Changes changes = decider.take_changes();
  RC_ASSERT(changes.coupons.size() == oracle.winners.size());
  for (std::size_t i = 0; i < changes.coupons.size(); ++i) {
    const Oracle::Winner& winner = oracle.winners[i];
    RC_ASSERT(changes.coupons[i].policy == winner.policy);
    RC_ASSERT(changes.coupons[i].user == winner.user);
    RC_ASSERT(changes.coupons[i].user_ordinal == winner.ordinal);
  }
  for (const Policy& policy : changes.policies) {
    RC_ASSERT(policy.active_count <= policy.max_count);
    RC_ASSERT(policy.active_count == oracle.active(policy.id));
  }
}

RC_GTEST_PROP(Decider, ContinuesUnchangedAfterSaveAndLoadAtAnyPoint, ()) {
  Decider whole{kSelf, kPartitions};
  Decider cut{kSelf, kPartitions};
  Rows rows;
  rows.state = cut.state();
  for (const Record& record : any_journal()) {
    const Decision expected = whole.apply(record);
    const Decision decision = cut.apply(record);
    RC_ASSERT(decision.code == expected.code);
    RC_ASSERT(decision.sequence == expected.sequence);
    const int event = *rc::gen::inRange(0, 6);
    if (event == 0 || event == 1) rows.save(cut.take_changes());
    if (event == 1) {
      cut = rows.load();
      RC_ASSERT(cut.loaded_well());
    }
    RC_ASSERT(cut.hash() == whole.hash());
  }
}

/// A producer that gets no acknowledgement appends the record again, so every applied record can appear
/// twice.
RC_GTEST_PROP(Decider, AppliesNoRecordTwice, ()) {
  Decider decider{kSelf, kPartitions};
  std::vector<Record> applied;
  const auto journal = any_journal();
  for (const Record& record : journal) {
    const Code code = decider.apply(record).code;
    // A copy of a reserve whose hold still lasts extends it, as the holder's own repeat does.
    const auto* coupon = std::get_if<CouponCommand>(&record.content);
    if (coupon && coupon->kind == CouponCommand::Kind::Reserve) continue;
    if (code == Code::Success || code == Code::Accepted) applied.push_back(record);
  }
  const std::uint64_t hash = decider.hash();
  for (Record copy : applied) {
    copy.offset += static_cast<Offset>(journal.size());
    copy.appended_at = decider.clock();
    const Code code = decider.apply(copy).code;
    RC_ASSERT(code != Code::Success);
    RC_ASSERT(code != Code::Accepted);
    RC_ASSERT(decider.hash() == hash);
  }
}

RC_GTEST_PROP(Decider, DetectsRowsThatAnotherProgramHasChanged, ()) {
  Decider decider{kSelf, kPartitions};
  Rows rows;
  for (const Record& record : any_journal(/*has_coupons=*/true)) decider.apply(record);
  rows.save(decider.take_changes());
  RC_PRE(!rows.coupons.empty());
  const auto victim = *rc::gen::inRange<std::size_t>(0, rows.coupons.size());
  RC_PRE(!is_over(rows.policies.at(rows.coupons[victim].policy), rows.state.clock));
  std::erase_if(rows.lives, [&](const auto& row) {
    return is_over(rows.policies.at(row.first.first), rows.state.clock);
  });
  switch (*rc::gen::inRange(0, rows.lives.empty() ? 4 : 7)) {
    case 0: rows.coupons.erase(rows.coupons.begin() + static_cast<std::ptrdiff_t>(victim)); break;
    case 1: rows.coupons[victim].user = UserId{99}; break;
    case 2: ++rows.policies.begin()->second.max_count; break;
    case 4: rows.lives.begin()->second.references.front().text = "x"; break;
    case 5: rows.lives.erase(rows.lives.begin()); break;
    case 6: rows.lives.begin()->second.references.front().accepted ^= 1; break;
    default: rows.state.clock += milliseconds{1}; break;
  }
  RC_ASSERT(!rows.load().loaded_well());
}

}  // namespace
}  // namespace firstcome::decide
