#pragma once

#include <string>
#include <string_view>

namespace firstcome::text {

/// A name in double quotes, or a text in single ones, as SQL has them: a quote within it is doubled (PostgreSQL manual, "Lexical
/// Structure").
std::string sql_quoted(std::string_view text, char quote);

}  // namespace firstcome::text
