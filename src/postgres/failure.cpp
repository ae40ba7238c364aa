#include "postgres/failure.h"

#include <algorithm>
#include <array>

namespace firstcome::postgres {
namespace {

struct Advice {
  std::string_view sqlstate;  ///< or its first two characters, the class
  Error::Kind kind;
  std::string_view what_to_do;
};

constexpr std::string_view kPooler =
    "statements are prepared once a session: a pooler between must pool sessions, not transactions "
    "(PgBouncer: pool_mode = session)";

constexpr std::string_view kReadOnlyByDefault =
    "default_transaction_read_only is on for this role, database or server: find who set it, and set it off";

constexpr Advice kAdvice[] = {
    {"08", Error::Kind::Retryable, ""},
    {"25006", Error::Kind::Retryable, "this is a standby: name the primary, or all hosts, in the address"},
    {"25P03", Error::Kind::Retryable, "the transaction was left waiting too long and is undone"},
    {"26000", Error::Kind::Retryable, kPooler},
    {"42P05", Error::Kind::Retryable, kPooler},
    {"0A000", Error::Kind::Retryable, ""},  // "cached plan must not change result type": tables were migrated
    {"40001", Error::Kind::Retryable, ""},
    {"40P01", Error::Kind::Retryable, ""},
    {"53100", Error::Kind::Retryable, "make room on the database's disk"},
    {"53300", Error::Kind::Retryable, "raise max_connections, or find who holds them in pg_stat_activity"},
    {"53", Error::Kind::Retryable, ""},
    {"55P03", Error::Kind::Retryable,
     "another session holds the lock: see pg_blocking_pids in pg_stat_activity"},
    {"57014", Error::Kind::Retryable, ""},
    {"57P", Error::Kind::Retryable, ""},
    {"58", Error::Kind::Retryable, "see the database's own log"},
    {"3F000", Error::Kind::Permanent, "make its tables: firstcome store migrate"},
    {"42P01", Error::Kind::Permanent, "make its tables: firstcome store migrate"},
    {"42501", Error::Kind::Permanent, "this role lacks a right: sql/postgres/grants.sql gives them"},
};

const Advice* advice_for(const std::string& sqlstate) {
  const auto fits = [&](const Advice& advice) { return sqlstate.starts_with(advice.sqlstate); };
  const auto* found = std::find_if(std::begin(kAdvice), std::end(kAdvice), fits);
  return found == std::end(kAdvice) ? nullptr : found;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

/// libpq says a line a host it has tried, and indents those in which it guesses why.
std::string without_guesses(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    const std::string line = first_line(text);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '\t') continue;
    words += (words.empty() ? "" : "; ") + line;
  }
  return words;
}

}  // namespace

Failure failure_of(const PGresult* result) {
  Failure failure{field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY)};
  if (failure.words.empty()) failure.words = without_guesses(PQresultErrorMessage(result));
  const std::string context = first_line(field(result, PG_DIAG_CONTEXT));
  if (!context.empty()) failure.words += " (" + context + ")";
  return failure;
}

Failure failure_of(const PGconn* connection) {
  std::string words = without_guesses(PQerrorMessage(connection));
  if (words.empty()) words = "the connection was lost";
  return {.sqlstate = "", .words = std::move(words), .lost = true};
}

bool is_conflict(const Failure& failure) {
  return failure.sqlstate == "23505" || failure.sqlstate == "23514";
}

bool met_a_lock(const Failure& failure) { return failure.sqlstate == "55P03"; }

bool needs_new_session(const Failure& failure) {
  constexpr std::array<std::string_view, 6> kStates{"57P", "25006", "25P03", "26000", "42P05", "0A000"};
  return std::any_of(kStates.begin(), kStates.end(),
                     [&](std::string_view state) { return failure.sqlstate.starts_with(state); });
}

Error error_of(const Failure& failure, const std::string& where) {
  const Advice* advice = advice_for(failure.sqlstate);
  Error error;
  error.kind = failure.lost ? Error::Kind::Retryable : advice ? advice->kind : Error::Kind::Permanent;
  error.message = where + ": " + failure.words;
  if (failure.sqlstate == "25006" && failure.read_only_by_default) {
    error.message += ": " + std::string(kReadOnlyByDefault);
  } else if (advice != nullptr && !advice->what_to_do.empty()) {
    error.message += ": " + std::string(advice->what_to_do);
  }
  return error;
}

}  // namespace firstcome::postgres
