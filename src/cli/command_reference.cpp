#include <cstdio>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/reference.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

int print_page(const Values& values) {
  const std::string& name = values.text("page");
  const std::string page = name == "configuration" ? configuration_page(all_commands())
                           : name == "coupon-life" ? coupon_life_page()
                                                   : command_line_page(all_commands());
  std::fputs(page.c_str(), stdout);
  return kFine;
}

int print_completion(const Values& values) {
  const std::string& shell = values.text("shell");
  const std::string script = shell == "bash"  ? bash_completion(all_commands())
                             : shell == "zsh" ? zsh_completion(all_commands())
                                              : fish_completion(all_commands());
  std::fputs(script.c_str(), stdout);
  return kFine;
}

}  // namespace

Command reference_command() {
  return {"reference",
          "Print a page of the reference as Markdown",
          "  firstcome reference command-line > docs/reference/command-line.md\n"
          "  firstcome reference configuration > docs/reference/configuration.md\n"
          "  firstcome reference coupon-life > docs/reference/coupon-life.md\n",
          {{"page", Choice, "", "Name of the page", 0, 0, Positional, true,
            "command-line, configuration, coupon-life"}},
          print_page};
}

Command completion_command() {
  return {"completion",
          "Print a script that completes commands, options and values in a shell",
          "  source <(firstcome completion bash)\n"
          "  firstcome completion bash > /etc/bash_completion.d/firstcome\n"
          "  firstcome completion zsh > /usr/local/share/zsh/site-functions/_firstcome\n"
          "  firstcome completion fish > ~/.config/fish/completions/firstcome.fish\n",
          {{"shell", Choice, "", "Name of the shell", 0, 0, Positional, true, "bash, zsh, fish"}},
          print_completion};
}

}  // namespace firstcome::cli
