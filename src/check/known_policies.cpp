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

/// `before`: the accepted command of the revision before, if the history has it.
bool may_raise(const HistoryRow& row, const HistoryRow* before) {
  if (row.command != PolicyCommand::Kind::Change) return false;
  return before == nullptr || before->revision + 1 != row.revision || before->max_count == 0 ||
         row.max_count == 0 || row.max_count > before->max_count;
}

void judge_commands(Commands accepted, const Commands& unknown, PolicyFacts& facts) {
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
  PolicyFacts* facts = nullptr;
  PolicyId policy;
  for (const HistoryRow& row : evidence.history) {
    if (facts == nullptr || row.policy != policy) {
      policy = row.policy;
      facts = &facts_[policy];  // valid until another policy is inserted
    }
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
    for (const auto& [id, of] : commands) judge_commands(of.first, of.second, facts_[id]);
  } else {  // other clients may have raised the stock at any time
    for (auto& [id, of] : facts_) of.raises = {{Moment::min(), kNever}};
  }
}

void KnownPolicies::read_model(const NaiveModel& model) {
  for (const auto& [id, policy] : model.policies()) {
    std::vector<Stock> stocks;
    stocks.reserve(policy.versions.size());
    for (const PolicyVersion& version : policy.versions)
      stocks.push_back({version.from, version.terms.max_count});
    set_stocks(id, std::move(stocks));
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
  for (auto& [id, of] : stocks) {
    std::sort(of.begin(), of.end(), [](const Stock& a, const Stock& b) { return a.from < b.from; });
    set_stocks(id, std::move(of));
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
