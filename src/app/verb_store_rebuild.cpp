#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "app/json_object.h"
#include "app/store_rebuild.h"
#include "app/verb.h"

namespace firstcome::app {
namespace {

bool confirmed(const Values& values) {
  if (values.on("yes")) return true;
  if (isatty(STDIN_FILENO) == 0) {
    std::fputs("firstcome store rebuild: say --yes where no one can be asked\n", stderr);
    return false;
  }
  std::fputs(
      "This removes policies and coupons from the store; the journal, which stays, is decided again. Go on? "
      "[y/N] ",
      stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

int run(const Values& values) {
  if (!confirmed(values)) return kFailed;
  std::optional<Partition> partition;
  if (values.has("partition")) partition = static_cast<Partition>(values.number("partition"));
  if (const Status done = rebuild_store(values.text("data"), partition); !done.ok()) {
    std::fprintf(stderr, "firstcome store rebuild: %s\n", done.error().message.c_str());
    return kFailed;
  }
  if (values.on("json")) {
    std::printf("%s\n", JsonObject().truth("setBack", true).str().c_str());
    return kFine;
  }
  std::printf(
      "The store is set back to the beginning of the journal. A server that runs decides it again now, "
      "otherwise the "
      "next start does. Then run: firstcome audit\n");
  return kFine;
}

}  // namespace

Verb store_rebuild_verb() {
  const auto options = store_rebuild_options();
  return {"store rebuild",
          "have the embedded store made again from the journal",
          "  firstcome store rebuild --data /var/lib/firstcome --partition 0\n"
          "\nFor rows of the store that were changed or removed by hand. The installation key and the "
          "settings stay,\n"
          "so tickets stay valid. What the store's tables have besides is removed and decided again from the "
          "journal,\n"
          "which has everything. Records that could not be read are copied to the dead letters once more.\n"
          "Exit code 0: set back. 1: not, for instance because the journal no longer has its beginning.\n",
          {options.begin(), options.end()},
          run};
}

}  // namespace firstcome::app
