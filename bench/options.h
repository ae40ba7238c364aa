#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace firstcome::bench {

/// An option of a benchmark, and the variable for its value: a number from 1, a text, or a flag.
struct Option {
  std::string_view name;
  std::variant<std::int64_t*, std::string*, bool*> value;
};

[[noreturn]] inline void wrong_usage(const char* program, std::initializer_list<Option> options) {
  std::fprintf(stderr, "usage: %s", program);
  for (const Option& option : options) {
    constexpr const char* kValues[] = {" N", " TEXT", ""};
    std::fprintf(stderr, " [%s%s]", std::string(option.name).c_str(), kValues[option.value.index()]);
  }
  std::fprintf(stderr, "\n");
  std::exit(2);
}

/// False if the text is no valid value.
inline bool read_value(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1;
}

/// Reads the command line. An error ends the program with its usage.
inline void read_options(int argc, char** argv, std::initializer_list<Option> options) {
  for (int i = 1; i < argc; ++i) {
    const Option* option = nullptr;
    for (const Option& one : options) {
      if (one.name == argv[i]) option = &one;
    }
    if (option == nullptr) wrong_usage(argv[0], options);
    if (bool* const* const yes = std::get_if<bool*>(&option->value)) {
      **yes = true;
      continue;
    }
    if (++i == argc) wrong_usage(argv[0], options);
    if (std::string* const* const text = std::get_if<std::string*>(&option->value)) {
      **text = argv[i];
    } else if (!read_value(argv[i], *std::get<std::int64_t*>(option->value))) {
      wrong_usage(argv[0], options);
    }
  }
}

}  // namespace firstcome::bench
