#include <cstdio>

#include "cli/command.h"
#include "domain/rules.h"

namespace firstcome::cli {
namespace {

int run(const Values& values) {
  if (values.on("json")) {
    std::printf("{\"version\":\"%s\",\"rules\":%d}\n", FIRSTCOME_VERSION, newest_rules());
  } else {
    std::printf("firstcome %s (rules up to version %d)\n", FIRSTCOME_VERSION, newest_rules());
  }
  return kFine;
}

}  // namespace

Command version_command() {
  return {"version",
          "Print the version",
          "  firstcome version\n",
          {{"json", Option::Kind::Switch, "", "Print it as JSON", 0, 1, Option::Where::FlagOnly}},
          run};
}

}  // namespace firstcome::cli
