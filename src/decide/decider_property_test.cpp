#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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
    const PolicyId policy = request ? request->policy : std::get<PolicyCommand>(record.content).policy;
    const bool mine = home(policy, kPartitions) == kSelf;
    if (!mine) return record.origin ? Code::Invalid : Code::Forwarded;
    if (record.origin) {
      for (const Origin& seen : origins_) {
        if (seen.partition == record.origin->partition && seen.offset >= record.origin->offset)
          return Code::Duplicate;
      }
      origins_.push_back(*record.origin);
    }
    return request ? issue(*request) : command(std::get<PolicyCommand>(record.content));
  }

  std::vector<std::pair<PolicyId, UserId>> winners;  ///< in order

 private:
  struct Terms {
    std::int64_t max = 0;
    std::optional<Timestamp> from;
    std::optional<Timestamp> until;
    bool operator==(const Terms&) const = default;

    bool paused = false;
    bool closed = false;
    bool importing = false;
    std::vector<ImportedCoupon> imported;
    std::int64_t revision = 0;
  };

  [[nodiscard]] std::int64_t issued(PolicyId policy) const {
    return std::count_if(winners.begin(), winners.end(), [&](const auto& w) { return w.first == policy; });
  }

  Code issue(const IssueRequest& request) {
    const auto found = terms_.find(request.policy);
    if (found == terms_.end()) return Code::UnknownPolicy;
    const Terms& terms = found->second;
    if (terms.closed) return Code::Closed;
    const std::pair<PolicyId, UserId> winner{request.policy, request.user};
    if (std::find(winners.begin(), winners.end(), winner) != winners.end()) return Code::AlreadyIssued;
    if (terms.from && clock_ < *terms.from) return Code::NotStarted;
    if (terms.until && clock_ >= *terms.until) return Code::Ended;
    if (terms.paused || terms.importing) return Code::Paused;
    if (issued(request.policy) == terms.max) return Code::SoldOut;
    if (request.ordinal > 1) return Code::Refused;
    winners.push_back(winner);
    return Code::Success;
  }

  Code command(const PolicyCommand& command) {
    using Kind = PolicyCommand::Kind;
    const auto found = terms_.find(command.policy);
    if (command.kind == Kind::Create) {
      if (found != terms_.end()) return Code::Exists;
      Terms terms;
      if (!command.max_count || !set(command, terms)) return Code::Refused;
      terms.revision = 1;
      terms.importing = command.importing;
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
    if (command.kind == Kind::Pause) terms.paused = true;
    if (command.kind == Kind::Resume) terms.paused = false;
    if (command.kind == Kind::Close) terms.closed = true;
    if (command.kind == Kind::Change) {
      if (!set(command, terms) || terms.max < issued(command.policy)) return Code::Refused;
    }
    if (terms == found->second) return Code::Unchanged;
    ++terms.revision;
    found->second = terms;
    return Code::Accepted;
  }

  bool take_chunk(const PolicyCommand& command, Terms& terms) {
    const ImportChunk& chunk = command.chunk;
    if (!terms.importing || (chunk.coupons.empty() && !chunk.total)) return false;
    if (chunk.first != issued(command.policy) + 1) return false;
    auto after = winners;
    for (const ImportedCoupon& coupon : chunk.coupons) {
      const std::pair<PolicyId, UserId> winner{command.policy, coupon.user};
      if (std::find(after.begin(), after.end(), winner) != after.end()) return false;
      after.push_back(winner);
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
    return terms.max >= 1 && !(terms.from && terms.until && *terms.from >= *terms.until);
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
        *rc::gen::weightedElement<int>({{5, 0}, {6, 1}, {2, 2}, {3, 3}, {1, 4}, {5, 5}}));
    command.policy = PolicyId{*rc::gen::inRange(1, 6)};
    if (command.kind == PolicyCommand::Kind::Create) command.name = "p";
    if (command.kind == PolicyCommand::Kind::Create) command.importing = *rc::gen::inRange(0, 3) == 0;
    if (command.kind == PolicyCommand::Kind::Import) command.chunk = any_chunk();
    if (*rc::gen::inRange(0, 4) != 0) command.max_count = *rc::gen::inRange(0, 6);
    if (command.kind <= PolicyCommand::Kind::Change) {
      command.issue_starts_at = *any_changed_time();
      command.issue_ends_at = *any_changed_time();
    } else {
      command.max_count.reset();
    }
    const bool needs_revision =
        command.kind != PolicyCommand::Kind::Create && command.kind != PolicyCommand::Kind::Import;
    if (needs_revision || *rc::gen::inRange(0, 8) == 0) {
      command.revision = *rc::gen::weightedElement<std::int64_t>({{8, 1}, {6, 2}, {4, 3}, {2, 4}, {1, 5}});
    }
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
    } else if (pick < 7) {
      record.content = *any_command();
    } else {
      record.content = IssueRequest{UserId{*rc::gen::inRange(1, 12)}, PolicyId{*rc::gen::inRange(1, 6)}, 0,
                                    *rc::gen::weightedElement<std::int32_t>({{9, 1}, {1, 2}})};
    }
    return record;
  });
}

std::vector<Record> any_journal() {
  auto records = *rc::gen::scale(4, rc::gen::container<std::vector<Record>>(any_record()));
  for (std::size_t i = 0; i < records.size(); ++i) records[i].offset = static_cast<Offset>(i);
  return records;
}

/// The rows of a store: each batch updates or inserts rows.
struct Rows {
  PartitionState state;
  std::map<PolicyId, Policy> policies;
  std::vector<Coupon> coupons;

  void save(Changes changes) {
    state = changes.state;
    for (Policy& policy : changes.policies) policies[policy.id] = policy;
    coupons.insert(coupons.end(), changes.coupons.begin(), changes.coupons.end());
  }

  [[nodiscard]] Decider load() const {
    Decider decider{kSelf, kPartitions};
    decider.load(state);
    for (const auto& [id, policy] : policies) decider.load(policy);
    for (const Coupon& coupon : coupons) {
      if (policies.at(coupon.policy).state != PolicyState::Closed) decider.load(coupon);
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
  std::vector<std::pair<PolicyId, UserId>> winners;
  for (const Coupon& coupon : decider.take_changes().coupons)
    winners.emplace_back(coupon.policy, coupon.user);
  RC_ASSERT(winners == oracle.winners);
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
  for (const Record& record : any_journal()) decider.apply(record);
  rows.save(decider.take_changes());
  RC_PRE(!rows.coupons.empty());
  const auto victim = *rc::gen::inRange<std::size_t>(0, rows.coupons.size());
  RC_PRE(rows.policies.at(rows.coupons[victim].policy).state != PolicyState::Closed);
  switch (*rc::gen::inRange(0, 4)) {
    case 0: rows.coupons.erase(rows.coupons.begin() + static_cast<std::ptrdiff_t>(victim)); break;
    case 1: rows.coupons[victim].user = UserId{99}; break;
    case 2: ++rows.policies.begin()->second.max_count; break;
    default: rows.state.clock += milliseconds{1}; break;
  }
  RC_ASSERT(!rows.load().loaded_well());
}

}  // namespace
}  // namespace firstcome::decide
