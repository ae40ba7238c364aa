#include "audit/explain_replay.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>

#include "audit/words.h"
#include "text/grouped.h"

namespace firstcome::audit {
namespace {

/// Informational, so whatever stands there is shown as it stands there.
std::string requested_at(const journal::RawRecord& raw) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  const simdjson::padded_string json(raw.value.value_or(""));
  if (parser.parse(json)["requestedAt"].get(value) != simdjson::SUCCESS) return {};
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
}

std::string offset_in_words(Offset offset) { return fmt::format("offset {}", offset); }

/// An import has a thousand chunks: told are its end, and the one with the user's coupon.
bool is_worth_telling(const std::optional<PolicyCommand>& command, bool brought_coupon) {
  if (!command || command->kind != PolicyCommand::Kind::Import) return true;
  return brought_coupon || command->chunk.total.has_value();
}

/// Does the policy's order of arrivals know this record? What was decided elsewhere or before, it does not.
bool arrives(Code code) {
  return code != Code::Forwarded && code != Code::Duplicate && code != Code::Invalid;
}

}  // namespace

ExplainReplay::ExplainReplay(Explanation& explanation, Start start, const StoredPartition& stored,
                             Given given)
    : story_(explanation), decider_(std::move(start.decider)) {
  load(stored, given);
}

/// What came before the journal begins is told from the store: commands, the user's coupon, the last one
/// issued.
void ExplainReplay::load(const StoredPartition& stored, Given given) {
  const auto policy = stored.policies.find(story_.question.policy);
  if (policy == stored.policies.end()) return;
  for (const StoredCoupon& row : policy->second.coupons) {
    if (!given.has(row)) continue;
    last_issued_ = Issued{row.sequence, row.offset, row.issued_at, 0};
    if (row.user == story_.question.user) story_.holds = last_issued_;
  }
  CommandReader commands;
  std::int64_t imported = 0;
  for (const store::StoredChange& row : policy->second.changes) {
    if (!given.has(row)) continue;
    Event event{.offset = row.change.offset,
                .at = row.change.at,
                .command = commands.read(row.change, decider_.rules()),
                .decision = {.code = Code::Accepted}};
    // The history has of an import only its end, which says how many coupons came in.
    const bool ends_import = event.command && event.command->kind == PolicyCommand::Kind::Import;
    if (event.command && event.command->importing) imported = INT64_MAX;
    if (ends_import) imported = event.command->chunk.total ? event.command->chunk.total->count : 0;
    const bool brought_it = ends_import && story_.holds && story_.holds->sequence <= imported;
    if (is_worth_telling(event.command, brought_it)) story_.events.push_back(std::move(event));
  }
  if (story_.holds) story_.holds->imported = story_.holds->sequence <= imported;
}

Status ExplainReplay::tell(const journal::RawRecord& raw, const Record& record) {
  Decision decision;
  try {
    decision = decider_.apply(record);
  } catch (const decide::UnsupportedRules& beyond) {
    return rules_beyond(story_.partition, record.offset, beyond);
  }
  if (const auto* asked = std::get_if<IssueRequest>(&record.content)) {
    if (asked->policy == story_.question.policy) request(raw, record, *asked, decision);
  } else if (const auto* command = std::get_if<PolicyCommand>(&record.content)) {
    if (command->policy != story_.question.policy || decision.code != Code::Accepted) return Done{};
    const bool brought_it = hear_of_coupons(*command, record.offset);
    if (!is_worth_telling(*command, brought_it)) return Done{};
    story_.events.push_back(
        {.offset = record.offset, .at = decider_.clock(), .command = *command, .decision = decision});
  }
  return Done{};
}

/// True: one of the coupons that an import brings is the user's.
bool ExplainReplay::hear_of_coupons(const PolicyCommand& command, Offset offset) {
  if (command.kind != PolicyCommand::Kind::Import) return false;
  bool theirs = false;
  std::int64_t sequence = command.chunk.first;
  for (const ImportedCoupon& coupon : command.chunk.coupons) {
    last_issued_ = Issued{sequence++, offset, coupon.issued_at, 0, true};
    if (coupon.user != story_.question.user) continue;
    story_.holds = last_issued_;
    theirs = true;
  }
  return theirs;
}

