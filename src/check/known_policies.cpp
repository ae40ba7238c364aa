#include "check/known_policies.h"

#include <simdjson.h>

#include <algorithm>
#include <map>

#include "check/naive_model.h"

namespace firstcome::check {
namespace {

/// The commands of one policy in the history.
using Commands = std::vector<const HistoryRow*>;

bool sets_stock(const HistoryRow& row) {
  return row.command == PolicyCommand::Kind::Create || row.command == PolicyCommand::Kind::Change;
}

/// True if the history has every command of the policy, with its result. Then the stocks in it are all stocks.
bool is_complete(const Commands& accepted, const Commands& unknown) {
  std::int32_t revision = 0;
  for (const HistoryRow* row : accepted) {
    // An import chunk before the last one does not raise the revision.
    const bool is_inner_chunk = row->command == PolicyCommand::Kind::Import && row->revision == revision;
    if (!is_inner_chunk && row->revision != ++revision) return false;
    if (sets_stock(*row) && row->max_count == 0) return false;
  }
  return std::none_of(unknown.begin(), unknown.end(), [](const HistoryRow* row) { return sets_stock(*row); });
}

bool may_give_back(const HistoryRow& row) {
  if (row.request != RequestKind::CouponCommand) return false;
  if (row.coupon_command != CouponCommand::Kind::Cancel) return false;
  return row.response == ResponseKind::Unknown || row.got(Code::Accepted) || row.got(Code::Unchanged);
}

/// `before`: the accepted command of the revision before, if the history has it.
bool may_raise(const HistoryRow& row, const HistoryRow* before) {
  if (row.command != PolicyCommand::Kind::Change) return false;
  return before == nullptr || before->revision + 1 != row.revision || before->max_count == 0 ||
         row.max_count == 0 || row.max_count > before->max_count;
}

void judge_commands(Commands accepted, const Commands& unknown, const Commands& cancels, PolicyFacts& facts) {
  std::sort(accepted.begin(), accepted.end(), [](auto* a, auto* b) { return a->revision < b->revision; });
  if (!accepted.empty() && is_complete(accepted, unknown)) {
    for (const HistoryRow* row : accepted) {
      if (!sets_stock(*row)) continue;
      facts.highest_stock = std::max<std::int64_t>(facts.highest_stock.value_or(0), row->max_count);
      facts.lowest_stock = std::min<std::int64_t>(facts.lowest_stock.value_or(INT64_MAX), row->max_count);
    }
  }
  const HistoryRow* before = nullptr;
  for (const HistoryRow* row : accepted) {
    if (may_raise(*row, before)) facts.raises.push_back({row->sent, row->answered});
    before = row;
  }
  for (const HistoryRow* row : unknown) {
    if (row->command == PolicyCommand::Kind::Change) facts.raises.push_back({row->sent, kNever});
  }
  // A place that a cancel gave back is as good as a raise by one.
  std::set<std::int32_t> coupons;
  for (const HistoryRow* row : cancels) {
    const bool unknown_yet = row->response == ResponseKind::Unknown;
    facts.raises.push_back({row->sent, unknown_yet ? kNever : row->answered});
    coupons.insert(row->sequence);
  }
  if (facts.highest_stock) *facts.highest_stock += std::ssize(coupons);
  std::sort(facts.raises.begin(), facts.raises.end(), [](auto& a, auto& b) { return a.sent < b.sent; });
  Moment last = Moment::min();
  for (PossibleRaise& raise : facts.raises) raise.answered_last = last = std::max(last, raise.answered_last);
}

}  // namespace

KnownPolicies::KnownPolicies(const Evidence& evidence) {
  read_history(evidence);
  if (evidence.journal != nullptr) {
    read_model(*evidence.journal);
  } else if (evidence.store) {
    read_changes(*evidence.store);
  } else {
    // The history does not show how many coupons an import created.
    for (const PolicyId policy : imports_) facts_[policy].complete = false;
  }
}

void KnownPolicies::read_history(const Evidence& evidence) {
  std::map<PolicyId, std::pair<Commands, Commands>> commands;  // accepted, unknown
  std::map<PolicyId, Commands> cancels;                        // that may have given back a place
  PolicyFacts* facts = nullptr;
  PolicyId policy;
  for (const HistoryRow& row : evidence.history) {
    if (facts == nullptr || row.policy != policy) {
      policy = row.policy;
      facts = &facts_[policy];  // valid until another policy is inserted
    }
    if (may_give_back(row)) cancels[policy].push_back(&row);
    if (row.request == RequestKind::CouponCommand) continue;
    const bool accepted = row.request == RequestKind::Command && row.got(Code::Accepted);
    if (accepted) commands[policy].first.push_back(&row);
    if (row.request == RequestKind::Command && row.response == ResponseKind::Unknown)
      commands[policy].second.push_back(&row);
    if (accepted && row.command == PolicyCommand::Kind::Create && evidence.complete) facts->complete = true;
    if (row.request == RequestKind::Command && row.command == PolicyCommand::Kind::Import)
      imports_.insert(policy);
    if (row.response != ResponseKind::Decided) continue;
    if (row.code != Code::UnknownPolicy && row.code != Code::Refused) {
      facts->created_by = std::min(facts->created_by, row.answered);
    }
    const bool closes = row.request == RequestKind::Command && row.command == PolicyCommand::Kind::Close &&
                        (accepted || row.got(Code::Unchanged));
    if (row.code == Code::Closed || closes) {
      facts->closed_by = std::min(facts->closed_by, row.answered);
    }
  }
  if (evidence.complete) {
    for (const auto& [id, of] : commands) judge_commands(of.first, of.second, cancels[id], facts_[id]);
  } else {  // other clients may have raised the stock at any time
    for (auto& [id, of] : facts_) of.raises = {{Moment::min(), kNever}};
  }
}

namespace {

/// Adds the places that came back from these offsets on.
std::vector<Stock> with_returns(const std::vector<Stock>& terms, std::vector<Offset> returns) {
  std::ranges::sort(returns);
  std::vector<Stock> stocks;
  std::int64_t max_count = 0;
  std::int64_t returned = 0;
  auto next = returns.begin();
  const auto add_returns_before = [&](Offset offset) {
    for (; next != returns.end() && *next < offset; ++next) stocks.push_back({*next, max_count + ++returned});
  };
  for (const Stock& stock : terms) {
    add_returns_before(stock.from);
    max_count = stock.max_count;
    stocks.push_back({stock.from, max_count + returned});
  }
  add_returns_before(INT64_MAX);
  return stocks;
}

/// A place that comes back is as good as a raise of the stock: the coupons ever issued are at most maxCount and
/// the places that came back.
std::vector<Stock> stocks_of(const ModelPolicy& policy) {
  std::vector<Stock> stocks;
  for (const PolicyVersion& version : policy.versions) {
    stocks.push_back({version.from, version.terms.max_count + policy.tally_before(version.from).gave_back});
  }
  for (const ModelTally& tally : policy.tallies) {
    stocks.push_back({tally.from, policy.version_before(tally.from)->terms.max_count + tally.gave_back});
  }
  std::ranges::stable_sort(stocks, {}, &Stock::from);
  return stocks;
}

}  // namespace

void KnownPolicies::read_model(const NaiveModel& model) {
  for (const auto& [id, policy] : model.policies()) {
    set_stocks(id, stocks_of(policy));
    facts_[id].imported = policy.imported;
  }
}

void KnownPolicies::read_changes(const StoreRows& store) {
  std::map<PolicyId, std::vector<Stock>> stocks;
  simdjson::dom::parser parser;
  for (const ChangeFact& change : store.changes) {
    std::int64_t max_count = 0;
    std::int64_t imported = 0;
    bool importing = false;
    simdjson::dom::element command;
    if (parser.parse(change.command).get(command) != simdjson::SUCCESS) continue;
    // All coupons of an importing policy are imported. The last chunk has their number.
    if (command["importing"].get_bool().get(importing) == simdjson::SUCCESS && importing) {
      facts_[change.policy].imported = INT64_MAX;
    }
    if (command["count"].get_int64().get(imported) == simdjson::SUCCESS) {
      facts_[change.policy].imported = imported;
    }
    if (command["maxCount"].get_int64().get(max_count) != simdjson::SUCCESS) continue;
    stocks[change.policy].push_back({change.offset + 1, max_count});
  }
  std::map<PolicyId, std::vector<Offset>> returns;
  std::set<std::pair<PolicyId, std::int64_t>> gave_back;
  for (const CouponLife& life : store.lives) {
    if (life.gave_back_place) gave_back.emplace(life.policy, life.sequence);
  }
  for (const CouponChangeFact& fact : store.coupon_changes) {
    const CouponChange& change = fact.change;
    if (change.kind == CouponCommand::Kind::Cancel && gave_back.contains({change.policy, change.sequence})) {
      returns[change.policy].push_back(change.offset + 1);
    }
  }
  for (auto& [id, of] : stocks) {
    std::sort(of.begin(), of.end(), [](const Stock& a, const Stock& b) { return a.from < b.from; });
    set_stocks(id, with_returns(of, returns[id]));
  }
}

void KnownPolicies::set_stocks(PolicyId policy, std::vector<Stock> stocks) {
  PolicyFacts& facts = facts_[policy];
  std::int64_t lowest = INT64_MAX;
  std::int64_t highest = 0;
  for (std::size_t i = 0; i < stocks.size(); ++i) {
    lowest = std::min(lowest, stocks[i].max_count);
    highest = std::max(highest, stocks[i].max_count);
    if (i == 0) continue;
    stocks[i].epoch = stocks[i - 1].epoch + (stocks[i].max_count > stocks[i - 1].max_count ? 1 : 0);
  }
  facts.lowest_stock = lowest;
  facts.highest_stock = highest;
  facts.stocks = std::move(stocks);
}

const PolicyFacts& KnownPolicies::of(PolicyId policy) const {
  static const PolicyFacts nothing;
  const auto found = facts_.find(policy);
  return found == facts_.end() ? nothing : found->second;
}

namespace {

const Stock* stock_at(const std::vector<Stock>& stocks, Offset offset) {
  const auto later = std::partition_point(stocks.begin(), stocks.end(),
                                          [&](const Stock& stock) { return stock.from <= offset; });
  return later == stocks.begin() ? nullptr : &*std::prev(later);
}

}  // namespace

std::size_t PolicyFacts::epoch(Offset offset) const {
  const Stock* stock = stock_at(stocks, offset);
  return stock == nullptr ? 0 : stock->epoch;
}

Moment PolicyFacts::last_raise(Moment until) const {
  if (!stocks.empty()) return Moment::min();
  const auto later = std::partition_point(raises.begin(), raises.end(),
                                          [&](const PossibleRaise& raise) { return raise.sent <= until; });
  return later == raises.begin() ? Moment::min() : std::prev(later)->answered_last;
}

std::optional<std::int64_t> PolicyFacts::stock_before(Offset offset) const {
  const Stock* stock = stock_at(stocks, offset);
  return stock == nullptr ? std::nullopt : std::optional(stock->max_count);
}

}  // namespace firstcome::check
