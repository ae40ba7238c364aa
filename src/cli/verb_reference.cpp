#include <cstdio>

#include "cli/completion.h"
#include "cli/reference.h"
#include "cli/verb.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

int print_page(const Values& values) {
  const bool configuration = values.text("page") == "configuration";
  const std::string page = configuration ? configuration_page(all_verbs()) : command_line_page(all_verbs());
  std::fputs(page.c_str(), stdout);
  return kFine;
}

int print_completion(const Values& values) {
  const std::string& shell = values.text("shell");
  const std::string script = shell == "bash"  ? bash_completion(all_verbs())
                             : shell == "zsh" ? zsh_completion(all_verbs())
                                              : fish_completion(all_verbs());
  std::fputs(script.c_str(), stdout);
  return kFine;
}

}  // namespace

Verb reference_verb() {
  return {"reference",
          "print a page of the reference, as Markdown",
          "  firstcome reference command-line > docs/reference/command-line.md\n"
          "  firstcome reference configuration > docs/reference/configuration.md\n",
          {{"page", Choice, "", "which page", 0, 0, Positional, true, "command-line, configuration"}},
          print_page};
}

Verb completion_verb() {
  return {"completion",
          "print what a shell needs to complete verbs, options and values",
          "  source <(firstcome completion bash)\n"
          "  firstcome completion bash > /etc/bash_completion.d/firstcome\n"
          "  firstcome completion zsh > /usr/local/share/zsh/site-functions/_firstcome\n"
          "  firstcome completion fish > ~/.config/fish/completions/firstcome.fish\n",
          {{"shell", Choice, "", "which shell", 0, 0, Positional, true, "bash, zsh, fish"}},
          print_completion};
}

}  // namespace firstcome::cli
