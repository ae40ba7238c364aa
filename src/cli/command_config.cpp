#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/nearest.h"
#include "cli/serve_settings.h"
#include "cli/shown_config.h"
#include "text/json_object.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

std::vector<Option> serve_settings_options() { return with_servers_options(serve_options()); }

/// Warnings about misspelled variables. They are not errors: other programs may use names that begin with
/// FIRSTCOME_.
std::vector<std::string> misspelt_variables() {
  std::vector<std::string> known;
  for (const Command& command : all_commands()) {
    for (const Option& option : command.options) {
      if (option.where == Option::Where::Anywhere) known.push_back(environment_name(option));
    }
  }
  std::vector<std::string> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string name(text.substr(0, text.find('=')));
    if (!name.starts_with("FIRSTCOME_") || std::ranges::find(known, name) != known.end()) continue;
    const auto meant = nearest(name, known);
    if (meant)
      found.push_back(
          fmt::format("{} is set in the environment but is not a setting; did you mean {}?", name, *meant));
  }
  return found;
}

int check(const Values& values) {
  const auto settings = serve_settings(values);
  if (!settings.ok()) return refuse("config check", settings.error());
  const auto misspelled = misspelt_variables();
  if (values.on("json")) {
    std::printf("%s\n", text::JsonObject()
                            .truth("fine", true)
                            .text("data", name_of(settings->location))
                            .json("warnings", text::json_list(misspelled, text::json_text))
                            .str()
                            .c_str());
    return kFine;
  }
  for (const std::string& warning : misspelled) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  std::printf("The settings are valid: serve would start as %s, on %s\n", values.text("role").c_str(),
              name_of(settings->location).c_str());
  return kFine;
}

int show(const Values& values) {
  const auto options = serve_settings_options();
  const std::string text =
      values.on("json") ? config_as_json(options, values) + "\n" : config_as_toml(options, values);
  std::fputs(text::lines_for_terminal(text).c_str(), stdout);
  return kFine;
}

std::vector<Option> with_json(const char* help) {
  auto options = serve_settings_options();
  options.push_back({"json", Option::Kind::Switch, "", help, 0, 1, Option::Where::FlagOnly});
  return options;
}

}  // namespace

std::vector<Command> config_commands() {
  return {
      {"config check", "Check the settings of `serve` without starting it",
       "  firstcome config check --config /etc/firstcome.toml\n"
       "  FIRSTCOME_WAIT=2s firstcome config check --role edge --journal … --store …\n"
       "\nAccepts every option of `firstcome serve` and reads the same variables. Opens no data and calls no "
       "server.\n"
       "Exit code 0: the settings are valid. 2: they are not; the error names the wrong value and its "
       "source.\n",
       with_json("Print the result as JSON"), check},
      {"config show", "Print every setting of `serve` with its value and source",
       "  firstcome config show\n"
       "  firstcome config show --config /etc/firstcome.toml --threads 4\n"
       "  firstcome config show > firstcome.toml    a first configuration file\n"
       "\nPrints TOML; a comment after each value names its source. Secrets are not printed.\n",
       with_json("Print the result as JSON"), show}};
}

}  // namespace firstcome::cli
