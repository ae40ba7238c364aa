#include "cli/option.h"
#include "cli/shared_options.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

// clang-format off
constexpr Option kAudit[] = {
    {"data", Folder, "./firstcome-data", "folder of the journal and store; a server may have it open"},
    {"differences", Number, "100", "show this many differences; all are counted", 0, kMillion, FlagOnly},
    {"json", Switch, "", "print the report as JSON", 0, 1, FlagOnly},
};

constexpr Option kExplain[] = {
    {"policy", Number, "", "id of the policy", 1, INT64_MAX, FlagOnly},
    {"user", Number, "", "id of the user", 1, INT64_MAX, FlagOnly},
    {"ticket", Text, "", "instead of both: the ticket of an answer; that it is genuine is checked", 0, 0,
     FlagOnly},
    {"data", Folder, "./firstcome-data", "folder of the journal and store; a server may have it open"},
    {"json", Switch, "", "print the story as JSON", 0, 1, FlagOnly},
};

constexpr Option kDltPlace[] = {
    {"data", Folder, "./firstcome-data", "folder of the embedded journal"},
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: the journal whose dead letters are meant, "
     "instead of --data"},
    kKafka,
    kKafkaConfig,
};

constexpr Option kDltList[] = {
    {"limit", Number, "100", "at most so many, the newest", 1, kMillion, FlagOnly},
    {"json", Switch, "", "print them as JSON", 0, 1, FlagOnly},
};

