#pragma once

#include <array>
#include <optional>
#include <utility>

#include "admission/validator.h"
#include "postgres/database_connection.h"
#include "postgres/params.h"

namespace firstcome::admission {

/// The statement that answers one request in one round trip, and so in one snapshot.
postgres::Prepared validation_statement();
/// Settings of each session: the plan is made once, possibly while the tables are empty, and must still be the right one
/// for full tables.
inline constexpr std::array<std::pair<const char*, const char*>, 4> kValidationSession{
    {{"plan_cache_mode", "force_generic_plan"},
     {"enable_seqscan", "off"},
     {"enable_bitmapscan", "off"},
     {"jit", "off"}}};

void put_question(const Question& question, postgres::Params& params);
/// Nothing if the values are not as an issuer writes them.
std::optional<Stored> read_stored(PolicyId policy, const postgres::Rows& rows);

}  // namespace firstcome::admission
