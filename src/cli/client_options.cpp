#include "cli/option.h"
#include "cli/shared_options.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

// clang-format off
constexpr Option kClient[] = {
    {"server", Text, "http://127.0.0.1:8080", "address of the users' listener"},
    {"admin", Text, "http://127.0.0.1:8081", "address of the admin listener"},
    kAdminKeyOfServer,
    {"json", Switch, "", "print the server's JSON as it is", 0, 1, FlagOnly},
};

constexpr Option kCheck[] = {
    {"history", File, "", "file of JSON lines: each request and what was told", 0, 0, Positional, true},
    {"data", Folder, "",
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
    kAdminKeyOfServer,
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
    {"history", File, "", "file to write every request and answer to, for `firstcome check`", 0, 0, FlagOnly},
    {"html", File, "", "file to write the report to as one page, drawn", 0, 0, FlagOnly},
    {"json", Switch, "", "the report as JSON instead of a table", 0, 1, FlagOnly},
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
// clang-format on

}  // namespace

std::span<const Option> client_options() { return kClient; }
std::span<const Option> check_options() { return kCheck; }
std::span<const Option> bench_options() { return kBench; }
std::span<const Option> policy_import_options() { return kPolicyImport; }

}  // namespace firstcome::cli
