#include "journal/kafka/sasl_rules.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {
namespace {

using std::string_view;

constexpr string_view kMethod = "sasl.oauthbearer.method";
constexpr string_view kPage = "docs/operations/platforms.md describes it, and the other ways.";

/// librdkafka compares the values of such properties without case.
bool is_word(string_view text, string_view lower) {
  return std::ranges::equal(text, lower, [](char one, char other) {
    return std::tolower(static_cast<unsigned char>(one)) == other;
  });
}

}  // namespace

Status check_sasl(const std::vector<std::pair<std::string, std::string>>& properties, bool has_oidc) {
  string_view mechanism, method;
  for (const auto& [key, value] : properties) {
    if (key == "sasl.mechanism" || key == "sasl.mechanisms") mechanism = value;
    if (key == kMethod) method = value;
  }
  if (mechanism == "AWS_MSK_IAM") {
    return Error::permanent("Kafka: the mechanism AWS_MSK_IAM is not supported yet.")
        .with_hint(fmt::format("With Amazon MSK, use SCRAM-SHA-512 or TLS client certificates. {}", kPage));
  }
  const bool wants_oidc = is_word(method, "oidc");
  if (mechanism == "OAUTHBEARER" && !wants_oidc) {
    return Error::permanent(
               "Kafka: the mechanism OAUTHBEARER requires '{}' = oidc; firstcome makes no tokens itself.",
               kMethod)
        .with_hint(std::string(kPage));
  }
  if (wants_oidc && !has_oidc) {
    return Error::permanent(
               "Kafka: '{}' = oidc requires a librdkafka that is built with libcurl. The one of this machine, "
               "{}, is not.",
               kMethod, rd_kafka_version_str())
        .with_hint(fmt::format("Debian 13 (librdkafka 2.8) has it, Debian 12 does not. {}", kPage));
  }
  return Done{};
}

bool librdkafka_has_oidc() {
  const ConfHandle conf(rd_kafka_conf_new());
  std::array<char, 512> why{};
  return rd_kafka_conf_set(conf.get(), std::string(kMethod).c_str(), "oidc", why.data(), why.size()) ==
         RD_KAFKA_CONF_OK;
}

}  // namespace firstcome::journal::kafka
