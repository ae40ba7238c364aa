#include <fmt/core.h>
#include <simdjson.h>

#include <cstdio>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "cli/error_context.h"
#include "cli/shared_options.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

namespace dom = simdjson::dom;

constexpr const char* kName = "health";

/// What /readyz says about the partitions of a node.
struct Partitions {
  std::size_t all = 0;
  std::size_t answered = 0;
  std::string reasons;  ///< ` Partition 2 is HALTED: …`, one for each that is not answered
};

/// Nothing: `body` is not the body of /readyz.
std::optional<Partitions> read_partitions(const std::string& body) {
  dom::parser parser;
  dom::element document;
  dom::array list;
  if (parser.parse(body).get(document) != simdjson::SUCCESS ||
      document["partitions"].get(list) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  Partitions found;
  std::string_view reason;
  if (document["reason"].get(reason) == simdjson::SUCCESS) found.reasons += " " + text::for_terminal(reason);
  for (const dom::element partition : list) {
    std::int64_t number = 0;
    bool answers = false;
    std::string_view health;
    if (partition["partition"].get(number) != simdjson::SUCCESS ||
        partition["answers"].get(answers) != simdjson::SUCCESS ||
        partition["health"].get(health) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    found.all += 1;
    found.answered += answers ? 1 : 0;
    if (answers) continue;
    found.reasons += fmt::format(" Partition {} is {}", number, text::for_terminal(health));
    if (partition["reason"].get(reason) == simdjson::SUCCESS)
      found.reasons += ": " + text::for_terminal(reason);
    if (!found.reasons.ends_with('.')) found.reasons += '.';
  }
  return found;
}

int print(const Values& values, const HttpResponse& response) {
  const bool fine = response.status == 200;
  if (values.on("json")) {
    std::fputs((text::lines_for_terminal(response.body) + "\n").c_str(), stdout);
    return fine ? kFine : kFailed;
  }
  if (values.on("live") && fine) {
    std::fputs("live\n", stdout);
    return kFine;
  }
  const auto partitions = read_partitions(response.body);
  if (!partitions || (!fine && response.status != 503)) {
    const std::string server = text::for_terminal(values.text("admin"));
    return fail(
        kName,
        fmt::format(
            "{} answers HTTP {}, which is no answer of a node. Is it the address of `firstcome serve`?",
            server, response.status));
  }
  if (!fine) return fail(kName, "the node is not ready." + partitions->reasons);
  std::fputs(fmt::format("ready: {} of {} partitions are answered.{}\n", partitions->answered,
                         partitions->all, partitions->reasons)
                 .c_str(),
             stdout);
  return kFine;
}

int run(const Values& values) {
  HttpRequest request;
  request.target = values.on("live") ? "/livez" : "/readyz";
  request.tls = tls_files(values);
  request.if_unanswered = "The node may be overloaded or frozen: read its log.";
  const auto response = send_request(values.text("admin"), request, values.duration("timeout"));
  if (response) return print(values, *response);
  const std::string& origin = values.origin("admin");
  return fail(kName, in_context(origin == "default" ? "--admin" : origin, response.error()));
}

}  // namespace

Command health_command() {
  using enum Option::Kind;
  using enum Option::Where;
  return {kName,
          "Ask a node whether it is ready: exit code 0, or 1 with the reason",
          "  firstcome health\n"
          "  firstcome health --live                                  only: does the process answer?\n"
          "  firstcome health --admin http://10.0.0.7:8081 --timeout 1s\n"
          "  firstcome health --admin https://localhost:8081 --ca /tls/ca.pem\n"
          "It needs no key. It is the health check of a container without curl, for example in Compose:\n"
          "  healthcheck: {test: [CMD, firstcome, health]}\n",
          {
              {"live", Switch, "", "Ask /livez instead of /readyz: the process answers, ready or not", 0, 1,
               FlagOnly},
              {"timeout", Duration, "3s", "Stop waiting for the answer after this time", 1, 600 * kSecond,
               FlagOnly},
              {"admin", Text, "http://127.0.0.1:8081",
               "Address of the admin listener; the users' listener answers the same"},
              kCa,
              kClientCert,
              kClientKey,
              {"json", Switch, "", "Print the server's JSON unchanged", 0, 1, FlagOnly},
          },
          run};
}

}  // namespace firstcome::cli
