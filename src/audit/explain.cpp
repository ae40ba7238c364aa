#include "audit/explain.h"

#include <fmt/core.h>

#include <algorithm>

#include "audit/decode_ahead.h"
#include "audit/explain_replay.h"
#include "audit/value_text.h"
#include "domain/check.h"
#include "domain/home.h"
#include "store/record_trust.h"
#include "text/grouped.h"
#include "text/terminal.h"

namespace firstcome::audit {
namespace {

using text::counted;
using text::grouped;

Status replay_journal(ExplainReplay& replay, journal::JournalReader& journal,
                      const journal::RecordTrust& trust, const Explanation& explanation, Progress& progress) {
  if (explanation.counted_from >= explanation.journal_end) return Done{};
  ASSIGN_OR_RETURN(auto follower, journal.follow(explanation.partition, explanation.counted_from));
  DecodeAhead ahead(std::move(follower), trust, explanation.partition, explanation.counted_from,
                    explanation.journal_end);
  journal::RecordDecoder decoder(trust, explanation.partition);
  Record again;
  for (;;) {
    ASSIGN_OR_RETURN(const auto chunk, ahead.next(replay.rules()));
    if (chunk == nullptr) return Done{};
    for (std::size_t i = 0; i < chunk->records.size(); ++i) {
      const journal::RawRecord& raw = chunk->fetch.records[i];
      if (raw.offset >= explanation.journal_end) break;
      const bool same_rules = chunk->rules == replay.rules();
      if (!same_rules) decoder.decode(raw, replay.rules(), again);
      RETURN_IF_ERROR(replay.apply(raw, same_rules ? chunk->records[i] : again));
    }
    progress.reached(chunk->fetch.position - explanation.counted_from,
                     explanation.journal_end - explanation.counted_from);
  }
}

void add(std::string& text, std::optional<std::int64_t> value, const char* field) {
  if (value) text += fmt::format(", {} {}", field, grouped(*value));
}

void add(std::string& text, const Changed<Timestamp>& value, const char* field) {
  if (value.named) text += fmt::format(", {} {}", field, time_text(value.value));
}

std::string chunk_text(const ImportChunk& chunk) {
  const auto coupons = std::max(chunk.left_out, static_cast<std::int64_t>(chunk.coupons.size()));
  std::string text = "given " + counted(coupons, "imported coupon");
  if (coupons > 0) text += fmt::format(" from sequence {} on", grouped(chunk.first));
  if (!chunk.total) return text;
  return text + fmt::format(", the last of {}{}", grouped(chunk.total->count),
                            chunk.paused ? ", and left paused" : "");
}

}  // namespace

std::int64_t Explanation::requests() const {
  return std::ranges::count_if(events, [](const Event& event) { return !event.command; });
}

const Event* Explanation::request_at(Offset offset) const {
  const auto found = std::ranges::find_if(
      events, [&](const Event& event) { return !event.command && event.offset == offset; });
  return found == events.end() ? nullptr : &*found;
}

Result<Explanation> explain(journal::JournalReader& journal, store::Reader& store,
                            const store::Settings& settings, Question question, Progress& progress) {
  Explanation explanation{.question = question, .partition = home(question.policy, settings.partitions)};
  ASSIGN_OR_RETURN(const auto bounds, journal.bounds(explanation.partition));
  explanation.journal_start = bounds.start;
  explanation.journal_end = bounds.end;
  StoredRows rows(settings, progress);
  if (bounds.start > 0) {
    RETURN_IF_ERROR(store.scan(rows));
  }
  static const StoredPartition no_rows;
  const auto found = rows.partitions().find(explanation.partition);
  const StoredPartition& stored = found == rows.partitions().end() ? no_rows : found->second;
  auto start = find_start(explanation.partition, settings, bounds.start, stored);
  if (!start) {
    return Error::permanent(
        "partition {}: the journal begins at offset {}, but the store ends before it, so the state at that offset "
        "is not known",
        explanation.partition, bounds.start);
  }
  RETURN_IF_ERROR(check_rules(explanation.partition, *start));
  explanation.counted_from = start->offset;
  ExplainReplay replay(explanation, std::move(*start), stored,
                       {explanation.partition, settings.era, explanation.counted_from});
  RETURN_IF_ERROR(replay_journal(replay, journal, store::record_trust(settings), explanation, progress));
  replay.finish();
  return explanation;
}

std::string command_text(const PolicyCommand& command) {
  std::string fields;
  if (command.name) fields = fmt::format(", name '{}'", text::for_terminal(*command.name));
  add(fields, command.max_count, "maxCount");
  add(fields, command.per_user_limit, "perUserLimit");
  add(fields, command.issue_starts_at, "issueStartsAt");
  add(fields, command.issue_ends_at, "issueEndsAt");
  add(fields, command.valid_from, "validFrom");
  add(fields, command.valid_until, "validUntil");
  switch (command.kind) {
    case PolicyCommand::Kind::Create:
      return (command.importing ? "created for an import" : "created") + fields;
    case PolicyCommand::Kind::Change: return "changed" + fields;
    case PolicyCommand::Kind::Pause: return "paused";
    case PolicyCommand::Kind::Resume: return "resumed";
    case PolicyCommand::Kind::Close: return "closed";
    case PolicyCommand::Kind::Import: return chunk_text(command.chunk);
    case PolicyCommand::Kind::List:
      return fmt::format("given {} from number {} on",
                         counted(static_cast<std::int64_t>(command.listed.users.size()), "eligible user"),
                         grouped(command.listed.first));
    case PolicyCommand::Kind::Codes:
      return fmt::format("given {} from sequence {} on",
                         counted(static_cast<std::int64_t>(command.coupon_codes.codes.size()), "code"),
                         grouped(command.coupon_codes.first));
  }
  CHECK(false);
}

}  // namespace firstcome::audit