void ExplainReplay::request(const journal::RawRecord& raw, const Record& record, const IssueRequest& request,
                            const Decision& decision) {
  const std::int64_t arrival = arrives(decision.code) ? ++story_.arrivals : 0;
  if (request.user == story_.question.user) {
    story_.events.push_back({.offset = record.offset,
                             .at = decider_.clock(),
                             .command = {},
                             .decision = decision,
                             .requested_at = requested_at(raw),
                             .arrival = arrival,
                             .origin = record.origin,
                             .why = why(decision, arrival)});
  }
  if (decision.code != Code::Success) return;
  last_issued_ = Issued{decision.sequence, record.offset, decision.issued_at, arrival};
  if (request.user == story_.question.user) story_.holds = last_issued_;
}

std::string ExplainReplay::why(const Decision& decision, std::int64_t arrival) const {
  const Policy* policy = decider_.find(story_.question.policy);
  const auto until = [&](Timestamp start) { return duration(start - decider_.clock()); };
  const auto since = [&](Timestamp end) { return duration(decider_.clock() - end); };
  const auto by = [&](PolicyCommand::Kind kind) {
    const Event* command = last_command(kind);
    if (command == nullptr) return std::string();
    return " since " + offset_in_words(command->offset) + ", " + since(command->at) + " before";
  };
  switch (decision.code) {
    case Code::Success:
      return "coupon " + text::grouped(decision.sequence) + " of " + text::grouped(policy->max_count) +
             " went to this request";
    case Code::AlreadyIssued:
      return "the user held " + std::string(story_.holds && story_.holds->imported ? "imported " : "") +
             "coupon " + text::grouped(decision.sequence) +
             (story_.holds ? " since " + offset_in_words(story_.holds->offset) : "") + ", issued " +
             since(decision.issued_at) + " before";
    case Code::SoldOut: return why_sold_out(arrival);
    case Code::NotStarted:
      return "issuing was to start at " + time_in_words(policy->issue_starts_at) + ", " +
             until(*policy->issue_starts_at) + " later";
    case Code::Ended:
      return "issuing had ended at " + time_in_words(policy->issue_ends_at) + ", " +
             since(*policy->issue_ends_at) + " before";
    case Code::Paused:
      return policy->state == PolicyState::Importing
                 ? "the policy was being imported" + by(PolicyCommand::Kind::Create)
                 : "the policy was paused" + by(PolicyCommand::Kind::Pause);
    case Code::Closed: return "the policy was closed" + by(PolicyCommand::Kind::Close);
    case Code::UnknownPolicy: return "the policy had not been created yet";
    case Code::Duplicate: return "a second copy of a misrouted request, which was decided at its first one";
    default: return "it is not decided here";
  }
}

std::string ExplainReplay::why_sold_out(std::int64_t arrival) const {
  const Policy& policy = *decider_.find(story_.question.policy);
  std::string text = "all " + text::grouped(policy.max_count) + " coupons had gone";
  if (!last_issued_) return text;
  text = "coupon " + text::grouped(last_issued_->sequence) + " of " + text::grouped(policy.max_count) +
         " had gone to " + offset_in_words(last_issued_->offset) + ", " +
         duration(decider_.clock() - last_issued_->at) + " before";
  if (last_issued_->arrival > 0) text += "; " + text::grouped(arrival - last_issued_->arrival) + " too late";
  return text;
}

const Event* ExplainReplay::last_command(PolicyCommand::Kind kind) const {
  const auto found = std::find_if(story_.events.rbegin(), story_.events.rend(), [kind](const Event& event) {
    return event.command && event.command->kind == kind;
  });
  return found == story_.events.rend() ? nullptr : &*found;
}

void ExplainReplay::finish() {
  if (const Policy* policy = decider_.find(story_.question.policy)) story_.policy = *policy;
}

}  // namespace firstcome::audit
