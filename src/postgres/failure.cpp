#include "postgres/failure.h"

#include <algorithm>
#include <array>

namespace firstcome::postgres {
namespace {

struct Advice {
  std::string_view sqlstate;  ///< may be a prefix: the first two characters are the class
  Error::Kind kind;
  std::string_view what_to_do;
};

constexpr std::string_view kPooler =
    "statements are prepared once for each session, so a connection pooler must pool sessions, not "
    "transactions (PgBouncer: pool_mode = session)";

constexpr std::string_view kReadOnlyByDefault =
    "default_transaction_read_only is on for this role, database or server: set it to off";

constexpr Advice kAdvice[] = {
    {"08", Error::Kind::Retryable, ""},
    {"25006", Error::Kind::Retryable, "this is a standby: put the primary, or all hosts, into the address"},
    {"25P03", Error::Kind::Retryable, "the transaction was idle for too long and is rolled back"},
    {"26000", Error::Kind::Retryable, kPooler},
    {"42P05", Error::Kind::Retryable, kPooler},
    {"0A000", Error::Kind::Retryable, ""},  // "cached plan must not change result type": tables were migrated
    {"40001", Error::Kind::Retryable, ""},
    {"40P01", Error::Kind::Retryable, ""},
    {"53100", Error::Kind::Retryable, "free space on the disk of the database"},
    {"53300", Error::Kind::Retryable, "raise max_connections, or find the connections in pg_stat_activity"},
    {"53", Error::Kind::Retryable, ""},
    {"55P03", Error::Kind::Retryable,
     "another session has the lock: see pg_blocking_pids in pg_stat_activity"},
    {"57014", Error::Kind::Retryable, ""},
    {"57P", Error::Kind::Retryable, ""},
    {"58", Error::Kind::Retryable, "see the log of the database"},
    {"3F000", Error::Kind::Permanent, "create the tables: firstcome store migrate"},
    {"42P01", Error::Kind::Permanent, "create the tables: firstcome store migrate"},
    {"42501", Error::Kind::Permanent, "this role lacks a right: run sql/postgres/grants.sql"},
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

/// libpq writes one line for each host, and indented lines with probable reasons, which this function
/// removes.
std::string without_guesses(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::string line = first_line(text);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '\t') continue;
    kept += (kept.empty() ? "" : "; ") + line;
  }
  return kept;
}

}  // namespace

Failure failure_of(const PGresult* result) {
  Failure failure{field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_MESSAGE_PRIMARY)};
  if (failure.message.empty()) failure.message = without_guesses(PQresultErrorMessage(result));
  const std::string context = first_line(field(result, PG_DIAG_CONTEXT));
  if (!context.empty()) failure.message += " (" + context + ")";
  return failure;
}

Failure failure_of(const PGconn* connection) {
  std::string message = without_guesses(PQerrorMessage(connection));
  if (message.empty()) message = "the connection was lost";
  return {.sqlstate = "", .message = std::move(message), .lost = true};
}

bool is_conflict(const Failure& failure) {
  return failure.sqlstate == "23505" || failure.sqlstate == "23514";
}

bool is_lock_timeout(const Failure& failure) { return failure.sqlstate == "55P03"; }

bool needs_new_session(const Failure& failure) {
  constexpr std::array<std::string_view, 6> kStates{"57P", "25006", "25P03", "26000", "42P05", "0A000"};
  return std::any_of(kStates.begin(), kStates.end(),
                     [&](std::string_view state) { return failure.sqlstate.starts_with(state); });
}

Error error_of(const Failure& failure, const std::string& where) {
  const Advice* advice = advice_for(failure.sqlstate);
  std::string_view what_to_do = advice != nullptr ? advice->what_to_do : "";
  if (failure.sqlstate == "25006" && failure.read_only_by_default) what_to_do = kReadOnlyByDefault;
  return {failure.lost        ? Error::Kind::Retryable
          : advice != nullptr ? advice->kind
                              : Error::Kind::Permanent,
          fmt::format("{}: {}{}{}", where, failure.message, what_to_do.empty() ? "" : ": ", what_to_do)};
}

}  // namespace firstcome::postgres
