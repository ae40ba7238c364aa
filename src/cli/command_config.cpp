#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/nearest.h"
#include "cli/serve_settings.h"
#include "cli/shown_config.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

std::vector<Option> serve_settings_options() { return with_servers_options(serve_options()); }

/// A misspelt variable is no error anywhere, so nobody else would ever tell.
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
    if (meant) found.push_back(name + " is in the environment and no setting; did you mean " + *meant + "?");
  }
  return found;
}

int check(const Values& values) {
  const auto settings = serve_settings(values);
  if (!settings.ok()) {
    std::fputs(wrong_usage("config check", settings.error().message).text.c_str(), stderr);
    return kWrongUsage;
  }
  const auto misspelt = misspelt_variables();
  if (values.on("json")) {
    std::printf("%s\n", text::JsonObject()
                            .truth("fine", true)
                            .text("data", name_of(settings->place))
                            .json("warnings", text::json_list(misspelt, text::json_text))
                            .str()
                            .c_str());
    return kFine;
  }
  for (const std::string& warning : misspelt) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  std::printf("fine: serve would start with these settings, as %s, on %s\n", values.text("role").c_str(),
              name_of(settings->place).c_str());
  return kFine;
}

int show(const Values& values) {
  const auto options = serve_settings_options();
  const std::string text =
      values.on("json") ? config_as_json(options, values) + "\n" : config_as_toml(options, values);
  std::fputs(text.c_str(), stdout);
  return kFine;
}

std::vector<Option> with_json(const char* help) {
  auto options = serve_settings_options();
  options.push_back({"json", Option::Kind::Switch, "", help, 0, 1, Option::Where::FlagOnly});
  return options;
}

}  // namespace

std::vector<Command> config_commands() {
  return {{"config check", "would serve start with these settings?",
           "  firstcome config check --config /etc/firstcome.toml\n"
           "  FIRSTCOME_WAIT=2s firstcome config check --role edge --journal … --store …\n"
           "\nTakes every option of `firstcome serve`, and listens to the same variables. Opens no data and "
           "asks\n"
           "no server. Exit code 0: it would. 2: it would not; what is wrong, and where it was said.\n",
           with_json("print it as JSON"), check},
          {"config show", "what every setting is, and who says so",
           "  firstcome config show\n"
           "  firstcome config show --config /etc/firstcome.toml --threads 4\n"
           "  firstcome config show > firstcome.toml    a file to begin with\n"
           "\nPrints TOML; behind each value stands the place it comes from. Secrets are not printed.\n",
           with_json("print it as JSON"), show}};
}

}  // namespace firstcome::cli
