#pragma once

#include <optional>

#include "edge/validator.h"
#include "postgres/connection.h"
#include "postgres/params.h"

namespace firstcome::edge {

/// The statement that answers one request in one round trip, and so in one snapshot.
postgres::Prepared validation_statement();
/// What every session of it begins with: its plan is made once, when the tables may be empty, and must be the
/// right one when they are not.
inline constexpr const char* kValidationSession =
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; "
    "SET jit = off;";

void put_question(Partition home, PolicyId policy, UserId user, postgres::Params& params);
/// Nothing when no issuer wrote what came.
std::optional<Stored> read_stored(PolicyId policy, const postgres::Rows& rows);

}  // namespace firstcome::edge
