#include "cli/import_target.h"

#include <fmt/core.h>

#include <simdjson.h>

#include "cli/admin_client.h"
#include "cli/parallel_requests.h"

namespace firstcome::cli {
namespace {

/// Commands of coupons that are sent at the same time.
constexpr int kConnections = 16;

/// Nothing: the field is missing or null.
std::optional<Timestamp> maybe_time(const simdjson::dom::element& json, std::string_view field) {
  std::string_view text;
  if (json[field].get(text) != simdjson::SUCCESS) return std::nullopt;
  return parse_rfc3339(text);
}

std::string body_of(const ImportChunk& chunk) {
  std::string list;
  for (const ImportedCoupon& coupon : chunk.coupons) {
    list += fmt::format("{}[{},{}]", list.empty() ? "" : ",", coupon.user.value, to_millis(coupon.issued_at));
  }
  text::JsonObject body;
  body.number("first", chunk.first).json("coupons", '[' + list + ']');
  if (chunk.total) {
    body.number("count", chunk.total->count).text("hash", format_import_hash(chunk.total->hash));
    body.truth("paused", chunk.paused);
  }
  return body.str();
}

std::string body_of(PolicyId id, const SourcePolicy& policy) {
  text::JsonObject body;
  body.number("id", id.value).text("name", policy.name).number("maxCount", policy.max_count);
  if (policy.starts) body.text("issueStartsAt", format_rfc3339(*policy.starts));
  if (policy.ends) body.text("issueEndsAt", format_rfc3339(*policy.ends));
  return body.truth("importing", true).str();
}

/// True if the state of the policy is the one after the chunk.
bool is_accepted(const ImportChunk& chunk, const ImportTarget::State& state) {
  const auto end = chunk.first - 1 + static_cast<std::int64_t>(chunk.coupons.size());
  if (state.coupons < end) return false;
  const bool is_importing = state.policy_state == name_of(PolicyState::Importing);
  if (!chunk.total) return is_importing;
  return !is_importing && state.policy_state != name_of(PolicyState::Closed);
}

Error refused(const std::string& what, const HttpResponse& response) {
  return Error::permanent("{}: {}", what, describe_refusal(response.status, response.body));
}

}  // namespace

Result<std::optional<ImportTarget::State>> ImportTarget::read_state() {
  ASSIGN_OR_RETURN(const auto response, client_.send("GET", path(), ""));
  if (response.status == 404) return std::optional<State>();
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  std::string_view policy_state;
  std::string_view name;
  State state;
  if (response.status != 200 || parser.parse(response.body).get(json) != simdjson::SUCCESS ||
      json["state"].get(policy_state) != simdjson::SUCCESS ||
      json["issuedCount"].get(state.coupons) != simdjson::SUCCESS ||
      json["name"].get(name) != simdjson::SUCCESS ||
      json["maxCount"].get(state.policy.max_count) != simdjson::SUCCESS) {
    return refused("cannot read the policy", response);
  }
  state.policy_state = policy_state;
  state.policy.name = name;
  state.policy.starts = maybe_time(json, "issueStartsAt");
  state.policy.ends = maybe_time(json, "issueEndsAt");
  return std::optional(state);
}

Status ImportTarget::create(const SourcePolicy& policy) {
  ASSIGN_OR_RETURN(const auto response, client_.send("POST", "/v1/policies", body_of(policy_, policy)));
  if (response.status == 201) return Done{};
  // A first request may have succeeded although its response was lost.
  const auto state = read_state();
  if (state.ok() && *state && (*state)->policy_state == name_of(PolicyState::Importing) &&
      (*state)->coupons == 0 && (*state)->policy == policy) {
    return Done{};
  }
  return refused("cannot create the policy", response);
}

Status ImportTarget::send(const ImportChunk& chunk) {
  ASSIGN_OR_RETURN(const auto response, client_.send("POST", path() + "/import", body_of(chunk)));
  if (response.status == 200) return Done{};
  ASSIGN_OR_RETURN(const auto state, read_state());
  if (response.status == 409 && state && is_accepted(chunk, *state)) return Done{};
  return refused(fmt::format("cannot import the coupons from number {} on", chunk.first), response);
}

Status ImportTarget::touch(std::span<const TouchedCoupon> coupons) {
  while (clients_.size() < kConnections) clients_.emplace_back(settings_);
  std::vector<std::optional<Error>> errors(coupons.size());
  send_in_parallel(clients_, coupons.size(), [&](RetryingClient& client, std::size_t i) {
    const TouchedCoupon& coupon = coupons[i];
    text::JsonObject body;
    body.text("reference", coupon.reference);
    if (coupon.kind == CouponCommand::Kind::Cancel) body.text("reason", "cancelled before the import");
    const std::string target = fmt::format("{}/coupons/{}/{}", path(), coupon.sequence, name_of(coupon.kind));
    const auto response = client.send("POST", target, body.str());
    if (!response.ok()) {
      errors[i] = response.error();
    } else if (response->status != 200) {
      errors[i] =
          refused(fmt::format("cannot {} coupon {}", name_of(coupon.kind), coupon.sequence), *response);
    }
    return !errors[i];
  });
  for (const auto& error : errors) {
    if (error) return *error;
  }
  return Done{};
}

Status ImportTarget::resume() {
  ASSIGN_OR_RETURN(const auto response, client_.send("POST", path() + "/resume", "{}"));
  return response.status == 200 ? Status(Done{}) : refused("cannot resume the policy", response);
}

}  // namespace firstcome::cli
