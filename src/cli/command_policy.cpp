#include <fmt/core.h>

#include <algorithm>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "domain/policy.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;

constexpr Option kId = {"policy", Number, "", "Id of the policy", 1, INT64_MAX, Positional, true};
constexpr Option kIfRevision = {"if-revision", Number,  "", "Execute only if the policy has this revision", 1,
                                INT64_MAX,     FlagOnly};

/// The fields that `create` and `change` set, under their names in the HTTP API.
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
    {"per-user-limit", "perUserLimit"},
    {"valid-for", "validFor"},
    {"on-cancel", "onCancel"},
    {"reissue", "reissue"},
    {"codes", "codes"},
    {"code-prefix", "codePrefix"},
    {"eligible", "eligible"},
};

std::vector<Option> field_options(bool create) {
  const auto help = [create](std::string_view when_created, std::string_view when_changed) {
    return create ? when_created : when_changed;
  };
  std::vector<Option> options = {
      {"name", Text, "", "Name for people", 0, 0, FlagOnly, create},
      {"max-count", Number, "",
       create ? "Number of coupons; 0 only with --codes imported" : "Number of coupons", create ? 0 : 1,
       INT64_MAX, FlagOnly, create},
      {"issue-starts-at", Text, "",
       help("Start of issuing, such as 2026-11-23T14:00:00+09:00",
            "Start of issuing, such as 2026-11-23T14:00:00+09:00, or 'none'"),
       0, 0, FlagOnly},
      {"issue-ends-at", Text, "", help("End of issuing", "End of issuing, or 'none'"), 0, 0, FlagOnly},
      {"valid-from", Text, "",
       help("Start of the validity of coupons", "Start of the validity of coupons, or 'none'"), 0, 0,
       FlagOnly},
      {"valid-until", Text, "",
       help("End of the validity of coupons", "End of the validity of coupons, or 'none'"), 0, 0, FlagOnly},
      {"valid-for", Text, "",
       help("How long a coupon is valid after it was issued: P30D, PT36H",
            "How long a coupon is valid after it was issued: P30D, PT36H, or 'none'"),
       0, 0, FlagOnly},
      {"per-user-limit", Number, "", help("Coupons of one user (1)", "Coupons of one user"), 1,
       kPerUserLimitMost, FlagOnly},
      {"on-cancel", Choice, "",
       help("Whether a cancelled coupon's place goes to the next arrival (return)",
            "Whether a cancelled coupon's place goes to the next arrival"),
       0, 0, FlagOnly, false, "return, keep"},
      {"reissue", Choice, "",
       help("Whether a user who has cancelled a coupon can get another one (no)",
            "Whether a user who has cancelled a coupon can get another one"),
       0, 0, FlagOnly, false, "no, yes"},
  };
  if (!create) return options;
  options.push_back(
      {"codes", Choice, "",
       "Codes of coupons (none); imported ones are added by `policy codes`, and maxCount is 0 before", 0, 0,
       FlagOnly, false, "none, generated, imported"});
  options.push_back(
      {"code-prefix", Text, "", "What generated codes begin with, such as NOON", 0, 0, FlagOnly});
  options.push_back({"eligible", Choice, "",
                     "Who can get a coupon (everyone); the list is added by `policy eligible`", 0, 0,
                     FlagOnly, false, "everyone, listed"});
  return options;
}

std::string in_capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

