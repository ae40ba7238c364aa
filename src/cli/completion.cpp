#include "cli/completion.h"

#include "cli/command_table.h"

namespace firstcome::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

bool is_flag(const Option& option) { return option.where != Option::Where::Positional; }

/// In single quotes, which all three shells accept.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) result += letter == '\'' ? "'\\''" : std::string(1, letter);
  return result + "'";
}

// --- bash and zsh -------------------------------------------------------------------------------------

/// Both shells run the same function. Only the three functions that offer words, files and folders differ.
constexpr std::string_view kBashBegin = R"(# Completes `firstcome` in bash. Made by: firstcome completion bash
_firstcome_words() { COMPREPLY+=($(compgen -W "$*" -- "$current")); }
_firstcome_files() { compopt -o filenames 2>/dev/null; local IFS=$'\n'; COMPREPLY+=($(compgen -f -- "$current")); }
_firstcome_folders() { compopt -o filenames 2>/dev/null; local IFS=$'\n'; COMPREPLY+=($(compgen -d -- "$current")); }
)";
constexpr std::string_view kBashEnd = R"(_firstcome() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  # bash breaks --role=edge into three words
  [[ $before == '=' ]] && before=${COMP_WORDS[COMP_CWORD-2]}
  [[ $current == '=' ]] && current=
  COMPREPLY=()
  _firstcome_complete "$COMP_CWORD" "$current" "$before" "${COMP_WORDS[1]}" "${COMP_WORDS[2]}"
}
complete -F _firstcome firstcome
)";
constexpr std::string_view kZshBegin = R"(#compdef firstcome
# Completes `firstcome` in zsh. Made by: firstcome completion zsh
_firstcome_words() { compadd -- "$@"; }
_firstcome_files() { _files; }
_firstcome_folders() { _files -/; }
)";
constexpr std::string_view kZshEnd = R"(_firstcome() {
  _firstcome_complete $((CURRENT - 1)) "${words[CURRENT]}" "${words[CURRENT-1]}" "${words[2]}" "${words[3]}"
}
if [[ $funcstack[1] == _firstcome ]]; then _firstcome "$@"; else compdef _firstcome firstcome; fi
)";

/// The shell command that offers values of the option; empty for an option whose values are not known.
std::string offer(const Option& option) {
  if (option.kind == Option::Kind::File) return "_firstcome_files";
  if (option.kind == Option::Kind::Folder) return "_firstcome_folders";
  if (option.kind == Option::Kind::Choice) return "_firstcome_words " + joined(choices_of(option));
  return {};
}

std::string branch(const std::string& pattern, const std::string& command) {
  return "      " + pattern + ") " + command + (command.empty() ? "return ;;\n" : "; return ;;\n");
}

std::string second_word_branches(std::span<const Command> commands) {
  std::string text;
  for (const std::string& first : first_words(commands)) {
    const auto second = second_words(commands, first);
    if (second.empty()) continue;
    text += "    " + first + ")\n      if [[ $position == 2 ]]; then _firstcome_words " + joined(second) +
            " --help; return; fi\n      command=\"$first $second\" ;;\n";
  }
  return text;
}

std::string value_branches(const Command& command) {
  std::string text;
  for (const Option& option : command.options) {
    if (!is_flag(option) || option.kind == Option::Kind::Switch) continue;
    text += branch(in_quotes(std::string(command.name) + ":--" + std::string(option.name)), offer(option));
  }
  return text;
}

/// The branches for positional options.
std::string place_branches(const Command& command) {
  std::string text;
  for (const Option& option : command.options) {
    if (!is_flag(option) && !offer(option).empty()) text += branch(in_quotes(command.name), offer(option));
  }
  return text;
}

std::string flag_branch(const Command& command) {
  std::string flags = "--help";
  for (const Option& option : command.options) {
    if (is_flag(option)) flags += " --" + std::string(option.name);
  }
  return branch(in_quotes(command.name), "_firstcome_words " + flags);
}