constexpr Option kDltShow[] = {
    {"place", Text, "", "PARTITION:OFFSET, as `dlt list` shows it", 0, 0, Positional, true},
    {"bytes", Number, "4096", "at most so many bytes of each of key, headers and value", 1,
     2 * kMillion + 500'000, FlagOnly},
    {"json", Switch, "", "print it as JSON", 0, 1, FlagOnly},
};

constexpr Option kDltReplay[] = {
    {"places", List, "", "PARTITION:OFFSET, as `dlt list` shows it; several may follow each other", 0, 0,
     Positional},
    {"all", Switch, "", "all that are there now", 0, 1, FlagOnly},
    {"json", Switch, "", "print a line of JSON for each", 0, 1, FlagOnly},
};

constexpr Option kDltDrop[] = {
    {"places", List, "", "PARTITION:OFFSET: everything up to and including it", 0, 0, Positional},
    {"all", Switch, "", "all that are there now", 0, 1, FlagOnly},
    {"yes", Switch, "", "do not ask", 0, 1, FlagOnly},
    {"json", Switch, "", "print how many as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreMigrate[] = {
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass", 0, 0, Anywhere, true},
    {"json", Switch, "", "print what was done as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreCheck[] = {
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass"},
    {"data", Folder, "", "instead: folder of the embedded store", 0, 0, FlagOnly},
    {"json", Switch, "", "print what is found as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreUnhalt[] = {
    {"partition", Number, "", "the one to be saved again", 0, 100'000, FlagOnly, true},
    {"trust", Choice, "store",
     "store: its rows are right, and every node loads them; journal: its rows are removed, and nodes decide "
     "the journal again",
     0, 0, FlagOnly, false, "store, journal"},
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass"},
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: with --trust journal and --store"},
    kKafka,
    kKafkaConfig,
    {"data", Folder, "", "instead: folder of the embedded store", 0, 0, FlagOnly},
    {"json", Switch, "", "print as JSON how the partition was", 0, 1, FlagOnly},
};

constexpr Option kStoreNewEra[] = {
    {"journal", Text, "",
     "the new one: kafka://host:9092,host:9092 or kafka://host:9092/topic; its topic is empty", 0, 0,
     Anywhere, true},
    {"store", Text, "", "postgresql://owner@host/database; passwords are in ~/.pgpass", 0, 0, Anywhere, true},
    {"node", List, "",
     "http://host:8081, the admin listener of a node that still runs: wait until it has seen everything "
     "saved that "
     "it decided; several, or comma separated",
     0, 0, FlagOnly},
    {"accept-loss", Switch, "", "instead: no node runs any more, and what no issuer had saved is lost", 0, 1,
     FlagOnly},
    kKafka,
    kKafkaConfig,
    {"json", Switch, "", "print where the last era ended as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreSkipRules[] = {
    {"partition", Number, "", "of the rules record", 0, 100'000, FlagOnly, true},
    {"offset", Number, "", "of the rules record", 0, INT64_MAX, FlagOnly, true},
    {"data", Folder, "./firstcome-data", "folder of the journal and store; a server may have it open"},
    {"json", Switch, "", "print what was stored as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreKey[] = {
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass"},
    {"data", Folder, "", "instead: folder of the embedded store", 0, 0, FlagOnly},
};

constexpr Option kStoreCompact[] = {
    {"data", Folder, "", "folder of the embedded journal and store", 0, 0, FlagOnly, true},
    {"json", Switch, "", "print what was done as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreRestored[] = {
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass", 0, 0, Anywhere, true},
    {"json", Switch, "", "print from where on as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreRebuild[] = {
    {"data", Folder, "", "folder of the embedded journal and store", 0, 0, FlagOnly},
    {"partition", Number, "", "only this one; else all", 0, 100'000, FlagOnly},
    {"yes", Switch, "", "do not ask", 0, 1, FlagOnly},
    {"json", Switch, "", "print what was done as JSON", 0, 1, FlagOnly},
};

constexpr Option kJournalOfTopics = {
    "journal", Text, "", "kafka://host:9092,host:9092 or kafka://host:9092/topic", 0, 0, Anywhere, true};
constexpr Option kEventsOfTopics = {"events", Text, "coupon-issued",
                                    "the topic of the events of issued coupons; none: there are none"};

constexpr Option kTopicCreate[] = {
    kJournalOfTopics,
    kKafka,
    kKafkaConfig,
    kEventsOfTopics,
    {"partitions", Number, "3", "of each topic that is made; how many is for good", 1, 1'000},
    {"replication", Number, "3", "copies of each record, in topics that are made; 1 on a laptop", 1, 9},
    {"json", Switch, "", "print what was done and found as JSON", 0, 1, FlagOnly},
};

constexpr Option kTopicCheck[] = {
    kJournalOfTopics,
    kKafka,
    kKafkaConfig,
    kEventsOfTopics,
    {"partitions", Number, "", "how many the data were made with, to compare; `store check` tells", 1, 1'000,
     FlagOnly},
    {"json", Switch, "", "print what is found as JSON", 0, 1, FlagOnly},
};
// clang-format on

}  // namespace

std::span<const Option> audit_options() { return kAudit; }
std::span<const Option> explain_options() { return kExplain; }
std::span<const Option> dlt_place_options() { return kDltPlace; }
std::span<const Option> dlt_list_options() { return kDltList; }
std::span<const Option> dlt_show_options() { return kDltShow; }
std::span<const Option> dlt_replay_options() { return kDltReplay; }
std::span<const Option> dlt_drop_options() { return kDltDrop; }
std::span<const Option> store_migrate_options() { return kStoreMigrate; }
std::span<const Option> store_check_options() { return kStoreCheck; }
std::span<const Option> store_unhalt_options() { return kStoreUnhalt; }
std::span<const Option> store_new_era_options() { return kStoreNewEra; }
std::span<const Option> store_skip_rules_options() { return kStoreSkipRules; }
std::span<const Option> store_key_options() { return kStoreKey; }
std::span<const Option> store_compact_options() { return kStoreCompact; }
std::span<const Option> store_restored_options() { return kStoreRestored; }
std::span<const Option> store_rebuild_options() { return kStoreRebuild; }
std::span<const Option> topic_create_options() { return kTopicCreate; }
std::span<const Option> topic_check_options() { return kTopicCheck; }

}  // namespace firstcome::cli
