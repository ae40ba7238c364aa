#include "audit/explain_replay.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>

#include "audit/value_text.h"
#include "text/grouped.h"

namespace firstcome::audit {
namespace {

using text::grouped;

/// The field as the request has it. It is for information only, so it is not parsed.
std::string requested_at(const journal::RawRecord& raw) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  const simdjson::padded_string json(raw.value.value_or(""));
  if (parser.parse(json)["requestedAt"].get(value) != simdjson::SUCCESS) return {};
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
}

/// An import has many chunks. Only the last one is shown, and the one with the user's coupon. Of a list only the chunks
/// with the user are shown, and no list of codes.
bool is_shown(const std::optional<PolicyCommand>& command, bool has_user) {
  if (!command) return true;
  if (command->kind == PolicyCommand::Kind::List) return has_user;
  if (command->kind == PolicyCommand::Kind::Codes) return false;
  if (command->kind != PolicyCommand::Kind::Import) return true;
  return has_user || command->chunk.total.has_value();
}

/// True if the record counts as a request of the policy. Records that are decided elsewhere or earlier do not.
bool counts_as_arrival(Code code) {
  return code != Code::Forwarded && code != Code::Duplicate && code != Code::Invalid;
}

}  // namespace

ExplainReplay::ExplainReplay(Explanation& explanation, Start start, const StoredPartition& stored,
                             RowsBeforeStart before)
    : explanation_(explanation), decider_(std::move(start.decider)) {
  load(stored, before);
}

/// Loads what happened before the start from the store: commands, the user's coupon, the last issued coupon.
void ExplainReplay::load(const StoredPartition& stored, RowsBeforeStart before) {
  const auto policy = stored.policies.find(explanation_.question.policy);
  if (policy == stored.policies.end()) return;
  for (const StoredCoupon& row : policy->second.coupons) {
    if (!before.contains(row)) continue;
    last_issued_ = IssuedCoupon{row.sequence, row.offset, row.issued_at, 0};
    if (row.user == explanation_.question.user) explanation_.coupon = last_issued_;
  }
  CommandReader commands;
  std::int64_t imported = 0;
  for (const store::StoredChange& row : policy->second.changes) {
    if (!before.contains(row)) continue;
    Event event{.offset = row.change.offset,
                .at = row.change.at,
                .command = commands.read(row.change, decider_.rules()),
                .decision = {.code = Code::Accepted}};
    // policy_change has only the last chunk of an import, with the number of imported coupons.
    const bool ends_import = event.command && event.command->kind == PolicyCommand::Kind::Import;
    if (event.command && event.command->importing) imported = INT64_MAX;
    if (ends_import) imported = event.command->chunk.total ? event.command->chunk.total->count : 0;
    const bool has_users_coupon =
        ends_import && explanation_.coupon && explanation_.coupon->sequence <= imported;
    if (is_shown(event.command, has_users_coupon)) explanation_.events.push_back(std::move(event));
  }
  if (explanation_.coupon) explanation_.coupon->imported = explanation_.coupon->sequence <= imported;
}

Status ExplainReplay::apply(const journal::RawRecord& raw, const Record& record) {
  Decision decision;
  try {
    decision = decider_.apply(record);
  } catch (const decide::UnsupportedRules& rules) {
    return unsupported_rules_error(explanation_.partition, record.offset, rules);
  }
  if (const auto* request = std::get_if<IssueRequest>(&record.content)) {
    if (request->policy == explanation_.question.policy) add_request(raw, record, *request, decision);
  } else if (const auto* command = std::get_if<PolicyCommand>(&record.content)) {
    if (command->policy != explanation_.question.policy || decision.code != Code::Accepted) return Done{};
    const bool has_users_coupon = add_imported_coupons(*command, record.offset);
    const auto& listed = command->listed.users;
    const bool lists_user = std::ranges::find(listed, explanation_.question.user) != listed.end();
    if (!is_shown(*command, has_users_coupon || lists_user)) return Done{};
    explanation_.events.push_back({.offset = record.offset,
                                   .at = decider_.clock(),
                                   .command = *command,
                                   .decision = decision,
                                   .trace = record.trace});
  }
  return Done{};
}

