#include "cli/option.h"
#include "cli/shared_options.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

// clang-format off
constexpr Option kServe[] = {
    {"data", Folder, "./firstcome-data", "folder of the embedded journal and store; created when missing"},
    {"role", Choice, "all",
     "what this node does with --journal and --store: edge answers callers, issuer saves, all does both", 0,
     0, Anywhere, false, "all, edge, issuer"},
    {"create-topics", Switch, "", "make the journal's topics in Kafka if they are missing", 0, 1, FlagOnly},
    {"replication", Number, "3", "copies of each record in topics that --create-topics makes", 1, 9},
    {"events", Text, "coupon-issued",
     "with --journal: the topic to which issuers publish an event a coupon, after saving it; none: no "
     "events"},
    {"listen", Text, "127.0.0.1:8080", "host:port for users; port 0 takes any free one"},
    {"admin-listen", Text, "127.0.0.1:8081", "host:port for policy writes, metrics and probes"},
    {"admin-key-file", File, "", "file whose first line admin writes must bring as `Authorization: Bearer`"},
    {"installation-key-file", File, "",
     "for a store that is filled again from its journal: file whose first line is the key that `store key` "
     "printed"},
    {"cors-origin", List, "",
     "origin of web pages that may use the users' listener, like https://shop.example; several, or comma "
     "separated; * for all; without it none"},
    {"threads", Number, "0", "threads that serve HTTP; 0: as many as the machine has cores", 0, 256},
    {"partitions", Number, "0",
     "partitions of the journal, fixed when the data is created; 0: 3, or what the data has", 0, 1'000},
    {"accept-clock", Switch, "",
     "embedded: the machine's clock is right, although it is more than 90 days ahead of the journal's last "
     "record and a policy opens or ends in between",
     0, 1, FlagOnly},
    {"wait", Duration, "2s", "how long a caller waits for the final answer before a 202", 0, 10 * kSecond},
    {"wait-most", Duration, "10s", "the most a caller may ask to wait", 0, 60 * kSecond},
    {"max-staleness", Duration, "1s", "refuse early only on what was true this short a time ago", 1,
     60 * kSecond},
    {"start-slack", Duration, "2s", "how far this machine's clock may differ from the journal's", 0,
     600 * kSecond},
    {"admission", Choice, "memory",
     "what requests that cannot win are refused by: memory, what this node has decided; or database, asked "
     "for every request",
     0, 0, Anywhere, false, "memory, database"},
    {"admission-timeout", Duration, "200ms",
     "with --admission database: append a request about which the database says nothing for so long", 1,
     10 * kSecond},
    {"admission-connections", Number, "2", "with --admission database: connections of each thread", 1, 64},
    {"max-connections", Number, "10000",
     "users' open connections past which new ones are closed; the admin listener has 100 of its own", 1,
     10 * kMillion},
    {"max-header", Number, "8192", "bytes of a request's line and header past which it is refused", 1'024,
     kMillion},
    {"max-body", Number, "65536", "bytes of a request's body past which it is refused", 65'536,
     16 * kMillion},
    {"request-timeout", Duration, "10s", "from the first byte of a request to its last; then it is refused",
     100, 600 * kSecond},
    {"idle-timeout", Duration, "60s", "close a connection that asks nothing for so long", 100,
     86'400 * kSecond},
    {"write-timeout", Duration, "10s", "close a connection that does not take an answer within this", 100,
     600 * kSecond},
    {"max-unsaved", Number, "1000000",
     "decided but unsaved records of a partition past which callers get 503", 1, 1'000 * kMillion},
    {"max-pending-partition", Number, "0",
     "waiting callers of a partition, in each thread, past which new ones get 503; 0: nine tenths of its "
     "connections",
     0, 100 * kMillion},
    {"max-pending-policy", Number, "0",
     "waiting callers of a policy, in each thread, past which new ones get 503; 0: eight tenths of its "
     "connections",
     0, 100 * kMillion},
    {"save-linger", Duration, "20ms", "how long a decision waits for company before it is saved", 0,
     10 * kSecond},
    {"stop-within", Duration, "20s", "at a stop, how long accepted requests and saving may take", 0,
     600 * kSecond},
    {"log-level", Choice, "info", "the least that is logged", 0, 0, Anywhere, false,
     "debug, info, warn, error"},
    {"log-format", Choice, "text", "on stderr, a line each: text for people, or JSON objects", 0, 0, Anywhere,
     false, "text, json"},
    {"bench-route", Switch, "", "serve POST /bench/fixed, a constant answer to measure against", 0, 1},
    {"demo", Switch, "", "create policy 1, 1,000 coupons, if it does not exist, and print what to try", 0, 1,
     FlagOnly},
    {"config", File, "", "TOML file with any of these, under the same names", 0, 1, FlagOnly},
};

constexpr Option kServers[] = {
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: the journal in a Kafka topic, instead of "
     "--data"},
    {"store", Text, "",
     "postgresql://user@host/database: the store in PostgreSQL, instead of --data; passwords in ~/.pgpass"},
    kKafka,
    kKafkaConfig,
};
// clang-format on

}  // namespace

std::span<const Option> serve_options() { return kServe; }
std::span<const Option> servers_options() { return kServers; }

std::vector<Option> with_servers_options(std::span<const Option> own) {
  std::vector<Option> all(own.begin(), own.end());
  all.insert(all.end(), std::begin(kServers), std::end(kServers));
  return all;
}

}  // namespace firstcome::cli
