#include <fmt/core.h>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "check/history_reader.h"
#include "check/judge.h"
#include "cli/check_evidence.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/place_options.h"

namespace firstcome::cli {
namespace {

int complain(const std::string& what) {
  std::fprintf(stderr, "firstcome check: %s\n", what.c_str());
  return kWrongUsage;
}

/// One line that is written over and over, for a person who waits.
void show_progress(std::int64_t bytes) {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\rread %lld MB", static_cast<long long>(bytes >> 20));
}

void say(const std::string& line) {
  std::fprintf(stderr, "%s%s\n", isatty(STDERR_FILENO) != 0 ? "\r" : "", line.c_str());
}

Result<check::History> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error::permanent(path + ": " + std::strerror(errno));
  return check::read_history(file, path, show_progress);
}

int run(const Values& values) {
  auto history = read_file(values.text("history"));
  if (!history.ok()) return complain(history.error().message);
  if (!history->warning.empty()) say("warning: " + history->warning);
  say(fmt::format("{}: {} requests", values.text("history"), history->rows.size()));

  check::Evidence evidence;
  evidence.history = std::move(history->rows);
  evidence.first_line = history->first_line;
  if (history->max_staleness) evidence.max_staleness = *history->max_staleness;
  if (values.has("max-staleness")) evidence.max_staleness = values.duration("max-staleness");
  evidence.alone = !values.has("others");
  evidence.at_rest = values.has("at-rest");

  DataEvidence data;
  if (values.has("data") || names_servers(values)) {
    const auto place = data_place(values);
    if (!place.ok()) {
      std::fputs(wrong_usage("check", place.error().message).text.c_str(), stderr);
      return kWrongUsage;
    }
    auto read = read_evidence(*place);
    if (!read.ok()) return complain(read.error().message);
    data = std::move(*read);
    evidence.store = std::move(data.store);
    evidence.journal = data.journal.get();
    say(fmt::format("{}: {} coupons", name_of(*place), evidence.store->coupons.size()));
  }
  const check::Report report = check::judge(evidence);
  std::fputs((values.has("json") ? as_json(report) + "\n" : as_table(report)).c_str(), stdout);
  return report.clean() ? kFine : kFailed;
}

}  // namespace

Command check_command() {
  const auto options = with_servers_options(check_options());
  return {"check",
          "judge a history: was every promise kept?",
          "  firstcome check history.jsonl                    what callers were told, for itself\n"
          "  firstcome check history.jsonl --data DIR         against the store and the journal too\n"
          "  firstcome check history.jsonl --data DIR --at-rest\n"
          "                                                   and the server has stopped: all must be saved\n"
          "  firstcome check history.jsonl --journal kafka://a:9092 --store "
          "postgresql://firstcome_edge@db/firstcome\n"
          "                                                   against those on servers\n"
          "  firstcome check history.jsonl --json | jq .clean\n",
          {options.begin(), options.end()},
          run};
}

}  // namespace firstcome::cli
