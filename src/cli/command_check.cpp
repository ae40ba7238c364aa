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
#include "cli/command_result.h"
#include "cli/location_options.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

constexpr const char* kName = "check";

/// Prints one line, which the next call overwrites.
void show_progress(std::int64_t bytes) {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\rread %lld MB", static_cast<long long>(bytes >> 20));
}

void print_status(const std::string& line) {
  std::fprintf(stderr, "%s%s\n", isatty(STDERR_FILENO) != 0 ? "\r" : "", line.c_str());
}

Result<check::History> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error::permanent("{}: {}", path, std::strerror(errno));
  return check::read_history(file, path, show_progress);
}

int run(const Values& values) {
  auto history = read_file(values.text("history"));
  if (!history.ok()) return fail(kName, history.error(), kWrongUsage);
  if (!history->warning.empty()) print_status("warning: " + history->warning);
  print_status(fmt::format("{}: {} requests", values.text("history"), history->rows.size()));

  check::Evidence evidence;
  evidence.history = std::move(history->rows);
  evidence.references = std::move(history->references);
  evidence.first_line = history->first_line;
  if (history->max_staleness) evidence.max_staleness = *history->max_staleness;
  if (values.has("max-staleness")) evidence.max_staleness = values.duration("max-staleness");
  evidence.complete = !values.has("others");
  evidence.at_rest = values.has("at-rest");

  DataEvidence data;
  if (values.has("data") || names_servers(values)) {
    const auto location = data_location(values);
    if (!location.ok()) return refuse(kName, location.error());
    auto read = read_evidence(*location);
    if (!read.ok()) return fail(kName, read.error(), kWrongUsage);
    data = std::move(*read);
    evidence.store = std::move(data.store);
    evidence.journal = data.journal.get();
    print_status(fmt::format("{}: {} coupons", name_of(*location), evidence.store->coupons.size()));
  }
  const check::Report report = check::judge(evidence);
  std::fputs(text::lines_for_terminal(values.has("json") ? as_json(report) + "\n" : as_table(report)).c_str(),
             stdout);
  return report.clean() ? kFine : kFailed;
}

}  // namespace

Command check_command() {
  const auto options = with_servers_options(check_options());
  return {kName,
          "Verify that a history of requests and responses keeps every promise",
          "  firstcome check history.jsonl                    only the responses in the history\n"
          "  firstcome check history.jsonl --data DIR         the store and the journal as well\n"
          "  firstcome check history.jsonl --data DIR --at-rest\n"
          "                                                   the server has stopped: all must be saved\n"
          "  firstcome check history.jsonl --journal kafka://a:9092 --store "
          "postgresql://firstcome_edge@db/firstcome\n"
          "                                                   store and journal on servers\n"
          "  firstcome check history.jsonl --json | jq .clean\n",
          {options.begin(), options.end()},
          run};
}

}  // namespace firstcome::cli
