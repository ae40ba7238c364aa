#include "cli/option.h"
#include "cli/shared_options.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

// clang-format off
constexpr Option kClient[] = {
    {"server", Text, "http://127.0.0.1:8080", "Address of the users' listener"},
    {"admin", Text, "http://127.0.0.1:8081", "Address of the admin listener"},
    kKeyOfServer,
    kAdminKeyOfServer,
    kCa,
    kClientCert,
    kClientKey,
    {"json", Switch, "", "Print the server's JSON unchanged", 0, 1, FlagOnly},
};

constexpr Option kCheck[] = {
    {"history", File, "", "File of JSON lines: each request with its response", 0, 0, Positional, true},
    {"data", Folder, "", "Folder of the server's journal and store, to compare with; it is only read", 0, 0, FlagOnly},
    {"max-staleness", Duration, "",
     "--max-staleness of the server; without it the value in the history, or 1s", 1, 60 * kSecond, FlagOnly},
    {"at-rest", Switch, "", "No client sends requests any more: every decision must be saved", 0, 1, FlagOnly},
    {"others", Switch, "",
     "Other clients requested the same coupons: coupons that are not in the history belong to them", 0, 1, FlagOnly},
    {"json", Switch, "", "Print the verdicts as JSON", 0, 1, FlagOnly},
};

