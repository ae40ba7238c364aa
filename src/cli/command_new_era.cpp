#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "cli/http_client.h"
#include "cli/location_options.h"
#include "decide/state_hash.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/kafka/topics.h"
#include "node/clock.h"
#include "store/postgres/postgres_store.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr milliseconds kNodeTimeout{5'000};
/// Nodes save their decisions within a second after the database is back.
constexpr milliseconds kSaveTimeout{60'000};
constexpr milliseconds kPollInterval{500};

std::vector<std::string> nodes_of(const Values& values) {
  std::vector<std::string> nodes;
  if (!values.has("node")) return nodes;
  std::istringstream list(values.text("node"));
  for (std::string node; std::getline(list, node, ',');) nodes.push_back(std::move(node));
  return nodes;
}

/// The number of decisions in all partitions of a node that are not known to be saved.
Result<std::int64_t> count_unsaved(const std::string& node, const net::TlsContext::ClientFiles& tls) {
  ASSIGN_OR_RETURN(const auto page, send_request(node, {.target = "/metrics", .tls = tls}, kNodeTimeout));
  if (page.status != 200) return Error::permanent("{}/metrics returned status {}", node, page.status);
  constexpr std::string_view kSeries = "\nfirstcome_save_lag_records{";
  std::int64_t unsaved = 0;
  bool found = false;
  for (std::size_t at = page.body.find(kSeries); at != std::string::npos;
       at = page.body.find(kSeries, at + 1)) {
    const std::size_t value = page.body.find(' ', at);
    if (value == std::string::npos) break;
    unsaved += std::strtoll(page.body.c_str() + value, nullptr, 10);
    found = true;
  }
  if (!found)
    return Error::permanent("{}/metrics has no firstcome_save_lag_records.", node)
        .with_hint("Is it the admin listener of a node?");
  return unsaved;
}

/// Waits until the decisions of each node are saved.
Status wait_until_saved(const std::vector<std::string>& nodes, const net::TlsContext::ClientFiles& tls) {
  const Instant until = node::now().steady + kSaveTimeout;
  for (const std::string& node : nodes) {
    for (bool is_first = true;; is_first = false) {
      ASSIGN_OR_RETURN(const auto unsaved, count_unsaved(node, tls));
      if (unsaved == 0) break;
      if (node::now().steady > until) {
        return Error::permanent("{} has {} decisions that are not saved.", node, unsaved)
            .with_hint(
                "Is an issuer running, and does the database respond? The log of the issuer says why it "
                "does not save. "
                "--accept-loss continues without these decisions.");
      }
      if (is_first)
        std::fprintf(stderr, "%s: waiting until %lld records are saved\n", node.c_str(),
                     static_cast<long long>(unsaved));
      std::this_thread::sleep_for(kPollInterval);
    }
  }
  return Done{};
}

/// An era begins at offset 0 of a journal without records.
Status check_empty(journal::JournalReader& journal) {
  for (Partition partition = 0; partition < journal.partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto held, journal.bounds(partition));
    if (held.end > 0) {
      return Error::permanent(
                 "partition {} of the new journal ends at offset {}, but an era begins with an empty topic.",
                 partition, held.end)
          .with_hint("Create a topic with `firstcome topic create`, under a name that was never used.");
    }
  }
  return Done{};
}

Status check_topic_settings(const journal::KafkaSettings& settings, std::int32_t partitions) {
  ASSIGN_OR_RETURN(const auto findings, journal::check_topics(settings, partitions));
  for (const journal::TopicFinding& finding : findings) {
    if (finding.breaks_a_promise) return Error::permanent(finding.text());
  }
  return Done{};
}

/// The new era.
struct NewEra {
  Era era = 0;
  std::string journal;
  std::vector<store::Position> last;  ///< the last positions of the previous era
};

Result<NewEra> begin(const Values& values) {
  ASSIGN_OR_RETURN(auto settings, kafka_settings(values));
  ASSIGN_OR_RETURN(const auto store, store::open_postgres_store(values.text("store")));
  ASSIGN_OR_RETURN(const auto reader, store->make_reader());
  ASSIGN_OR_RETURN(const auto known, reader->settings());
  RETURN_IF_ERROR(check_topic_settings(settings, known.partitions));
  ASSIGN_OR_RETURN(const auto journal, journal::open_kafka_journal_reader(settings));
  if (journal->identity() == known.journal_identity) {
    return Error::permanent("the store already follows this journal, in era {}", known.era);
  }
  RETURN_IF_ERROR(check_empty(*journal));
  RETURN_IF_ERROR(wait_until_saved(nodes_of(values), tls_files(values)));
  const auto rehash = [](const PartitionState& before, const PartitionState& after) {
    return before.state_hash - decide::hash_of_partition(before) + decide::hash_of_partition(after);
  };
  NewEra new_era{.era = known.era + 1, .journal = journal->identity(), .last = {}};
  ASSIGN_OR_RETURN(new_era.last, store->begin_era({.era = new_era.era,
                                                   .journal_identity = new_era.journal,
                                                   .partitions = journal->partitions(),
                                                   .rehash = rehash}));
  return new_era;
}

text::JsonObject as_json(const NewEra& new_era) {
  const auto ended = text::json_list(new_era.last, [](const store::Position& one) {
    return text::JsonObject().number("partition", one.partition).number("endedAt", one.next_offset).str();
  });
  return text::JsonObject().number("era", new_era.era).text("journal", new_era.journal).json("ended", ended);
}

std::string describe(const NewEra& new_era) {
  std::string text;
  for (const store::Position& last : new_era.last) {
    text +=
        fmt::format("partition {}: era {} ended at offset {}{}\n", last.partition, last.era, last.next_offset,
                    last.halted_reason.empty() ? "" : "; it is still halted. Run: firstcome store unhalt");
  }
  return text +
         fmt::format("era {} has begun with journal {}. Start issuers, then edges, with this journal.\n",
                     new_era.era, new_era.journal);
}

int run(const Values& values) {
  const std::string command = "store new-era";
  const bool names_nodes = values.has("node");
  if (names_nodes == values.on("accept-loss")) {
    return refuse(command, names_nodes ? "use either --node or --accept-loss"
                                       : "--node http://host:8081 is required for each node that runs, or "
                                         "--accept-loss if no node runs");
  }
  const auto new_era = begin(values);
  if (!new_era.ok()) return fail(command, new_era.error());
  return print_result(values, as_json(*new_era), describe(*new_era));
}

}  // namespace

Command new_era_command() {
  const auto options = store_new_era_options();
  return {
      "store new-era",
      "Continue with a new topic after the permanent loss of the journal",
      "  firstcome store new-era --journal kafka://new1:9092/coupons-2 --store postgresql://owner@db/shop "
      "\\\n"
      "      --node http://edge1:8081 --node http://issuer1:8081    nodes that still run\n"
      "  firstcome store new-era --journal … --store … --accept-loss    no node runs any more\n"
      "\nUse it only if the Kafka cluster, or its topic, is lost permanently. Policies, coupons and "
      "history stay. Name\n"
      "every node that still runs: the command waits until their decisions are saved. With --accept-loss, "
      "decisions\n"
      "that no issuer has saved are lost, although users may have their answers. Nodes of the old era stop "
      "and save\n"
      "nothing more; start them with the new journal. The command needs the owner of the tables. See\n"
      "docs/operations/backup.md.\n"
      "Exit code 0: the era has begun. 1: nothing was changed.\n",
      {options.begin(), options.end()},
      run};
}

}  // namespace firstcome::cli
