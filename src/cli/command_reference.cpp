#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/completion.h"
#include "cli/man_pages.h"
#include "cli/reference.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

constexpr const char* kName = "reference";

/// One file each, which an earlier run may have written.
int write_man_pages(const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return fail(kName, fmt::format("cannot create {}: {}", folder, failure.message()));
  for (const ManPage& page : man_pages(all_commands(), FIRSTCOME_VERSION)) {
    const std::string path = folder + "/" + page.file;
    std::ofstream file(path);
    if (!(file << page.text) || !file.flush())
      return fail(kName, fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
  return kFine;
}

int print_page(const Values& values) {
  const std::string& name = values.text("page");
  if ((name == "man") != values.has("out"))
    return refuse(kName, "man and --out belong together: --out names the folder of the pages");
  if (name == "man") return write_man_pages(values.text("out"));
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
  return {kName,
          "Print a page of the reference as Markdown, or write the manual pages",
          "  firstcome reference command-line > docs/reference/command-line.md\n"
          "  firstcome reference configuration > docs/reference/configuration.md\n"
          "  firstcome reference coupon-life > docs/reference/coupon-life.md\n"
          "  firstcome reference man --out man\n",
          {{"page", Choice, "", "Name of the page", 0, 0, Positional, true,
            "command-line, configuration, coupon-life, man"},
           {"out", Folder, "", "With man: folder of the pages; created if it is missing", 0, 0, FlagOnly}},
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
