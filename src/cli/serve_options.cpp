#include "cli/option.h"
#include "cli/shared_options.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

// clang-format off
constexpr Option kServe[] = {
    {"data", Folder, "./firstcome-data", "Folder of the embedded journal and store; created if it is missing"},
    {"role", Choice, "all",
     "Work of this node, with --journal and --store. edge: answers callers; issuer: saves decisions; all: both", 0, 0,
     Anywhere, false, "all, edge, issuer"},
    {"create-topics", Switch, "", "Create the journal's topics in Kafka if they are missing", 0, 1, FlagOnly},
    {"replication", Number, "3", "Copies of each record in topics that --create-topics creates", 1, 9},
    {"events", Text, "coupon-issued",
     "With --journal: topic to which issuers publish the events of coupons and policies; none: no events"},
    {"listen", Text, "127.0.0.1:8080", "host:port for users; port 0: any free port"},
    {"admin-listen", Text, "127.0.0.1:8081", "host:port for policy changes, metrics and probes"},
    {"admin-key-file", File, "",
     "File whose first line is a key with every scope, named admin; short for a --keys-file with one key"},
    {"keys-file", File, "",
     "TOML file of the keys that services and operators send as `Authorization: Bearer`; `firstcome key new` makes "
     "them; read again when it changes and on SIGHUP"},
    {"jwt-keys", File, "",
     "JWKS file of the keys that sign user tokens (JWT), which browsers and apps send as `Authorization: Bearer`; read "
     "again when it changes and on SIGHUP"},
    {"jwt-issuer", Text, "", "Required `iss` of user tokens; without it any"},
    {"jwt-audience", Text, "", "Required `aud` of user tokens; without it any"},
    {"jwt-user-claim", Text, "sub", "Claim of user tokens with the user id"},
    {"jwt-policies-claim", Text, "",
     "Claim of user tokens with the list of policy ids for which the user may request coupons; without it any"},
    {"allow-anonymous", Switch, "",
     "Accept requests without a credential on the users' listener: any client that reaches it can request coupons for "
     "any user"},
    {"allow-anonymous-lists", Switch, "",
     "With --allow-anonymous: any client can also read the coupons of any user"},
    {"installation-key-file", File, "",
     "File whose first line is the output of `store key`; for a store that is filled again from its journal"},
    {"tls-cert", File, "",
     "File with the certificate of both listeners, then those of its issuers, in PEM form; they speak HTTPS then", 0, 1},
    {"tls-key", File, "", "File with the private key of --tls-cert, in PEM form"},
    {"tls-client-ca", File, "",
     "File with certificates of authorities; each client must show a certificate that one of them has issued"},
    {"cors-origin", List, "",
     "Origin of web pages that may call the users' listener, such as https://shop.example; repeat it, or "
     "separate by "
     "commas; * for all; without it none"},
    {"ids", Choice, "number",
     "Form of user and policy ids in answers and events. string: for callers such as JavaScript, whose numbers are exact "
     "only up to 2^53; a request may ask for the other form", 0, 0, Anywhere, false, "number, string"},
    {"threads", Number, "0", "Threads that serve users; 0: the number of CPU cores; the admin listener has one more", 0, 256},
    {"partitions", Number, "0",
     "Partitions of the journal; cannot be changed later; 0: 3 for new data, else the number in the data", 0, 1'000},
    {"accept-clock", Switch, "",
     "Embedded: accept a machine clock more than 90 days ahead of the journal's last record, although a "
     "policy opens "
     "or ends in between",
     0, 1, FlagOnly},
    {"wait", Duration, "2s", "Time a caller waits for the final answer before it gets 202", 0, 10 * kSecond},
    {"wait-most", Duration, "10s", "Maximum wait that a caller may request", 0, 60 * kSecond},
    {"max-staleness", Duration, "1s", "Maximum age of the data that early refusals use", 1, 60 * kSecond},
    {"start-slack", Duration, "2s", "Maximum difference between this machine's clock and the journal's", 0,
     600 * kSecond},
    {"admission", Choice, "memory",
     "Source of early refusals. memory: the decisions of this node; database: a query for each request", 0, 0,
     Anywhere, false, "memory, database"},
    {"admission-timeout", Duration, "200ms",
     "With --admission database: append a request when the database has not answered within this time", 1,
     10 * kSecond},
    {"admission-connections", Number, "2", "With --admission database: database connections of each thread", 1, 64},
    {"max-connections", Number, "10000",
     "Maximum number of open user connections; more are closed; the admin listener has 100 in addition", 1,
     10 * kMillion},
    {"press-rate", Number, "5",
     "Issue requests a second of one user for one policy; past it and --press-burst callers get 429; 0: no limit", 0,
     kMillion},
    {"press-burst", Number, "10", "Issue requests of one user for one policy that may come at once", 1, kMillion},
    {"key-rate", Number, "0", "Requests a second of one key; past it its callers get 429; 0: no limit", 0, kMillion},
    {"address-connections", Number, "0",
     "Open connections of one address to --listen; past it new ones are closed; not for loopback and trusted proxies; 0: "
     "no limit", 0, 10 * kMillion},
    {"address-connection-rate", Number, "0",
     "New connections a second of one address, and as many at once; not for loopback and trusted proxies; 0: no limit", 0,
     kMillion},
    {"proxy-protocol", Switch, "",
     "Each connection to --listen begins with a header of the PROXY protocol, version 1 or 2; needs --trusted-proxies", 0,
     1},
    {"trusted-proxies", List, "",
     "Networks of proxies whose Forwarded or X-Forwarded-For names the client, such as 10.0.0.0/8; repeat it, or separate "
     "by commas; without it none"},
    {"max-header", Number, "8192", "Maximum size of a request line and header in bytes; more is refused", 1'024,
     kMillion},
    {"max-body", Number, "65536", "Maximum size of a request body in bytes; more is refused", 65'536, 16 * kMillion},
    {"request-timeout", Duration, "10s", "Maximum time from the first to the last byte of a request; then it is refused",
     100, 600 * kSecond},
    {"idle-timeout", Duration, "60s", "Close a connection without a request after this time", 100, 86'400 * kSecond},
    {"write-timeout", Duration, "10s", "Close a connection that has not read its response within this time", 100,
     600 * kSecond},
    {"max-unsaved", Number, "1000000",
     "Maximum number of decisions of a partition that are not saved; past it callers get 503", 1, 1'000 * kMillion},
    {"max-pending-partition", Number, "0",
     "Maximum number of waiting callers of a partition in each thread; past it callers get 503; 0: nine "
     "tenths of "
     "the thread's connections",
     0, 100 * kMillion},
    {"max-pending-policy", Number, "0",
     "Maximum number of waiting callers of a policy in each thread; past it callers get 503; 0: eight "
     "tenths of the "
     "thread's connections",
     0, 100 * kMillion},
    {"save-linger", Duration, "20ms", "Maximum time a decision waits for others to share its transaction", 0,
     10 * kSecond},
    {"close-expired", Duration, "30d",
     "Issuers close a policy this long after its end of issuing and the expiry of all of its coupons, so that it leaves "
     "memory; 0: never", 0, 3'650 * 86'400 * kSecond},
    {"stop-within", Duration, "20s", "At a stop: maximum time to answer accepted requests and save decisions", 0,
     600 * kSecond},
    {"log-level", Choice, "info", "Lowest level that is logged", 0, 0, Anywhere, false, "debug, info, warn, error"},
    {"access-log", File, "",
     "File for one JSON line for each response; -: stdout; it may be renamed at any time (logrotate)"},
    {"access-log-users", Switch, "", "With --access-log: the lines also name the users"},
    {"otlp-endpoint", Text, "",
     "http://host:4318 of an OpenTelemetry collector, to which spans of sampled requests go (OTLP/HTTP with JSON); without "
     "it none"},
    {"otlp-service-name", Text, "firstcome", "With --otlp-endpoint: `service.name` of the spans"},
    {"log-format", Choice, "text", "Format of the lines on stderr: text for people, or JSON objects", 0, 0, Anywhere,
     false, "text, json"},
    {"bench-route", Switch, "", "Serve POST /bench/fixed, a constant response, as a baseline for `bench`", 0, 1},
    {"demo", Switch, "", "Create policy 1 with 1,000 coupons if it does not exist, and print commands to try", 0, 1,
     FlagOnly},
    {"config", File, "", "TOML file with any of these options, under the same names", 0, 1, FlagOnly},
};

constexpr Option kServers[] = {
    {"journal", Text, "",
     "kafka://host:9092,host:9092 or kafka://host:9092/topic: the journal in a Kafka topic, instead of "
     "--data"},
    {"store", Text, "",
     "postgresql://user@host/database: the store in PostgreSQL, instead of --data; put the password into "
     "~/.pgpass"},
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
