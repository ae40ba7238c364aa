#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "cli/command_result.h"
#include "cli/http_client.h"
#include "cli/place_options.h"
#include "decide/state_hash.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/kafka/topics.h"
#include "node/clock.h"
#include "store/postgres/postgres_store.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr milliseconds kAnswerOfANode{5'000};
/// Nodes save what they have decided within a second of the database's return.
constexpr milliseconds kTailsWithin{60'000};
constexpr milliseconds kLookEvery{500};

std::vector<std::string> nodes_of(const Values& values) {
  std::vector<std::string> nodes;
  if (!values.has("node")) return nodes;
  std::istringstream list(values.text("node"));
  for (std::string node; std::getline(list, node, ',');) nodes.push_back(std::move(node));
  return nodes;
}

/// Records that a node has decided and has not seen saved, of all its partitions.
Result<std::int64_t> unsaved_of(const std::string& node) {
  ASSIGN_OR_RETURN(const auto page, ask(node, {.target = "/metrics"}, kAnswerOfANode));
  if (page.status != 200) return Error::permanent("{}/metrics answers {}", node, page.status);
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
    return Error::permanent(node +
                            "/metrics has no firstcome_save_lag_records: is it a node's admin listener?");
  return unsaved;
}

/// Waits until each node has seen everything saved that it has decided.
Status wait_for_tails(const std::vector<std::string>& nodes) {
  const Instant until = node::now().steady + kTailsWithin;
  for (const std::string& node : nodes) {
    for (bool told = false;; told = true) {
      ASSIGN_OR_RETURN(const auto unsaved, unsaved_of(node));
      if (unsaved == 0) break;
      if (node::now().steady > until) {
        return Error::permanent(
            "{} has decided {} records that are not saved. Is an issuer running, and the database there? Its "
            "log says why they are not saved. --accept-loss goes on without them",
            node, unsaved);
      }
      if (!told)
        std::fprintf(stderr, "%s: %lld records to be saved\n", node.c_str(), static_cast<long long>(unsaved));
      std::this_thread::sleep_for(kLookEvery);
    }
  }
  return Done{};
}

/// An era begins at the first offset of a journal that has decided nothing.
Status check_empty(journal::JournalReader& journal) {
  for (Partition partition = 0; partition < journal.partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto held, journal.bounds(partition));
    if (held.end > 0) {
      return Error::permanent(
          "partition {} of the new journal ends at offset {}: an era begins with an empty topic. Make one "
          "with firstcome topic create, under a name that was never used",
          partition, held.end);
    }
  }
  return Done{};
}

Status refuse_broken(const journal::KafkaSettings& settings, std::int32_t partitions) {
  ASSIGN_OR_RETURN(const auto findings, journal::check_topics(settings, partitions));
  for (const journal::TopicFinding& finding : findings) {
    if (finding.breaks_a_promise) return Error::permanent(finding.text());
  }
  return Done{};
}

struct Begun {
  Era era = 0;
  std::string journal;
  std::vector<store::Position> last;  ///< where the era before ended
};

Result<Begun> begin(const Values& values) {
  ASSIGN_OR_RETURN(auto settings, kafka_settings(values));
  auto store = store::open_postgres_store(values.text("store"));
  if (!store.ok()) return store.error();
  ASSIGN_OR_RETURN(auto reader, (*store)->make_reader());
  ASSIGN_OR_RETURN(const auto known, reader->settings());
  RETURN_IF_ERROR(refuse_broken(settings, known.partitions));
  auto journal = journal::open_kafka_journal_reader(settings);
  if (!journal.ok()) return journal.error();
  if ((*journal)->identity() == known.journal_identity) {
    return Error::permanent("the store follows this journal already, in era {}", known.era);
  }
  RETURN_IF_ERROR(check_empty(**journal));
  RETURN_IF_ERROR(wait_for_tails(nodes_of(values)));
  const auto rehash = [](const PartitionState& before, const PartitionState& after) {
    return before.state_hash - decide::hash_of_partition(before) + decide::hash_of_partition(after);
  };
  Begun begun{.era = known.era + 1, .journal = (*journal)->identity()};
  ASSIGN_OR_RETURN(auto last, (*store)->begin_era({.era = begun.era,
                                                   .journal_identity = begun.journal,
                                                   .partitions = (*journal)->partitions(),
                                                   .rehash = rehash}));
  begun.last = std::move(last);
  return begun;
}

text::JsonObject as_json(const Begun& begun) {
  const auto ended = text::json_list(begun.last, [](const store::Position& one) {
    return text::JsonObject().number("partition", one.partition).number("endedAt", one.next_offset).str();
  });
  return text::JsonObject().number("era", begun.era).text("journal", begun.journal).json("ended", ended);
}

std::string in_words(const Begun& begun) {
  std::string words;
  for (const store::Position& last : begun.last) {
    words += "partition " + std::to_string(last.partition) + ": era " + std::to_string(last.era) +
             " ended at offset " + std::to_string(last.next_offset) +
             (last.halted_reason.empty() ? "\n" : "; it is still halted: firstcome store unhalt\n");
  }
  return words + "era " + std::to_string(begun.era) + " has begun with journal " + begun.journal +
         ". Start issuers, then edges, with this journal.\n";
}

int new_era(const Values& values) {
  const std::string command = "store new-era";
  const bool asks_nodes = values.has("node");
  if (asks_nodes == values.on("accept-loss")) {
    return refuse(command, asks_nodes
                               ? "say either --node or --accept-loss"
                               : "say --node http://host:8081 for each node that runs, or --accept-loss when "
                                 "none does");
  }
  const auto begun = begin(values);
  if (!begun.ok()) return fail(command, begun.error());
  return print_result(values, as_json(*begun), in_words(*begun));
}

}  // namespace

Command new_era_command() {
  const auto options = store_new_era_options();
  return {
      "store new-era",
      "go on with a new topic, when the old journal is lost permanently",
      "  firstcome store new-era --journal kafka://new1:9092/coupons-2 --store postgresql://owner@db/shop "
      "\\\n"
      "      --node http://edge1:8081 --node http://issuer1:8081    nodes that still run\n"
      "  firstcome store new-era --journal … --store … --accept-loss    no node runs any more\n"
      "\nOnly when the Kafka cluster, or its topic, will not come back. Policies, coupons and history stay. "
      "Name\n"
      "every node that still runs: the command waits until they have saved what they decided. Without one,\n"
      "decisions that no issuer had saved are lost, though users may have their answers: --accept-loss.\n"
      "Nodes of the old era save nothing more and stop; start them with the new journal. The store's owner\n"
      "runs it. See docs/operations/backup.md.\n"
      "Exit code 0: the era has begun. 1: nothing was changed.\n",
      {options.begin(), options.end()},
      new_era};
}

}  // namespace firstcome::cli
