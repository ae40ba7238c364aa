#include "store/postgres/grants.h"

#include <sstream>

#include "text/sql_text.h"

namespace firstcome::store::pg {
namespace {

void replace_all(std::string& text, std::string_view old, const std::string& by) {
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size())) {
    text.replace(at, old.size(), by);
  }
}

}  // namespace

std::string statements_of(std::string_view script, const std::string& edge, const std::string& issuer) {
  std::istringstream lines{std::string(script)};
  std::string statements;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('\\') || line.starts_with("--")) continue;
    replace_all(line, ":\"edge\"", text::sql_quoted(edge, '"'));
    replace_all(line, ":\"issuer\"", text::sql_quoted(issuer, '"'));
    statements += line + "\n";
  }
  return statements;
}

Status grant_rights(postgres::DatabaseConnection& connection, const std::string& edge,
                    const std::string& issuer) {
  RETURN_IF_ERROR(connection.ensure());
  return connection.execute(statements_of(grants_script(), edge, issuer).c_str());
}

}  // namespace firstcome::store::pg
