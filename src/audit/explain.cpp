#include "audit/explain.h"

#include <algorithm>

#include "audit/decode_ahead.h"
#include "audit/explain_replay.h"
#include "audit/words.h"
#include "domain/check.h"
#include "domain/home.h"
#include "store/record_trust.h"
#include "text/grouped.h"

namespace firstcome::audit {
namespace {

Status tell(ExplainReplay& teller, journal::JournalReader& journal, const journal::RecordTrust& trust,
            const Explanation& explanation, Progress& progress) {
  if (explanation.told_from >= explanation.journal_end) return Done{};
  ASSIGN_OR_RETURN(auto follower, journal.follow(explanation.partition, explanation.told_from));
  DecodeAhead ahead(std::move(follower), trust, explanation.partition, explanation.told_from,
                    explanation.journal_end);
  journal::RecordDecoder decoder(trust, explanation.partition);
  Record again;
  for (;;) {
    ASSIGN_OR_RETURN(const auto chunk, ahead.next(teller.rules()));
    if (chunk == nullptr) return Done{};
    for (std::size_t i = 0; i < chunk->records.size(); ++i) {
      const journal::RawRecord& raw = chunk->fetch.records[i];
      if (raw.offset >= explanation.journal_end) break;
      const bool same_rules = chunk->rules == teller.rules();
      if (!same_rules) decoder.decode(raw, teller.rules(), again);
      RETURN_IF_ERROR(teller.tell(raw, same_rules ? chunk->records[i] : again));
    }
    progress.reached(chunk->fetch.position - explanation.told_from,
                     explanation.journal_end - explanation.told_from);
  }
}

void add(std::string& words, std::optional<std::int64_t> value, const char* field) {
  if (value) words += ", " + std::string(field) + ' ' + text::grouped(*value);
}

void add(std::string& words, const Changed<Timestamp>& value, const char* field) {
  if (value.named) words += ", " + std::string(field) + ' ' + time_in_words(value.value);
}

std::string in_words(const ImportChunk& chunk) {
  const auto coupons = std::max(chunk.left_out, static_cast<std::int64_t>(chunk.coupons.size()));
  std::string words = "given " + count(coupons, "imported coupon");
  if (coupons > 0) words += " from " + text::grouped(chunk.first) + " on";
  if (!chunk.total) return words;
  return words + ", the last of " + text::grouped(chunk.total->count) +
         (chunk.paused ? ", and left paused" : "");
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
  ASSIGN_OR_RETURN(const auto held, journal.bounds(explanation.partition));
  explanation.journal_start = held.start;
  explanation.journal_end = held.end;
  StoredRows rows(settings, progress);
  if (held.start > 0) {
    RETURN_IF_ERROR(store.scan(rows));
  }
  static const StoredPartition nothing;
  const auto found = rows.partitions().find(explanation.partition);
  const StoredPartition& stored = found == rows.partitions().end() ? nothing : found->second;
  auto start = find_start(explanation.partition, settings, held.start, stored);
  if (!start) {
    return Error::permanent(
        "partition {}: the journal begins at offset {}, and the store has saved nothing at or behind it, so "
        "nobody can say what came before",
        explanation.partition, held.start);
  }
  explanation.told_from = start->offset;
  ExplainReplay teller(explanation, std::move(*start), stored,
                       {explanation.partition, settings.era, explanation.told_from});
  RETURN_IF_ERROR(tell(teller, journal, store::record_trust(settings), explanation, progress));
  teller.finish();
  return explanation;
}

std::string in_words(const PolicyCommand& command) {
  std::string fields;
  if (command.name) fields = ", name '" + *command.name + "'";
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
    case PolicyCommand::Kind::Import: return in_words(command.chunk);
  }
  CHECK(false);
}

}  // namespace firstcome::audit
