#include <fmt/core.h>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "domain/coupon_life.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

using enum Option::Kind;
using enum Option::Where;
using CouponKind = CouponCommand::Kind;

constexpr Option kPolicy = {"policy", Number, "", "Id of the policy", 1, INT64_MAX, FlagOnly, true};
constexpr Option kSequence = {"sequence", Number,    "",       "Sequence of the coupon in its policy",
                              1,          INT64_MAX, FlagOnly, true};
constexpr Option kReference = {
    "reference", Text, "",       "Id of the order: a repeat with the same one changes nothing",
    0,           0,    FlagOnly, true};
constexpr Option kUser = {"user", Number, "", "Only if the coupon is of this user", 1, INT64_MAX, FlagOnly};

template <CouponKind kind>
int run(const Values& values) {
  text::JsonObject body;
  body.text("reference", values.text("reference"));
  if (values.has("user")) body.number("userId", values.number("user"));
  if (kind == CouponKind::Reserve) body.text("holdFor", values.text("hold-for"));
  if (kind == CouponKind::Cancel && values.has("reason")) body.text("reason", values.text("reason"));
  return call_and_print(values, Listener::Admin,
                        {.method = "POST",
                         .target = fmt::format("/v1/policies/{}/coupons/{}/{}", values.number("policy"),
                                               values.number("sequence"), name_of(kind)),
                         .body = body.str(),
                         .if_unanswered = "It is safe to repeat the command with the same --reference."},
                        describe_coupon);
}

int show(const Values& values) {
  return call_and_print(values, Listener::Admin,
                        {.method = "GET",
                         .target = fmt::format("/v1/policies/{}/coupons/{}", values.number("policy"),
                                               values.number("sequence"))},
                        describe_coupon);
}

int count(const Values& values) {
  return call_and_print(
      values, Listener::Admin,
      {.method = "GET", .target = fmt::format("/v1/policies/{}/coupons/counts", values.number("policy"))},
      describe_counts);
}

int list(const Values& values) {
  auto credential = credential_for(Listener::Admin, values);
  if (!credential) return fail("coupon list", credential.error(), kWrongUsage);
  HttpRequest request{.method = "GET", .credential = std::move(*credential)};
  std::string target = fmt::format("/v1/policies/{}/coupons?limit=1000", values.number("policy"));
  if (values.has("state")) target += "&state=" + values.text("state");
  request.target = target;
  for (;;) {
    const auto response = call_listener(values, Listener::Admin, request);
    const int code = print_response(values, response, describe_coupons);
    const std::string cursor = code == kFine ? next_cursor(response->body) : "";
    if (cursor.empty()) return code;
    request.target = target + "&cursor=" + cursor;
  }
}

template <CouponKind kind>
Command command(std::string_view name, std::string_view summary, std::string_view examples,
                std::vector<Option> own = {}) {
  std::vector<Option> options = {kPolicy, kSequence, kReference};
  options.insert(options.end(), own.begin(), own.end());
  options.push_back(kUser);
  return {name, summary, examples, with_client_options(std::move(options)), run<kind>};
}

}  // namespace

std::vector<Command> coupon_commands() {
  return {
      command<CouponKind::Reserve>(
          "coupon reserve", "Hold a coupon for an order",
          "  firstcome coupon reserve --policy 7 --sequence 17 --reference order-17 --hold-for PT10M\n"
          "\nThe same reference again extends the hold.\n",
          {{"hold-for", Text, "", "How long, such as PT10M; 1 second to 7 days", 0, 0, FlagOnly, true}}),
      command<CouponKind::Use>("coupon use", "Use a coupon for an order",
                               "  firstcome coupon use --policy 7 --sequence 17 --reference order-17\n"),
      command<CouponKind::Release>(
          "coupon release", "End the hold of an order",
          "  firstcome coupon release --policy 7 --sequence 17 --reference order-17\n"),
      command<CouponKind::Restore>(
          "coupon restore", "Take back the use by an order that was refunded",
          "  firstcome coupon restore --policy 7 --sequence 17 --reference order-17\n"
          "\nThe reference is that of the use. It cannot use this coupon again.\n"),
      command<CouponKind::Cancel>(
          "coupon cancel", "Cancel a coupon permanently",
          "  firstcome coupon cancel --policy 7 --sequence 17 --reference ticket-4711 --reason 'wrong size'\n"
          "\nA used coupon must be restored first.\n",
          {{"reason", Text, "", "For the history, at most 200 bytes", 0, 0, FlagOnly}}),
      {"coupon show", "Print a coupon and its state", "  firstcome coupon show --policy 7 --sequence 17\n",
       with_client_options({kPolicy, kSequence}), show},
      {"coupon count", "Print how many coupons of a policy are in each state",
       "  firstcome coupon count --policy 7\n"
       "\nThe counts are exact as of what is saved.\n",
       with_client_options({kPolicy}), count},
      {"coupon list", "Print the coupons of a policy",
       "  firstcome coupon list --policy 7 --state USED\n"
       "  firstcome coupon list --policy 7 --json    one line for each 1000 coupons\n"
       "\nThe coupons are as of what is saved: those of the last moment may be missing.\n",
       with_client_options({kPolicy,
                            {"state", Choice, "", "Only coupons in this state", 0, 0, FlagOnly, false,
                             "ISSUED, RESERVED, USED, CANCELLED, EXPIRED"}}),
       list},
  };
}

}  // namespace firstcome::cli
