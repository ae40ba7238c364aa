#include <fmt/core.h>

#include <algorithm>

#include "cli/client.h"
#include "cli/command_result.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

constexpr Option kId = {"policy", Number, "", "id of the policy", 1, INT64_MAX, Positional, true};
constexpr Option kIfRevision = {"if-revision", Number,  "", "only if the policy still has this revision", 1,
                                INT64_MAX,     FlagOnly};

/// What `create` and `change` can say about a policy, under the names of the HTTP interface.
struct Field {
  std::string_view flag;
  std::string_view key;
};
constexpr Field kFields[] = {
    {"id", "id"},
    {"name", "name"},
    {"max-count", "maxCount"},
    {"issue-starts-at", "issueStartsAt"},
    {"issue-ends-at", "issueEndsAt"},
    {"valid-from", "validFrom"},
    {"valid-until", "validUntil"},
};

std::vector<Option> field_options(bool create) {
  const std::string_view when =
      create ? "when, like 2026-11-23T14:00:00+09:00" : "when, like 2026-11-23T14:00:00+09:00, or 'none'";
  return {
      {"name", Text, "", "what people call it", 0, 0, FlagOnly, create},
      {"max-count", Number, "", "how many coupons there are", 1, INT64_MAX, FlagOnly, create},
      {"issue-starts-at", Text, "", when, 0, 0, FlagOnly},
      {"issue-ends-at", Text, "", when, 0, 0, FlagOnly},
      {"valid-from", Text, "", when, 0, 0, FlagOnly},
      {"valid-until", Text, "", when, 0, 0, FlagOnly},
  };
}

std::string body_of(const Values& values) {
  text::JsonObject body;
  for (const auto& [flag, key] : kFields) {
    if (!values.has(flag)) continue;
    if (flag == "id" || flag == "max-count") {
      body.number(key, values.number(flag));
    } else if (flag != "name" && values.text(flag) == "none") {
      body.null(key);
    } else {
      body.text(key, values.text(flag));
    }
  }
  return body.str();
}

std::string path_of(const Values& values) { return fmt::format("/v1/policies/{}", values.number("policy")); }

int create(const Values& values) {
  HttpQuestion question{.method = "POST", .target = "/v1/policies", .body = body_of(values)};
  question.unanswered =
      values.has("id")
          ? "Asking again is safe: an id is used once"
          : "Look with `firstcome policy list` before you create it again: without --id there would be two";
  return ask_and_print(values, true, question, describe_policies);
}

int get(const Values& values) {
  return ask_and_print(values, false, {.method = "GET", .target = path_of(values)}, describe_policies);
}

int list(const Values& values) {
  HttpQuestion question{.method = "GET", .target = "/v1/policies"};
  for (;;) {
    const auto answer = ask_listener(values, "server", question);
    const int code = print_answer(values, answer, describe_policies);
    const std::string cursor = code == kFine ? next_cursor(answer->body) : "";
    if (cursor.empty()) return code;
    question.target = "/v1/policies?cursor=" + cursor;
  }
}

int command(const Values& values, const std::string& method, const std::string& suffix,
            const std::string& body) {
  HttpQuestion question{.method = method, .target = path_of(values) + suffix, .body = body};
  if (values.has("if-revision")) {
    question.if_match = fmt::format("\"{}\"", values.number("if-revision"));
    question.unanswered = "Asking again with the same --if-revision is safe: it is carried out once";
  } else {
    question.unanswered = fmt::format(
        "Look with `firstcome policy get {}` before you ask again: someone may have changed the policy since",
        values.number("policy"));
  }
  return ask_and_print(values, true, question, describe_policies);
}

int change(const Values& values) {
  if (std::ranges::any_of(field_options(false), [&](const Option& one) { return values.has(one.name); }))
    return command(values, "PATCH", "", body_of(values));
  return refuse("policy change",
                "name at least one thing to change: --name, --max-count, --issue-starts-at, --issue-ends-at, "
                "--valid-from or --valid-until");
}
int pause(const Values& values) { return command(values, "POST", "/pause", ""); }
int resume(const Values& values) { return command(values, "POST", "/resume", ""); }
int close(const Values& values) { return command(values, "POST", "/close", ""); }

Command create_command() {
  auto options = field_options(true);
  options.insert(options.begin(),
                 {"id", Number, "", "its id; without one the next free", 1, INT64_MAX, FlagOnly});
  return {"policy create", "make a policy: a stock of coupons",
          "  firstcome policy create --name 'Autumn sale' --max-count 1000\n"
          "  firstcome policy create --id 7 --name Late --max-count 50 --issue-starts-at "
          "2026-11-23T14:00:00+09:00\n",
          with_client_options(std::move(options)), create};
}

Command change_command() {
  auto options = field_options(false);
  options.insert(options.begin(), kId);
  options.push_back(kIfRevision);
  return {
      "policy change", "change what is named",
      "  firstcome policy change 7 --max-count 2000\n"
      "  firstcome policy change 7 --issue-ends-at none --if-revision 3\n"
      "\nA change to the values that are there is UNCHANGED: nothing is written, and the revision stays.\n",
      with_client_options(std::move(options)), change};
}

}  // namespace

std::vector<Command> policy_commands() {
  const auto one = with_client_options({kId});
  const auto one_guarded = with_client_options({kId, kIfRevision});
  return {
      create_command(),
      {"policy get", "show one policy", "  firstcome policy get 7\n  firstcome policy get 7 --json\n", one,
       get},
      {"policy list", "show all policies",
       "  firstcome policy list\n  firstcome policy list --json    a line for each hundred\n",
       with_client_options({}), list},
      change_command(),
      {"policy pause", "refuse requests until resumed",
       "  firstcome policy pause 7\n"
       "\nA policy that is paused already is UNCHANGED: nothing is written, and the revision stays.\n",
       one_guarded, pause},
      {"policy resume", "issue again",
       "  firstcome policy resume 7\n"
       "\nA policy that is not paused is UNCHANGED: nothing is written, and the revision stays.\n",
       one_guarded, resume},
      {"policy close", "end it for ever; its id is never used again",
       "  firstcome policy close 7\n"
       "\nA policy that is closed already is refused with CLOSED, and the exit code is 1.\n",
       one_guarded, close},
  };
}

}  // namespace firstcome::cli
