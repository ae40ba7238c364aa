#include "cli/bench_plan.h"

#include <fmt/core.h>

namespace firstcome::cli {
namespace {

bool is_given(const Values& values, std::string_view name) {
  return values.has(name) && values.origin(name) != "default";
}

Status check(const Values& values) {
  for (const std::string_view name : {"policies", "max-count"}) {
    if (!values.has("policy") || !is_given(values, name)) continue;
    return Error::permanent(
        "--{}: applies to policies that the bench creates, but --policy names an existing one", name);
  }
  if (is_given(values, "drop-after") && !values.has("rate")) {
    return Error::permanent("--drop-after: only an open loop (--rate) drops requests");
  }
  return Done{};
}

}  // namespace

Result<load::Plan> bench_plan(const Values& values) {
  RETURN_IF_ERROR(check(values));
  load::Plan plan;
  plan.threads = static_cast<int>(values.number("threads"));
  plan.connections = static_cast<int>(values.number("connections"));
  if (values.has("rate")) plan.rate = values.number("rate");
  plan.drop_after = values.duration("drop-after");
  plan.ramp = values.duration("ramp");
  if (values.has("requests")) plan.requests = values.number("requests");
  if (values.has("duration")) plan.duration = values.duration("duration");
  if (!plan.requests && !plan.duration) plan.duration = milliseconds{10'000};
  plan.timeout = values.duration("timeout");
  plan.users = values.number("users");
  plan.first_user = values.number("first-user");
  plan.twice = values.number("twice");
  plan.break_off = values.number("break-off");
  plan.use = values.number("use");
  plan.cancel = values.number("cancel");
  plan.fixed = values.number("fixed");
  plan.keep = values.number("keep");
  plan.follow_up = values.number("ask-again");
  return plan;
}

}  // namespace firstcome::cli
