#pragma once

#include <string>
#include <string_view>

#include "postgres/database_connection.h"

namespace firstcome::store::pg {

/// sql/postgres/grants.sql, compiled in: a script for psql with the variables `edge` and `issuer`.
std::string_view grants_script();

/// The statements of a script for psql: without its commands (lines that begin with a backslash), and with :"NAME"
/// replaced by the quoted name of a role.
std::string statements_of(std::string_view script, const std::string& edge, const std::string& issuer);

/// Gives both roles their rights, in one transaction. Needs the rights of the owner of the tables.
Status grant_rights(postgres::DatabaseConnection& connection, const std::string& edge,
                    const std::string& issuer);

}  // namespace firstcome::store::pg
