#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verb.h"

/// Looking things up in a table of verbs.
namespace firstcome::cli {

/// "policy create" → policy, create
std::vector<std::string> words_of(std::string_view name);
/// First words, each once, in the table's order.
std::vector<std::string> first_words(std::span<const Verb> verbs);
/// Of the verbs that begin with `first`; empty when it is a verb by itself, or none.
std::vector<std::string> second_words(std::span<const Verb> verbs, std::string_view first);

/// nullptr when there is none.
const Verb* verb_named(std::span<const Verb> verbs, std::string_view name);
const Option* option_named(const Verb& verb, std::string_view name);

/// Its summary with a stop.
std::string sentence_of(const Verb& verb);

}  // namespace firstcome::cli
