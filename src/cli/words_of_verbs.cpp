#include "cli/words_of_verbs.h"

#include <algorithm>
#include <cctype>

namespace firstcome::cli {

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= name.size();) {
    const std::size_t end = std::min(name.find(' ', from), name.size());
    words.emplace_back(name.substr(from, end - from));
    from = end + 1;
  }
  return words;
}

std::vector<std::string> first_words(std::span<const Verb> verbs) {
  std::vector<std::string> found;
  for (const Verb& verb : verbs) {
    const std::string first = words_of(verb.name).front();
    if (std::ranges::find(found, first) == found.end()) found.push_back(first);
  }
  return found;
}

std::vector<std::string> second_words(std::span<const Verb> verbs, std::string_view first) {
  std::vector<std::string> found;
  for (const Verb& verb : verbs) {
    const auto words = words_of(verb.name);
    if (words.size() > 1 && words.front() == first) found.push_back(words[1]);
  }
  return found;
}

const Verb* verb_named(std::span<const Verb> verbs, std::string_view name) {
  const auto found = std::ranges::find(verbs, name, &Verb::name);
  return found == verbs.end() ? nullptr : &*found;
}

const Option* option_named(const Verb& verb, std::string_view name) {
  const auto found = std::ranges::find(verb.options, name, &Option::name);
  return found == verb.options.end() ? nullptr : &*found;
}

std::string sentence_of(const Verb& verb) {
  std::string text(verb.summary);
  if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text + (text.ends_with('?') ? "" : ".");
}

}  // namespace firstcome::cli
