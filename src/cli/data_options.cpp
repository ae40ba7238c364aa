#include "cli/option.h"
#include "cli/shared_options.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

// clang-format off
constexpr std::string_view kDataHelp = "Folder of the journal and store; a server may have it open";
constexpr std::string_view kStoreHelp = "postgresql://user@host/database; put the password into ~/.pgpass";
constexpr std::string_view kEmbeddedStoreHelp = "Folder of the embedded store, instead of --store";
constexpr std::string_view kResultAsJson = "Print the result as JSON";

constexpr Option kAudit[] = {
    {"data", Folder, "./firstcome-data", kDataHelp},
    {"differences", Number, "100", "Maximum number of differences to print; all are counted", 0, kMillion, FlagOnly},
    {"json", Switch, "", "Print the report as JSON", 0, 1, FlagOnly},
};

constexpr Option kExplain[] = {
    {"policy", Number, "", "Id of the policy", 1, INT64_MAX, FlagOnly},
    {"user", Number, "", "Id of the user", 1, INT64_MAX, FlagOnly},
    {"ticket", Text, "", "Ticket of a response, instead of --policy and --user; its seal is verified", 0, 0, FlagOnly},
    {"data", Folder, "./firstcome-data", kDataHelp},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kCouponsExport[] = {
    {"policy", Number, "", "Id of the policy", 1, INT64_MAX, FlagOnly, true},
    {"format", Choice, "csv", "csv: a header and a row for each coupon; jsonl: a JSON object on each line", 0, 0,
     FlagOnly, false, "csv, jsonl"},
    {"out", File, "", "File to write, readable by its owner only; it appears when it is complete; without it stdout", 0,
     0, FlagOnly},
    {"state", Choice, "", "Only coupons in this state", 0, 0, FlagOnly, false,
     "ISSUED, RESERVED, USED, CANCELLED, EXPIRED"},
    {"ids", Choice, "number", "Form of user and policy ids in JSON", 0, 0, FlagOnly, false, "number, string"},
    {"store", Text, "", "postgresql://user@host/database, instead of --data; put the password into ~/.pgpass"},
    {"data", Folder, "./firstcome-data", kDataHelp},
};

constexpr Option kDltLocation[] = {
    {"data", Folder, "./firstcome-data", "Folder of the embedded journal"},
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: the journal of the dead letters, instead of "
     "--data"},
    kKafka,
    kKafkaConfig,
};

