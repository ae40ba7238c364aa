#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "domain/result.h"

namespace firstcome::postgres {

/// A failure of the server or of the connection.
struct Failure {
  std::string sqlstate;  ///< five characters (manual, appendix A); empty if the connection failed
  std::string message;   ///< one line
  bool lost = false;     ///< the connection is lost
  /// With sqlstate 25006: the server is not a standby, so a setting makes the session read-only.
  bool read_only_by_default = false;
};

/// The server's message and the first line of its context. Without DETAIL, which quotes rows ("Key
/// (policy_id, user_id)=(7, 42) already exists"): messages go to logs and to the halt reason of a partition,
/// where users' data is not allowed.
Failure failure_of(const PGresult* result);
/// libpq's message about a failed connection, without the lines with probable reasons.
Failure failure_of(const PGconn* connection);

/// True if a key or a check constraint rejected a row.
bool is_conflict(const Failure& failure);
/// True if the lock timeout has passed.
bool is_lock_timeout(const Failure& failure);
/// True if the session is no longer useful, although it may still work: the server stops, is no longer the
/// primary, or has lost the prepared statements.
bool needs_new_session(const Failure& failure);

/// The error for a person, with what to do if that is known. `where` is Address::name().
Error error_of(const Failure& failure, const std::string& where);

}  // namespace firstcome::postgres