constexpr Option kBench[] = {
    {"server", List, "http://127.0.0.1:8080",
     "Address of the users' listener; repeat it, or separate by commas, to share the load"},
    {"admin", Text, "http://127.0.0.1:8081", "Address of the admin listener, to create policies"},
    kKeyOfServer,
    kAdminKeyOfServer,
    kCa,
    kClientCert,
    kClientKey,
    {"policy", Number, "", "Id of an existing policy to request; without it the bench creates policies", 1, INT64_MAX,
     FlagOnly},
    {"policies", Number, "1", "Number of policies to create; each user requests every one", 1, 10'000, FlagOnly},
    {"max-count", Number, "1000", "Coupons of each created policy", 1, 1'000 * kMillion, FlagOnly},
    {"users", Number, "0",
     "Number of users; after the last user the first one requests again; 0: a new user for each request", 0,
     INT64_MAX / 2, FlagOnly},
    {"first-user", Number, "1", "Id of the first user", 1, INT64_MAX / 2, FlagOnly},
    {"requests", Number, "", "Number of requests to send", 1, 1'000 * kMillion, FlagOnly},
    {"duration", Duration, "", "Time to send requests; 10s if --requests is not given either", 1, 86'400 * kSecond,
     FlagOnly},
    {"connections", Number, "256", "Open connections of all threads together", 1, kMillion, FlagOnly},
    {"threads", Number, "1", "Threads of the load generator", 1, 256, FlagOnly},
    {"rate", Number, "",
     "Open loop: requests per second, sent on schedule; without it each connection sends its next request "
     "after "
     "the response",
     1, 10 * kMillion, FlagOnly},
    {"drop-after", Duration, "1s", "Open loop: drop a request that waits longer than this for a free connection", 0,
     60 * kSecond, FlagOnly},
    {"ramp", Duration, "0", "Time over which the rate, or the number of connections, grows from zero", 0,
     86'400 * kSecond, FlagOnly},
    {"timeout", Duration, "15s", "Stop waiting for a response after this time", 1, 600 * kSecond, FlagOnly},
    {"twice", Share, "0%", "Share of the users who send their request twice at the same time", 0, kMillion, FlagOnly},
    {"break-off", Share, "0%", "Share of the requests whose connection is cut while sending or waiting", 0, kMillion,
     FlagOnly},
    {"use", Share, "0%",
     "Share of the coupons won in the run that an order uses at once; needs a key of scope use, or the admin listener as "
     "--server",
     0, kMillion, FlagOnly},
    {"cancel", Share, "0%", "Share of the coupons won in the run that are cancelled at once; as --use", 0, kMillion,
     FlagOnly},
    {"fixed", Share, "0%", "Share of the requests sent to the server's --bench-route instead, as a baseline", 0,
     kMillion, FlagOnly},
    {"keep", Number, "20000000", "Requests to keep in memory and verify; later requests are only counted", 0,
     10'000 * kMillion, FlagOnly},
    {"ask-again", Number, "10000", "Tickets, and coupon owners, to request again after the run", 0, kMillion, FlagOnly},
    {"history", File, "", "File for every request and response, for `firstcome check`", 0, 0, FlagOnly},
    {"html", File, "", "File for the report as an HTML page with charts", 0, 0, FlagOnly},
    {"json", Switch, "", "Print the report as JSON, not as a table", 0, 1, FlagOnly},
};

constexpr Option kPolicyImport[] = {
    {"from", Text, "", "postgresql://user@host/database of the other system; put the password into ~/.pgpass", 0, 0,
     FlagOnly, true},
    {"policy", Number, "", "Id of the policy in the other system", 1, INT64_MAX, FlagOnly, true},
    {"as", Number, "", "Id of the imported policy; without it the same id", 1, INT64_MAX, FlagOnly},
    {"dry-run", Switch, "", "Read and check everything and print the plan; change nothing", 0, 1, FlagOnly},
    {"paused", Switch, "", "Leave the policy PAUSED; `policy resume` opens it", 0, 1, FlagOnly},
    {"name", Text, "", "Name of the imported policy; without it the name in the other system", 0, 0, FlagOnly},
    {"max-count", Number, "", "Stock of the imported policy; without it the stock in the other system", 1,
     1'000 * kMillion, FlagOnly},
    {"zone", Text, "", "Time zone of times that have none: an IANA name such as Asia/Seoul, or an ISO offset such as +09:00", 0, 0, FlagOnly},
    {"where", Text, "", "SQL condition that selects the coupons to import, such as \"status <> 'CANCELLED'\"", 0, 0,
     FlagOnly},
    {"policy-table", Text, "coupon_policy", "Table of policies, or schema.table", 0, 0, FlagOnly},
    {"policy-id-column", Text, "id", "Column of that table: id of the policy", 0, 0, FlagOnly},
    {"name-column", Text, "name", "Column of that table: name", 0, 0, FlagOnly},
    {"max-count-column", Text, "total_quantity", "Column of that table: number of coupons", 0, 0, FlagOnly},
    {"issue-starts-at-column", Text, "", "Column of that table: start of issuing; without it immediately", 0, 0,
     FlagOnly},
    {"issue-ends-at-column", Text, "", "Column of that table: end of issuing; without it never", 0, 0, FlagOnly},
    {"coupon-table", Text, "coupon", "Table of issued coupons, or schema.table", 0, 0, FlagOnly},
    {"coupon-policy-column", Text, "policy_id", "Column of that table: id of the policy", 0, 0, FlagOnly},
    {"user-column", Text, "user_id", "Column of that table: id of the user", 0, 0, FlagOnly},
    {"issued-at-column", Text, "issued_at", "Column of that table: time of issue, which defines the order", 0, 0,
     FlagOnly},
    {"id-column", Text, "id", "Column of that table: order of coupons with the same time of issue", 0, 0, FlagOnly},
    {"state-column", Text, "", "Column of that table: ISSUED, USED or CANCELLED; without it all are ISSUED", 0, 0, FlagOnly},
    {"reference-column", Text, "", "Column of that table: the order that used or cancelled the coupon", 0, 0, FlagOnly},
    {"json", Switch, "", "Print the result as JSON", 0, 1, FlagOnly},
    {"retry-for", Duration, "60s", "Time to retry while the server does not respond", 0, 86'400 * kSecond, FlagOnly},
};
// clang-format on

}  // namespace

std::span<const Option> client_options() { return kClient; }
std::span<const Option> check_options() { return kCheck; }
std::span<const Option> bench_options() { return kBench; }
std::span<const Option> policy_import_options() { return kPolicyImport; }

}  // namespace firstcome::cli