constexpr Option kDltList[] = {
    {"limit", Number, "100", "Maximum number of dead letters to print, the newest ones", 1, kMillion, FlagOnly},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kDltShow[] = {
    {"place", Text, "", "PARTITION:OFFSET, as `dlt list` prints it", 0, 0, Positional, true},
    {"bytes", Number, "4096", "Maximum number of bytes to print of the key, of each header and of the value", 1,
     2 * kMillion + 500'000, FlagOnly},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kDltReplay[] = {
    {"places", List, "", "PARTITION:OFFSET, as `dlt list` prints it; one or several", 0, 0, Positional},
    {"all", Switch, "", "Every dead letter that exists now", 0, 1, FlagOnly},
    {"json", Switch, "", "Print one line of JSON for each dead letter", 0, 1, FlagOnly},
};

constexpr Option kDltDrop[] = {
    {"places", List, "", "PARTITION:OFFSET: this dead letter and every earlier one of its partition", 0, 0, Positional},
    {"all", Switch, "", "Every dead letter that exists now", 0, 1, FlagOnly},
    {"yes", Switch, "", "Do not ask for confirmation", 0, 1, FlagOnly},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kStoreMigrate[] = {
    {"store", Text, "", kStoreHelp, 0, 0, Anywhere, true},
    {"grant-edge", Text, "", "Role of edges in the database, which then gets its rights; with --grant-issuer", 0, 0, FlagOnly},
    {"grant-issuer", Text, "", "Role of issuers in the database, which then gets its rights; with --grant-edge", 0, 0, FlagOnly},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kStoreCheck[] = {
    {"store", Text, "", kStoreHelp},
    {"data", Folder, "", kEmbeddedStoreHelp, 0, 0, FlagOnly},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kStoreUnhalt[] = {
    {"partition", Number, "", "The halted partition", 0, 100'000, FlagOnly, true},
    {"trust", Choice, "store",
     "Which side is right. store: every node loads the store's rows; journal: the rows are removed, and "
     "nodes "
     "decide the journal again",
     0, 0, FlagOnly, false, "store, journal"},
    {"store", Text, "", kStoreHelp},
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic; required with --store and --trust journal"},
    kKafka,
    kKafkaConfig,
    {"data", Folder, "", kEmbeddedStoreHelp, 0, 0, FlagOnly},
    {"json", Switch, "", "Print the previous state of the partition as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreNewEra[] = {
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: the new journal; its topic must be empty", 0, 0,
     Anywhere, true},
    {"store", Text, "", "postgresql://owner@host/database; put the password into ~/.pgpass", 0, 0, Anywhere, true},
    {"node", List, "",
     "http://host:8081: admin listener of a node that still runs; wait until its decisions are saved; "
     "repeat it, or "
     "separate by commas",
     0, 0, FlagOnly},
    kCa,
    kClientCert,
    kClientKey,
    {"accept-loss", Switch, "", "Instead of --node: no node runs any more, and decisions that are not saved are lost",
     0, 1, FlagOnly},
    kKafka,
    kKafkaConfig,
    {"json", Switch, "", "Print the last offsets of the previous era as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreSkipRules[] = {
    {"partition", Number, "", "Partition of the rules record", 0, 100'000, FlagOnly, true},
    {"offset", Number, "", "Offset of the rules record", 0, INT64_MAX, FlagOnly, true},
    {"data", Folder, "./firstcome-data", kDataHelp},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kStoreKey[] = {
    {"store", Text, "", kStoreHelp},
    {"data", Folder, "", kEmbeddedStoreHelp, 0, 0, FlagOnly},
};

constexpr Option kStoreCompact[] = {
    {"data", Folder, "", "Folder of the embedded journal and store", 0, 0, FlagOnly, true},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kStoreRestored[] = {
    {"store", Text, "", kStoreHelp, 0, 0, Anywhere, true},
    {"json", Switch, "", "Print the first offsets of the new incarnation as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreRebuild[] = {
    {"data", Folder, "", "Folder of the embedded journal and store", 0, 0, FlagOnly},
    {"partition", Number, "", "Partition to rebuild; without it every partition", 0, 100'000, FlagOnly},
    {"yes", Switch, "", "Do not ask for confirmation", 0, 1, FlagOnly},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kJournalOfTopics = {
    "journal", Text, "", "kafka://host:9092,host:9092 or kafka://host:9092/topic", 0, 0, Anywhere, true};
constexpr Option kEventsOfTopics = {"events", Text, "coupon-issued", "Topic for events of issued coupons; none: no events"};

constexpr Option kTopicCreate[] = {
    kJournalOfTopics,
    kKafka,
    kKafkaConfig,
    kEventsOfTopics,
    {"partitions", Number, "3", "Partitions of each created topic; cannot be changed later", 1, 1'000},
    {"replication", Number, "3", "Copies of each record in created topics; 1 on a laptop", 1, 9},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};

constexpr Option kTopicCheck[] = {
    kJournalOfTopics,
    kKafka,
    kKafkaConfig,
    kEventsOfTopics,
    {"partitions", Number, "", "Expected number of partitions; `store check` prints the number in the store", 1, 1'000,
     FlagOnly},
    {"json", Switch, "", kResultAsJson, 0, 1, FlagOnly},
};
// clang-format on

}  // namespace

std::span<const Option> audit_options() { return kAudit; }
std::span<const Option> explain_options() { return kExplain; }
std::span<const Option> coupons_export_options() { return kCouponsExport; }
std::span<const Option> dlt_location_options() { return kDltLocation; }
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