/// True if the command imports a coupon of the user.
bool ExplainReplay::add_imported_coupons(const PolicyCommand& command, Offset offset) {
  if (command.kind != PolicyCommand::Kind::Import) return false;
  bool has_users_coupon = false;
  std::int64_t sequence = command.chunk.first;
  for (const ImportedCoupon& coupon : command.chunk.coupons) {
    last_issued_ = IssuedCoupon{sequence++, offset, coupon.issued_at, 0, true};
    if (coupon.user != explanation_.question.user) continue;
    explanation_.coupon = last_issued_;
    has_users_coupon = true;
  }
  return has_users_coupon;
}

void ExplainReplay::add_request(const journal::RawRecord& raw, const Record& record,
                                const IssueRequest& request, const Decision& decision) {
  const std::int64_t arrival = counts_as_arrival(decision.code) ? ++explanation_.arrivals : 0;
  if (request.user == explanation_.question.user) {
    explanation_.events.push_back({.offset = record.offset,
                                   .at = decider_.clock(),
                                   .command = {},
                                   .decision = decision,
                                   .requested_at = requested_at(raw),
                                   .arrival = arrival,
                                   .origin = record.origin,
                                   .reason = reason(decision, arrival),
                                   .trace = record.trace});
  }
  if (decision.code != Code::Success) return;
  last_issued_ = IssuedCoupon{decision.sequence, record.offset, decision.issued_at, arrival};
  if (request.user == explanation_.question.user) explanation_.coupon = last_issued_;
}

std::string ExplainReplay::reason(const Decision& decision, std::int64_t arrival) const {
  const Policy* policy = decider_.find(explanation_.question.policy);
  switch (decision.code) {
    case Code::Success:
      return fmt::format("this request got coupon {} of {}", grouped(decision.sequence),
                         grouped(policy->max_count));
    case Code::AlreadyIssued: {
      const auto& coupon = explanation_.coupon;
      return fmt::format("the user already owned {}coupon {}{}, issued {} earlier",
                         coupon && coupon->imported ? "imported " : "", grouped(decision.sequence),
                         coupon ? fmt::format(" from offset {}", coupon->offset) : "",
                         duration_text(decider_.clock() - decision.issued_at));
    }
    case Code::SoldOut: return sold_out_reason(arrival);
    case Code::NotEligible: return "the user was not on the policy's list of eligible users";
    case Code::NotStarted:
      return fmt::format("issuing starts at {}, {} later", time_text(policy->issue_starts_at),
                         duration_text(*policy->issue_starts_at - decider_.clock()));
    case Code::Ended:
      return fmt::format("issuing ended at {}, {} earlier", time_text(policy->issue_ends_at),
                         duration_text(decider_.clock() - *policy->issue_ends_at));
    case Code::Paused:
      return policy->state == PolicyState::Importing
                 ? "the import was still running; it began" + when(PolicyCommand::Kind::Create)
                 : "the policy was paused" + when(PolicyCommand::Kind::Pause);
    case Code::Closed: return "the policy was closed" + when(PolicyCommand::Kind::Close);
    case Code::UnknownPolicy: return "the policy was not created yet";
    case Code::Duplicate: return "a second copy of a misrouted request, which is decided at its first copy";
    default: return "it is not decided here";
  }
}

std::string ExplainReplay::sold_out_reason(std::int64_t arrival) const {
  const std::string max_count = grouped(decider_.find(explanation_.question.policy)->max_count);
  if (!last_issued_) return fmt::format("all {} coupons were issued", max_count);
  std::string text =
      fmt::format("coupon {} of {} was issued at offset {}, {} earlier", grouped(last_issued_->sequence),
                  max_count, last_issued_->offset, duration_text(decider_.clock() - last_issued_->at));
  if (last_issued_->arrival > 0)
    text += fmt::format("; {} too late", text::counted(arrival - last_issued_->arrival, "request"));
  return text;
}

std::string ExplainReplay::when(PolicyCommand::Kind kind) const {
  const auto& events = explanation_.events;
  const auto found = std::find_if(events.rbegin(), events.rend(), [kind](const Event& event) {
    return event.command && event.command->kind == kind;
  });
  if (found == events.rend()) return " earlier";
  return fmt::format(" at offset {}, {} earlier", found->offset, duration_text(decider_.clock() - found->at));
}

void ExplainReplay::finish() {
  if (const Policy* policy = decider_.find(explanation_.question.policy)) explanation_.policy = *policy;
}

}  // namespace firstcome::audit
