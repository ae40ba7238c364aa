#include <fmt/core.h>

#include "cli/admin_client.h"
#include "domain/policy.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

int run(const Values& values) {
  HttpRequest request;
  request.method = "POST";
  request.target = fmt::format("/v1/policies/{}/coupons", values.number("policy"));
  text::JsonObject body;
  body.number("userId", values.number("user"));
  if (values.has("ordinal")) body.number("ordinal", values.number("ordinal"));
  request.body = body.str();
  return call_and_print(values, Listener::Users, std::move(request), describe_issue);
}

}  // namespace

Command issue_command() {
  using enum Option::Kind;
  using enum Option::Where;
  return {"issue", "Request a coupon for a user",
          "  firstcome issue --policy 7 --user 42\n"
          "  firstcome issue --policy 7 --user 42 --json --server http://127.0.0.1:9000\n",
          with_client_options({
              {"policy", Number, "", "Id of the policy", 1, INT64_MAX, FlagOnly, true},
              {"user", Number, "", "Id of the user", 1, INT64_MAX, FlagOnly, true},
              {"ordinal", Number, "", "Which of the user's coupons of this policy (1)", 1, kOrdinalMost,
               FlagOnly},
          }),
          run};
}

}  // namespace firstcome::cli
