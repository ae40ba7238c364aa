#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "load/summary.h"

namespace firstcome::load {
namespace {

using Json = nlohmann::ordered_json;

double ms(nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

Json latency_json(const Latencies& latencies) {
  Json json{{"count", latencies.count()}, {"mean", ms(latencies.mean())}};
  constexpr std::pair<const char*, double> kShares[] = {{"p50", 0.5},     {"p90", 0.9},       {"p99", 0.99},
                                                        {"p99.9", 0.999}, {"p99.99", 0.9999}, {"max", 1.0}};
  for (const auto& [name, share] : kShares) json[name] = ms(latencies.at(share));
  return json;
}

Json plan_json(const Plan& plan) {
  Json json{{"servers", plan.servers}, {"threads", plan.threads}, {"connections", plan.connections}};
  json["loop"] = plan.rate ? "open" : "closed";
  if (plan.rate) json["rate"] = *plan.rate;
  if (plan.requests) json["requests"] = *plan.requests;
  if (plan.duration) json["durationMs"] = plan.duration->count();
  json["rampMs"] = plan.ramp.count();
  json["users"] = plan.users;
  json["twice"] = static_cast<double>(plan.twice) / 1e6;
  json["breakOff"] = static_cast<double>(plan.break_off) / 1e6;
  json["use"] = static_cast<double>(plan.use) / 1e6;
  json["cancel"] = static_cast<double>(plan.cancel) / 1e6;
  json["fixed"] = static_cast<double>(plan.fixed) / 1e6;
  return json;
}

Json results_json(const Tally& tally) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kRequestResults; ++i) {
    const Latencies& latencies = tally.latencies[i];
    if (latencies.count() == 0) continue;
    const auto result = static_cast<RequestResult>(i);
    json[std::string(key_of(result))] =
        is_answer(result) ? latency_json(latencies) : Json{{"count", latencies.count()}};
  }
  return json;
}

Json sample_json(const Sample& sample) {
  Json json{{"until", sample.until}, {"answered", sample.answered},   {"p50", ms(sample.median)},
            {"p99", ms(sample.p99)}, {"connected", sample.connected}, {"waiting", sample.waiting}};
  if (sample.fixed > 0) json["fixed"] = sample.fixed;
  if (sample.dropped > 0) json["dropped"] = sample.dropped;
  if (sample.left) json["left"] = *sample.left;
  for (std::size_t i = 0; i < kRequestResults; ++i) {
    if (sample.counts[i] > 0)
      json["outcomes"][std::string(key_of(static_cast<RequestResult>(i)))] = sample.counts[i];
  }
  return json;
}

Json policies_json(const std::vector<BenchPolicy>& policies) {
  Json json = Json::array();
  for (const BenchPolicy& policy : policies) {
    Json& one = json.emplace_back(
        Json{{"id", policy.id.value}, {"maxCount", policy.max_count}, {"created", policy.created}});
    if (!policy.after) continue;
    one["issuedCount"] = policy.after->issued;
    one["usedCount"] = policy.after->used;
    one["cancelledCount"] = policy.after->cancelled;
  }
  return json;
}

Json report_json(const Summary& summary) {
  const Tally& tally = summary.run.tally;
  Json json{{"bench", 1},
            {"version", summary.version},
            {"startedAt", format_rfc3339(summary.run.started_at)},
            {"plan", plan_json(summary.plan)},
            {"policies", policies_json(summary.policies)},
            {"seconds", summary.run.seconds},
            {"sent", tally.sent()},
            {"answered", tally.answered()},
            {"dropped", tally.dropped},
            {"rate", summary.rate()},
            {"latencyMs", latency_json(tally.of_answers())},
            {"serviceMs", latency_json(tally.service)},
            {"outcomes", results_json(tally)}};
  if (tally.fixed.count() > 0) {
    json["fixedMs"] = latency_json(tally.fixed);
    json["p99OverFixed"] = summary.fixed_ratio();
  }
  json["generatorCpuUs"] = summary.cpu_us();
  json["askedAgain"] = summary.followed_up;
  json["troubles"] = problems(summary);
  if (summary.checks) json.update(Json::parse(check::as_json(*summary.checks)));
  json["beats"] = Json::array();
  for (const Sample& sample : summary.run.samples) json["beats"].push_back(sample_json(sample));
  return json;
}

constexpr int kStepsPerNine = 50;

/// Latency over 1 - 1/10^nines, so that each additional nine of a percentile has the same width.
Json curve_json(const std::string& name, const Latencies& latencies) {
  Json curve{{"name", name}, {"ms", Json::array()}};
  const double most = std::min(6.0, std::log10(static_cast<double>(latencies.count())));
  for (int step = 0; step <= most * kStepsPerNine; ++step) {
    const double share = 1 - std::pow(10, -static_cast<double>(step) / kStepsPerNine);
    curve["ms"].push_back(ms(std::max(nanoseconds{1}, latencies.at(share))));
  }
  return curve;
}

Json curves_json(const Summary& summary) {
  constexpr std::int64_t kFewest = 10;
  const Tally& tally = summary.run.tally;
  const Latencies answers = tally.of_answers();
  Json curves = Json::array();
  const auto add = [&](const std::string& name, const Latencies& latencies, const char* key,
                       std::string_view of) {
    if (latencies.count() < kFewest) return;
    curves.push_back(curve_json(name, latencies));
    curves.back()[key] = of;
  };
  add("fixed answer", tally.fixed, "style", "fixed");
  for (const RequestResult result :
       {RequestResult::SoldOut, RequestResult::AlreadyIssued, RequestResult::Success}) {
    if (tally.count(result) == answers.count()) continue;  // equal to the curve of all answers
    add(std::string(text_of(result)), tally.latencies[index_of(result)], "outcome", key_of(result));
  }
  if (summary.plan.rate) add("from the real send", tally.service, "style", "service");
  add("all answers", answers, "style", "all");
  return curves;
}

}  // namespace

std::string as_json(const Summary& summary) { return report_json(summary).dump(1) + "\n"; }

std::string page_data(const Summary& summary) {
  Json json{{"run", report_json(summary)}, {"stepsANine", kStepsPerNine}, {"curves", curves_json(summary)}};
  for (std::size_t i = 0; i < kRequestResults; ++i) {
    const auto result = static_cast<RequestResult>(i);
    json["words"][std::string(key_of(result))] = text_of(result);
  }
  return json.dump(1);
}

}  // namespace firstcome::load
