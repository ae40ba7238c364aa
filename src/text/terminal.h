#pragma once

#include <string>
#include <string_view>

namespace firstcome::text {

/// True for characters with which a text could command a terminal, forge a line, or change the order in which
/// a line is read: C0, DEL, C1, the separators of lines and paragraphs, and the embeddings, overrides and
/// isolates of the bidirectional algorithm (Unicode TR 36, 2.10). Letters and marks of every script are not.
bool has_terminal_controls(std::string_view text);

/// One line, or a part of one, for a terminal or a log: control characters as \u001b. `text` comes from a
/// caller, a record or a row.
std::string for_terminal(std::string_view text);

/// Several lines for a terminal, also of JSON, which stays the same JSON: like for_terminal(), but line breaks
/// and tabs stay.
std::string lines_for_terminal(std::string_view text);

}  // namespace firstcome::text
