#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "domain/result.h"

namespace firstcome::postgres {

/// Why the server, or the way to it, refused something.
struct Failure {
  std::string sqlstate;  ///< five characters (manual, appendix A); empty when the connection failed
  std::string words;     ///< one line
  bool lost = false;     ///< there is no connection any more
  /// With sqlstate 25006: the server is no standby, so it is by a setting that nothing can be written.
  bool read_only_by_default = false;
};

/// The server's message and the first line of its context. Not its DETAIL, which quotes rows ("Key
/// (policy_id, user_id)=(7, 42) already exists"): messages go to logs and to a partition's halted reason, and
/// users' data may not.
Failure failure_of(const PGresult* result);
/// What libpq says about a connection that does not work. Without the lines in which it guesses.
Failure failure_of(const PGconn* connection);

/// A key or a check refused a row.
bool is_conflict(const Failure& failure);
/// Another session held a lock for longer than one was ready to wait.
bool met_a_lock(const Failure& failure);
/// The session is of no more use, though it may still answer: the server stops, is no longer the primary, or
/// has forgotten what was prepared.
bool needs_new_session(const Failure& failure);

/// For people, with what to do where that is known. `where` is Address::name().
Error error_of(const Failure& failure, const std::string& where);

}  // namespace firstcome::postgres