std::string shared_function(std::span<const Command> commands) {
  std::string values;
  std::string places;
  std::string flags;
  for (const Command& command : commands) {
    values += value_branches(command);
    places += place_branches(command);
    flags += flag_branch(command);
  }
  return "_firstcome_complete() {\n"
         "  local position=$1 current=$2 before=$3 first=$4 second=$5 command=$4\n"
         "  if [[ $position == 1 ]]; then _firstcome_words " +
         joined(first_words(commands)) +
         " help --help; return; fi\n"
         "  case \"$first\" in\n" +
         second_word_branches(commands) +
         "  esac\n"
         "  case \"$command:$before\" in\n" +
         values +
         "  esac\n"
         "  if [[ $current != -* ]]; then\n"
         "    case \"$command\" in\n" +
         places +
         "    esac\n"
         "  fi\n"
         "  case \"$command\" in\n" +
         flags + "  esac\n}\n";
}

// --- fish ---------------------------------------------------------------------------------------------

constexpr std::string_view kFishBegin = R"(# Completes `firstcome` in fish. Made by: firstcome completion fish
function __firstcome_at --description 'True if exactly these words are typed'
    set -l typed (commandline -opc)[2..-1]
    test "$typed" = "$argv"
end
function __firstcome_in --description 'True if the typed words begin with these'
    set -l typed (commandline -opc)[2..-1]
    set -l wanted (string split ' ' -- $argv[1])
    test "$typed[1..$(count $wanted)]" = "$argv[1]"
end
complete -c firstcome -f
)";

std::string fish_line(const std::string& condition, const std::string& offered,
                      std::string_view description) {
  return "complete -c firstcome -n " + in_quotes(condition) + " " + offered +
         (description.empty() ? "" : " -d " + in_quotes(description)) + "\n";
}

/// The flags of the `complete` command of fish for a value.
std::string fish_value(const Option& option) {
  if (option.kind == Option::Kind::Switch) return {};
  if (option.kind == Option::Kind::File) return "-r -F";
  if (option.kind == Option::Kind::Folder) return "-x -a '(__fish_complete_directories)'";
  if (option.kind == Option::Kind::Choice) return "-x -a " + in_quotes(joined(choices_of(option)));
  return "-x";
}

std::string fish_command(const Command& command) {
  std::string text;
  const std::string condition = "__firstcome_in " + in_quotes(command.name);
  for (const Option& option : command.options) {
    const std::string value = fish_value(option);
    if (is_flag(option)) {
      text += fish_line(condition, "-l " + std::string(option.name) + (value.empty() ? "" : " " + value),
                        option.help);
    } else if (!offer(option).empty()) {
      text += fish_line(condition, option.kind == Option::Kind::File ? "-F" : value, option.help);
    }
  }
  return text;
}

}  // namespace

std::string bash_completion(std::span<const Command> commands) {
  return std::string(kBashBegin) + shared_function(commands) + std::string(kBashEnd);
}

std::string zsh_completion(std::span<const Command> commands) {
  return std::string(kZshBegin) + shared_function(commands) + std::string(kZshEnd);
}

std::string fish_completion(std::span<const Command> commands) {
  std::string text(kFishBegin);
  for (const std::string& first : first_words(commands)) {
    const Command* command = command_named(commands, first);
    text += fish_line("__firstcome_at", "-a " + first, command == nullptr ? "" : command->summary);
  }
  text += fish_line("__firstcome_at", "-a help", "Print the commands");
  for (const Command& command : commands) {
    const auto words = words_of(command.name);
    if (words.size() > 1) text += fish_line("__firstcome_at " + words[0], "-a " + words[1], command.summary);
    text += fish_command(command);
  }
  return text + "complete -c firstcome -l help -d 'Print the options, with examples'\n";
}

}  // namespace firstcome::cli
