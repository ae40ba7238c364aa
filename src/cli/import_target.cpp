#include "cli/import_target.h"

#include <fmt/core.h>

#include <simdjson.h>

#include <algorithm>
#include <thread>

#include "cli/client.h"
#include "cli/http_client.h"

namespace firstcome::cli {
namespace {

constexpr milliseconds kAskTimeout{15'000};
constexpr milliseconds kPauseFirst{100};
constexpr milliseconds kPauseMost{2'000};

/// Nothing also stands for null.
std::optional<Timestamp> maybe_time(const simdjson::dom::element& json, std::string_view field) {
  std::string_view text;
  if (json[field].get(text) != simdjson::SUCCESS) return std::nullopt;
  return parse_rfc3339(text);
}

bool may_get_better(const HttpAnswer& answer) { return answer.status == 503 || answer.status == 504; }

std::string body_of(const ImportChunk& chunk) {
  std::string list;
  for (const ImportedCoupon& coupon : chunk.coupons) {
    list += (list.empty() ? "[" : ",[") + std::to_string(coupon.user.value) + ',' +
            std::to_string(to_millis(coupon.issued_at)) + ']';
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

/// Does the policy stand where it would if the chunk had been taken?
bool was_taken(const ImportChunk& chunk, const ImportTarget::Stands& stands) {
  const auto end = chunk.first - 1 + static_cast<std::int64_t>(chunk.coupons.size());
  if (stands.coupons < end) return false;
  if (!chunk.total) return stands.state == name_of(PolicyState::Importing);
  return stands.state != name_of(PolicyState::Importing) && stands.state != name_of(PolicyState::Closed);
}

Error refused(const std::string& what, int status, const std::string& body) {
  return Error::permanent(what + ": " + describe_refusal(status, body));
}

}  // namespace

Result<ImportTarget::Said> ImportTarget::ask(const std::string& method, const std::string& target,
                                             const std::string& body) {
  const Instant until = std::chrono::steady_clock::now() + retry_for_;
  for (milliseconds pause = kPauseFirst;; pause = std::min(pause * 2, kPauseMost)) {
    const auto answer = cli::ask(
        server_, {.method = method, .target = target, .body = body, .admin_key = admin_key_}, kAskTimeout);
    if (answer.ok() && !may_get_better(*answer)) return Said{answer->status, answer->body};
    if (!answer.ok() && answer.error().kind == Error::Kind::Permanent) return answer.error();
    if (std::chrono::steady_clock::now() + pause > until) {
      const std::string why = answer.ok() ? server_ + ": " + describe_refusal(answer->status, answer->body)
                                          : answer.error().message;
      return Error::retryable(why + ". The same command goes on from where it stands");
    }
    std::this_thread::sleep_for(pause);
  }
}

Result<std::optional<ImportTarget::Stands>> ImportTarget::look() {
  ASSIGN_OR_RETURN(const auto said, ask("GET", path(), ""));
  if (said.status == 404) return std::optional<Stands>();
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  std::string_view state;
  std::string_view name;
  Stands stands;
  if (said.status != 200 || parser.parse(said.body).get(json) != simdjson::SUCCESS ||
      json["state"].get(state) != simdjson::SUCCESS ||
      json["issuedCount"].get(stands.coupons) != simdjson::SUCCESS ||
      json["name"].get(name) != simdjson::SUCCESS ||
      json["maxCount"].get(stands.policy.max_count) != simdjson::SUCCESS) {
    return refused("asking for the policy", said.status, said.body);
  }
  stands.state = state;
  stands.policy.name = name;
  stands.policy.starts = maybe_time(json, "issueStartsAt");
  stands.policy.ends = maybe_time(json, "issueEndsAt");
  return std::optional(stands);
}

Status ImportTarget::create(const SourcePolicy& policy) {
  ASSIGN_OR_RETURN(const auto said, ask("POST", "/v1/policies", body_of(policy_, policy)));
  if (said.status == 201) return Done{};
  // Its answer may have been lost the first time.
  const auto stands = look();
  if (stands.ok() && *stands && (*stands)->state == name_of(PolicyState::Importing) &&
      (*stands)->coupons == 0 && (*stands)->policy == policy) {
    return Done{};
  }
  return refused("creating the policy", said.status, said.body);
}

Status ImportTarget::send(const ImportChunk& chunk) {
  ASSIGN_OR_RETURN(const auto said, ask("POST", path() + "/import", body_of(chunk)));
  if (said.status == 200) return Done{};
  ASSIGN_OR_RETURN(const auto stands, look());
  if (said.status == 409 && stands && was_taken(chunk, *stands)) return Done{};
  return refused(fmt::format("the coupons from {} on", chunk.first), said.status, said.body);
}

}  // namespace firstcome::cli
