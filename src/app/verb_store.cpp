#include <cstdio>

#include "app/verb.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::app {
namespace {

int complain(const char* verb, const Error& error) {
  std::fprintf(stderr, "firstcome %s: %s\n", verb, error.message.c_str());
  return kFailed;
}

int migrate(const Values& values) {
  const auto applied = store::migrate_postgres_store(values.text("store"));
  if (!applied.ok()) return complain("store migrate", applied.error());
  std::printf("%s\n", *applied == 0
                          ? "the tables were up to date"
                          : "the tables are up to date now; give the roles of edges and issuers their "
                            "rights: sql/postgres/grants.sql");
  return kFine;
}

/// Where each partition stands. False when one is halted.
bool print_positions(const std::vector<store::Position>& positions) {
  bool fine = true;
  for (const store::Position& position : positions) {
    std::printf("partition %d: saved up to offset %lld, journal time %s\n", position.partition,
                static_cast<long long>(position.next_offset), format_rfc3339(position.state.clock).c_str());
    if (position.halted_reason.empty()) continue;
    std::printf("partition %d is HALTED: %s\n", position.partition, position.halted_reason.c_str());
    fine = false;
  }
  return fine;
}

int check(const Values& values) {
  auto opened = store::open_postgres_store(values.text("store"));
  if (!opened.ok()) return complain("store check", opened.error());
  auto reader = (*opened)->make_reader();
  if (!reader.ok()) return complain("store check", reader.error());
  const auto settings = (*reader)->settings();
  if (!settings.ok()) return complain("store check", settings.error());
  std::printf("journal %s, era %d, %d partitions\n", settings->journal_identity.c_str(), settings->era,
              settings->partitions);
  const auto positions = (*reader)->positions();
  if (!positions.ok()) return complain("store check", positions.error());
  return print_positions(*positions) ? kFine : kFailed;
}

}  // namespace

std::vector<Verb> store_verbs() {
  const auto options = store_options();
  return {{"store migrate",
           "make the tables of a PostgreSQL store, or bring them up to date",
           "  firstcome store migrate --store postgresql://owner@db.example/firstcome\n",
           {options.begin(), options.end()},
           migrate},
          {"store check",
           "can this program use the store, and where does it stand?",
           "  firstcome store check --store postgresql://firstcome_edge@db.example/firstcome\n",
           {options.begin(), options.end()},
           check}};
}

}  // namespace firstcome::app
