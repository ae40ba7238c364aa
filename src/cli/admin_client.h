#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/http_client.h"

namespace firstcome::cli {

/// Formats the JSON body of a response for a person.
using Describe = std::function<std::string(const std::string& json)>;

enum class Listener : std::uint8_t { Users, Admin };

/// The key or user token for requests to a listener, from the file of --key-file, or for the admin listener of
/// --admin-key-file; empty without these options.
Result<std::string> credential_for(Listener listener, const Values& values);
/// Sends the request to the users' or the admin listener, prints the response (`--json`: unchanged) and
/// returns the exit code of the command. A refusal is 1.
int call_and_print(const Values& values, Listener listener, HttpRequest request, const Describe& describe);
/// The files of --ca, --client-cert and --client-key.
net::TlsContext::ClientFiles tls_files(const Values& values);
/// Sends the request. An error names the source of the listener's address.
Result<HttpResponse> call_listener(const Values& values, Listener listener, HttpRequest request);
/// Prints the response and returns the exit code.
int print_response(const Values& values, const Result<HttpResponse>& response, const Describe& describe);

/// A refusal for a person: its result, and the detail if there is one.
std::string describe_refusal(int status, const std::string& body);

/// `{"id":7,"name":…}` → `policy 7 "Autumn": 17 issued, 983 of 1000 remaining, ACTIVE, revision 3`, one line per policy.
std::string describe_policies(const std::string& json);
/// The cursor of the next page; empty on the last page.
std::string next_cursor(const std::string& json);
/// `{"result":"SUCCESS",…}` → `SUCCESS: user 42 has coupon 17 of policy 7, …`
std::string describe_issue(const std::string& json);

/// `{"policyId":7,"sequence":17,…}` → `coupon 17 of policy 7, user 42: USED by order-17, expires at …`
std::string describe_coupon(const std::string& json);
/// A page of the coupons of a policy, one line per coupon.
std::string describe_coupons(const std::string& json);

/// `{"policyId":7,"counts":{"ISSUED":4,…}}` → `policy 7: 4 ISSUED, …, as of …`
std::string describe_counts(const std::string& json);

/// `own`, then client_options().
std::vector<Option> with_client_options(std::vector<Option> own);
/// `own`, then the options of the admin listener: client_options() without --server and --json.
std::vector<Option> with_admin_options(std::vector<Option> own);

}  // namespace firstcome::cli