std::string body_of(const Values& values) {
  text::JsonObject body;
  for (const auto& [flag, key] : kFields) {
    if (!values.has(flag)) continue;
    if (flag == "id" || flag == "max-count" || flag == "per-user-limit") {
      body.number(key, values.number(flag));
    } else if (flag == "on-cancel" || flag == "codes" || flag == "eligible") {
      body.text(key, in_capitals(values.text(flag)));
    } else if (flag == "reissue") {
      body.truth(key, values.text(flag) == "yes");
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
  HttpRequest request{.method = "POST", .target = "/v1/policies", .body = body_of(values)};
  if (values.has("idempotency-key")) request.idempotency_key = '"' + values.text("idempotency-key") + '"';
  request.if_unanswered =
      values.has("id") ? "It is safe to repeat the command: a policy id is used only once."
      : values.has("idempotency-key")
          ? "It is safe to repeat the command with the same --idempotency-key: it creates one policy."
          : "Check with `firstcome policy list` before you repeat the command: without --id it can create a second policy.";
  return call_and_print(values, Listener::Admin, request, describe_policies);
}

int get(const Values& values) {
  return call_and_print(values, Listener::Users, {.method = "GET", .target = path_of(values)},
                        describe_policies);
}

int list(const Values& values) {
  auto credential = credential_for(Listener::Users, values);
  if (!credential) return fail("policy list", credential.error(), kWrongUsage);
  HttpRequest request{.method = "GET", .target = "/v1/policies", .credential = std::move(*credential)};
  for (;;) {
    const auto response = call_listener(values, Listener::Users, request);
    const int code = print_response(values, response, describe_policies);
    const std::string cursor = code == kFine ? next_cursor(response->body) : "";
    if (cursor.empty()) return code;
    request.target = "/v1/policies?cursor=" + cursor;
  }
}

int command(const Values& values, const std::string& method, const std::string& suffix,
            const std::string& body) {
  HttpRequest request{.method = method, .target = path_of(values) + suffix, .body = body};
  if (values.has("if-revision")) {
    request.if_match = fmt::format("\"{}\"", values.number("if-revision"));
    request.if_unanswered =
        "It is safe to repeat the command with the same --if-revision: it is executed only once.";
  } else {
    request.if_unanswered = fmt::format(
        "Check with `firstcome policy get {}` before you repeat the command: another client may have "
        "changed the policy.",
        values.number("policy"));
  }
  return call_and_print(values, Listener::Admin, request, describe_policies);
}

int change(const Values& values) {
  if (std::ranges::any_of(field_options(false), [&](const Option& one) { return values.has(one.name); }))
    return command(values, "PATCH", "", body_of(values));
  return refuse("policy change",
                "at least one change is required: --name, --max-count, --issue-starts-at, --issue-ends-at, "
                "--valid-from, --valid-until, --valid-for, --per-user-limit, --on-cancel or --reissue");
}
int pause(const Values& values) { return command(values, "POST", "/pause", ""); }
int resume(const Values& values) { return command(values, "POST", "/resume", ""); }
int close(const Values& values) { return command(values, "POST", "/close", ""); }

Command create_command() {
  auto options = field_options(true);
  options.insert(
      options.begin(),
      {"id", Number, "", "Id of the policy; without it the next one above the highest id below 2147483648", 1,
       INT64_MAX, FlagOnly});
  options.insert(
      options.begin() + 1,
      {"idempotency-key", Text, "",
       "A new text for each policy, such as a UUID: repeats with it create no second policy; without --id", 0,
       0, FlagOnly});
  return {
      "policy create", "Create a policy: a stock of coupons",
      "  firstcome policy create --name 'Autumn sale' --max-count 1000\n"
      "  firstcome policy create --name 'Autumn sale' --max-count 1000 --idempotency-key autumn-sale-2026\n"
      "  firstcome policy create --id 7 --name Late --max-count 50 --issue-starts-at "
      "2026-11-23T14:00:00+09:00\n"
      "  firstcome policy create --name Lunch --max-count 50 --per-user-limit 3 --valid-for P30D --reissue yes\n",
      with_client_options(std::move(options)), create};
}

Command change_command() {
  auto options = field_options(false);
  options.insert(options.begin(), kId);
  options.push_back(kIfRevision);
  return {"policy change", "Change the given fields of a policy",
          "  firstcome policy change 7 --max-count 2000\n"
          "  firstcome policy change 7 --issue-ends-at none --if-revision 3\n"
          "\nIf the policy already has these values, the result is UNCHANGED: nothing is written, and the "
          "revision stays.\n",
          with_client_options(std::move(options)), change};
}

}  // namespace

std::vector<Command> policy_commands() {
  const auto one = with_client_options({kId});
  const auto one_guarded = with_client_options({kId, kIfRevision});
  return {
      create_command(),
      {"policy get", "Print one policy", "  firstcome policy get 7\n  firstcome policy get 7 --json\n", one,
       get},
      {"policy list", "Print all policies",
       "  firstcome policy list\n  firstcome policy list --json    one line for each 100 policies\n",
       with_client_options({}), list},
      change_command(),
      {"policy pause", "Refuse requests until `policy resume`",
       "  firstcome policy pause 7\n"
       "\nIf the policy is already paused, the result is UNCHANGED: nothing is written, and the revision "
       "stays.\n",
       one_guarded, pause},
      {"policy resume", "Issue coupons again after `policy pause`",
       "  firstcome policy resume 7\n"
       "\nIf the policy is not paused, the result is UNCHANGED: nothing is written, and the revision "
       "stays.\n",
       one_guarded, resume},
      {"policy close", "Close a policy permanently; its id is never used again",
       "  firstcome policy close 7\n"
       "\nIf the policy is already closed, the result is UNCHANGED: nothing is written.\n",
       one_guarded, close},
  };
}

}  // namespace firstcome::cli
