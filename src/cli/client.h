#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/http_client.h"

namespace firstcome::cli {

/// Tells a person what a server's JSON says; gets the whole body.
using Describe = std::function<std::string(const std::string& json)>;

/// Asks the server a command was pointed at, prints what it says (`--json`: as it is) and returns the command's
/// exit code: a refusal is 1.
int ask_and_print(const Values& values, bool admin, HttpQuestion question, const Describe& describe);
/// Asks the server that the option names, "server" or "admin"; an error names the option as it was given.
Result<HttpAnswer> ask_listener(const Values& values, const std::string& option,
                                const HttpQuestion& question);
/// The same of an answer to what was asked before.
int print_answer(const Values& values, const Result<HttpAnswer>& answer, const Describe& describe);
inline constexpr milliseconds kAnswerWithin{15'000};

/// What a refusal says, for people: its result, and the detail where there is one.
std::string describe_refusal(int status, const std::string& body);

/// `{"id":7,"name":…}` → `policy 7 "Autumn": 17 of 1000 issued, ACTIVE, revision 3`, one line a policy.
std::string describe_policies(const std::string& json);
/// Of a page: what asks for the next one; empty on the last.
std::string next_cursor(const std::string& json);
/// `{"result":"SUCCESS",…}` → `SUCCESS: user 42 has coupon 17 of policy 7, …`
std::string describe_issue(const std::string& json);

/// A command's own options and those of every client.
std::vector<Option> with_client_options(std::vector<Option> own);

}  // namespace firstcome::cli
