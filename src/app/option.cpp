#include "app/option.h"

#include <cctype>

namespace firstcome::app {
namespace {

using enum Option::Kind;
using enum Option::Where;

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kMillion = 1'000'000;

constexpr Option kServe[] = {
    {"data", Text, "./firstcome-data", "folder of the embedded journal and store; created when missing"},
    {"role", Text, "all",
     "what this node does with --journal and --store: edge answers callers, issuer saves, all does both"},
    {"create-topics", Switch, "", "make the journal's topics in Kafka if they are missing", 0, 1, FlagOnly},
    {"replication", Number, "3", "copies of each record in topics that --create-topics makes", 1, 9},
    {"events", Text, "coupon-issued",
     "with --journal: the topic to which issuers publish an event a coupon, after saving it; none: no "
     "events"},
    {"listen", Text, "127.0.0.1:8080", "host:port for users; port 0 takes any free one"},
    {"admin-listen", Text, "127.0.0.1:8081", "host:port for policy writes, metrics and probes"},
    {"admin-key-file", Text, "", "file whose first line admin writes must bring as `Authorization: Bearer`"},
    {"threads", Number, "0", "threads that serve HTTP; 0: as many as the machine has cores", 0, 256},
    {"partitions", Number, "0",
     "partitions of the journal, fixed when the data is created; 0: 3, or what the data has", 0, 1'000},
    {"wait", Duration, "2s", "how long a caller waits for the final answer before a 202", 0, 10 * kSecond},
    {"wait-most", Duration, "10s", "the most a caller may ask to wait", 0, 60 * kSecond},
    {"max-staleness", Duration, "1s", "refuse early only on what was true this short a time ago", 1,
     60 * kSecond},
    {"start-slack", Duration, "2s", "how far this machine's clock may differ from the journal's", 0,
     600 * kSecond},
    {"admission", Text, "memory",
     "what requests that cannot win are refused by: memory, what this node has decided; or database, asked "
     "for "
     "every request"},
    {"admission-timeout", Duration, "200ms",
     "with --admission database: append a request about which the database says nothing for so long", 1,
     10 * kSecond},
    {"admission-connections", Number, "2", "with --admission database: connections of each thread", 1, 64},
    {"max-connections", Number, "10000", "open connections of both listeners past which new ones are closed",
     1, 10 * kMillion},
    {"max-unsaved", Number, "1000000",
     "decided but unsaved records of a partition past which callers get 503", 1, 1'000 * kMillion},
    {"max-pending-partition", Number, "100000",
     "waiting callers of a partition, in each thread, past which new ones get 503", 1, 100 * kMillion},
    {"max-pending-policy", Number, "50000",
     "waiting callers of a policy, in each thread, past which new ones get 503", 1, 100 * kMillion},
    {"save-linger", Duration, "20ms", "how long a decision waits for company before it is saved", 0,
     10 * kSecond},
    {"stop-within", Duration, "20s", "at a stop, how long accepted requests and saving may take", 0,
     600 * kSecond},
    {"log-level", Text, "info", "debug, info, warn or error"},
    {"bench-route", Switch, "", "serve POST /bench/fixed, a constant answer to measure against", 0, 1},
    {"demo", Switch, "", "create policy 1, 1,000 coupons, if it does not exist, and print what to try", 0, 1,
     FlagOnly},
    {"config", Text, "", "TOML file with any of these, under the same names", 0, 1, FlagOnly},
};

constexpr Option kClient[] = {
    {"server", Text, "http://127.0.0.1:8080", "address of the users' listener"},
    {"admin", Text, "http://127.0.0.1:8081", "address of the admin listener"},
    {"admin-key-file", Text, "", "file whose first line is the admin key, where the server asks for one"},
    {"json", Switch, "", "print the server's JSON as it is", 0, 1, FlagOnly},
};

constexpr Option kCheck[] = {
    {"history", Text, "", "file of JSON lines: each request and what was told", 0, 0, Positional, true},
    {"data", Text, "",
     "folder of the server's journal and store, to judge by them too; nothing in it is changed", 0, 0,
     FlagOnly},
    {"max-staleness", Duration, "",
     "what the server was started with; without it what the history says, or 1s", 1, 60 * kSecond, FlagOnly},
    {"at-rest", Switch, "", "nobody asks any more: everything decided must be saved", 0, 1, FlagOnly},
    {"others", Switch, "",
     "others asked for the same coupons: those nobody in the history asked for are theirs", 0, 1, FlagOnly},
    {"json", Switch, "", "print the verdicts as JSON", 0, 1, FlagOnly},
};

constexpr Option kBench[] = {
    {"server", List, "http://127.0.0.1:8080", "users' listener; several, or comma separated, share the load"},
    {"admin", Text, "http://127.0.0.1:8081", "admin listener, to create policies"},
    {"admin-key-file", Text, "", "file whose first line is the admin key, where the server asks for one"},
    {"policy", Number, "", "id of the policy to ask for; without it the bench creates its own", 1, INT64_MAX,
     FlagOnly},
    {"policies", Number, "1", "how many policies to create; every user asks for all of them", 1, 10'000,
     FlagOnly},
    {"max-count", Number, "1000", "coupons of each policy that is created", 1, 1'000 * kMillion, FlagOnly},
    {"users", Number, "0",
     "how many there are; when all have asked they ask again; 0: every request is from a new one", 0,
     INT64_MAX / 2, FlagOnly},
    {"first-user", Number, "1", "id of the first user", 1, INT64_MAX / 2, FlagOnly},
    {"requests", Number, "", "how many to send", 1, 1'000 * kMillion, FlagOnly},
    {"duration", Duration, "", "how long to send; 10s when --requests is not given either", 1,
     86'400 * kSecond, FlagOnly},
    {"connections", Number, "256", "kept open, of all threads", 1, kMillion, FlagOnly},
    {"threads", Number, "1", "of the generator", 1, 256, FlagOnly},
    {"rate", Number, "",
     "open loop: requests a second, sent when due whatever the answers; without it a connection asks again "
     "once answered",
     1, 10 * kMillion, FlagOnly},
    {"drop-after", Duration, "1s", "open loop: drop a request that found no free connection for so long", 0,
     60 * kSecond, FlagOnly},
    {"ramp", Duration, "0", "time over which the rate, or the connections that ask, grow from nothing", 0,
     86'400 * kSecond, FlagOnly},
    {"timeout", Duration, "15s", "give up waiting for an answer after this", 1, 600 * kSecond, FlagOnly},
    {"twice", Share, "0%", "share of the users who press twice at once", 0, kMillion, FlagOnly},
    {"break-off", Share, "0%", "share of the requests whose connection is cut while sending or answering", 0,
     kMillion, FlagOnly},
    {"fixed", Share, "0%",
     "share of the requests sent to the server's --bench-route instead, to compare with", 0, kMillion,
     FlagOnly},
    {"keep", Number, "20000000", "requests to keep in memory and judge at most; later ones are only counted",
     0, 10'000 * kMillion, FlagOnly},
    {"ask-again", Number, "10000", "tickets and winners, each, to ask again afterwards at most", 0, kMillion,
     FlagOnly},
    {"history", Text, "", "file to write every request and answer to, for `firstcome check`", 0, 0, FlagOnly},
    {"html", Text, "", "file to write the report to as one page, drawn", 0, 0, FlagOnly},
    {"json", Switch, "", "the report as JSON instead of a table", 0, 1, FlagOnly},
};

constexpr Option kAudit[] = {
    {"data", Text, "./firstcome-data", "folder of the journal and store; a server may have it open"},
    {"differences", Number, "100", "show this many differences; all are counted", 0, kMillion, FlagOnly},
    {"json", Switch, "", "print the report as JSON", 0, 1, FlagOnly},
};

constexpr Option kExplain[] = {
    {"policy", Number, "", "id of the policy", 1, INT64_MAX, FlagOnly},
    {"user", Number, "", "id of the user", 1, INT64_MAX, FlagOnly},
    {"ticket", Text, "", "instead of both: the ticket of an answer; that it is genuine is checked", 0, 0,
     FlagOnly},
    {"data", Text, "./firstcome-data", "folder of the journal and store; a server may have it open"},
    {"json", Switch, "", "print the story as JSON", 0, 1, FlagOnly},
};

constexpr Option kPolicyImport[] = {
    {"from", Text, "", "postgresql://user@host/database of the other system; passwords are in ~/.pgpass", 0,
     0, FlagOnly, true},
    {"policy", Number, "", "the policy's id there", 1, INT64_MAX, FlagOnly, true},
    {"as", Number, "", "its id here; without it the same", 1, INT64_MAX, FlagOnly},
    {"dry-run", Switch, "", "a rehearsal: read and check everything, say what would be done, change nothing",
     0, 1, FlagOnly},
    {"paused", Switch, "", "leave the policy PAUSED; `policy resume` opens it", 0, 1, FlagOnly},
    {"name", Text, "", "what the policy is called here, instead of its name there", 0, 0, FlagOnly},
    {"max-count", Number, "", "its stock here, instead of that there", 1, 1'000 * kMillion, FlagOnly},
    {"zone", Text, "", "time zone of times without one, like Asia/Seoul", 0, 0, FlagOnly},
    {"where", Text, "", "SQL: which coupons count, like \"status <> 'CANCELLED'\"", 0, 0, FlagOnly},
    {"policy-table", Text, "coupon_policy", "table of policies, or schema.table", 0, 0, FlagOnly},
    {"policy-id-column", Text, "id", "its column: the policy's id", 0, 0, FlagOnly},
    {"name-column", Text, "name", "what people call it", 0, 0, FlagOnly},
    {"max-count-column", Text, "total_quantity", "how many coupons there are", 0, 0, FlagOnly},
    {"issue-starts-at-column", Text, "", "when issuing starts; without it at once", 0, 0, FlagOnly},
    {"issue-ends-at-column", Text, "", "when it ends; without it never", 0, 0, FlagOnly},
    {"coupon-table", Text, "coupon", "table of issued coupons, or schema.table", 0, 0, FlagOnly},
    {"coupon-policy-column", Text, "policy_id", "its column: of which policy", 0, 0, FlagOnly},
    {"user-column", Text, "user_id", "whose it is", 0, 0, FlagOnly},
    {"issued-at-column", Text, "issued_at", "when it was issued: the order", 0, 0, FlagOnly},
    {"id-column", Text, "id", "the order of those that were issued at the same moment", 0, 0, FlagOnly},
    {"json", Switch, "", "print what was found and done as JSON", 0, 1, FlagOnly},
    {"retry-for", Duration, "60s", "how long to try again while the server does not answer", 0,
     86'400 * kSecond, FlagOnly},
};

constexpr Option kDltPlace[] = {
    {"data", Text, "./firstcome-data", "folder of the embedded journal"},
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: the journal whose dead letters are meant, "
     "instead of --data"},
    {"kafka", Lines, "", "key=value: one of librdkafka's properties; may be said several times"},
    {"kafka-config", Text, "", "file of such lines, for those that are secret"},
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
};

constexpr Option kDltDrop[] = {
    {"places", List, "", "PARTITION:OFFSET: everything up to and including it", 0, 0, Positional},
    {"all", Switch, "", "all that are there now", 0, 1, FlagOnly},
    {"yes", Switch, "", "do not ask", 0, 1, FlagOnly},
};

constexpr Option kServers[] = {
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: the journal in a Kafka topic, instead of "
     "--data"},
    {"store", Text, "",
     "postgresql://user@host/database: the store in PostgreSQL, instead of --data; passwords in ~/.pgpass"},
    {"kafka", Lines, "", "key=value: one of librdkafka's properties; may be said several times"},
    {"kafka-config", Text, "", "file of such lines, for those that are secret"},
};

constexpr Option kStoreMigrate[] = {
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass", 0, 0, Anywhere, true},
};

constexpr Option kStoreCheck[] = {
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass"},
    {"data", Text, "", "instead: folder of the embedded store", 0, 0, FlagOnly},
    {"json", Switch, "", "print what is found as JSON", 0, 1, FlagOnly},
};

constexpr Option kStoreUnhalt[] = {
    {"partition", Number, "", "the one to be saved again", 0, 100'000, FlagOnly, true},
    {"store", Text, "", "postgresql://user@host/database; passwords are in ~/.pgpass"},
    {"data", Text, "", "instead: folder of the embedded store", 0, 0, FlagOnly},
    {"json", Switch, "", "print as JSON how the partition was", 0, 1, FlagOnly},
};

constexpr Option kTopicCreate[] = {
    {"journal", Text, "", "kafka://host:9092,host:9092 or kafka://host:9092/topic", 0, 0, Anywhere, true},
    {"kafka", Lines, "", "key=value: one of librdkafka's properties; may be said several times"},
    {"kafka-config", Text, "", "file of such lines, for those that are secret"},
    {"events", Text, "coupon-issued", "the topic of the events of issued coupons; none: there are none"},
    {"partitions", Number, "3", "of each topic that is made; how many is for good", 1, 1'000},
    {"replication", Number, "3", "copies of each record, in topics that are made; 1 on a laptop", 1, 9},
};

constexpr Option kTopicCheck[] = {
    {"journal", Text, "", "kafka://host:9092,host:9092 or kafka://host:9092/topic", 0, 0, Anywhere, true},
    {"kafka", Lines, "", "key=value: one of librdkafka's properties; may be said several times"},
    {"kafka-config", Text, "", "file of such lines, for those that are secret"},
    {"events", Text, "coupon-issued", "the topic of the events of issued coupons; none: there are none"},
    {"partitions", Number, "", "how many the data were made with, to compare; `store check` tells", 1, 1'000,
     FlagOnly},
    {"json", Switch, "", "print what is found as JSON", 0, 1, FlagOnly},
};

}  // namespace

std::string environment_name(const Option& option) {
  std::string name = "FIRSTCOME_";
  for (const char letter : option.name) {
    name += letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

std::span<const Option> serve_options() { return kServe; }
std::span<const Option> client_options() { return kClient; }
std::span<const Option> check_options() { return kCheck; }
std::span<const Option> bench_options() { return kBench; }
std::span<const Option> audit_options() { return kAudit; }
std::span<const Option> explain_options() { return kExplain; }
std::span<const Option> store_migrate_options() { return kStoreMigrate; }
std::span<const Option> store_check_options() { return kStoreCheck; }
std::span<const Option> store_unhalt_options() { return kStoreUnhalt; }
std::span<const Option> topic_create_options() { return kTopicCreate; }
std::span<const Option> topic_check_options() { return kTopicCheck; }
std::span<const Option> policy_import_options() { return kPolicyImport; }
std::span<const Option> dlt_place_options() { return kDltPlace; }
std::span<const Option> dlt_list_options() { return kDltList; }
std::span<const Option> dlt_show_options() { return kDltShow; }
std::span<const Option> dlt_replay_options() { return kDltReplay; }
std::span<const Option> dlt_drop_options() { return kDltDrop; }
std::span<const Option> servers_options() { return kServers; }

std::vector<Option> with_servers_options(std::span<const Option> own) {
  std::vector<Option> all(own.begin(), own.end());
  all.insert(all.end(), std::begin(kServers), std::end(kServers));
  return all;
}

}  // namespace firstcome::app
