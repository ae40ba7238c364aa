#include "journal/kafka/error.h"

namespace firstcome::journal::kafka {
namespace {

struct Advice {
  Error::Kind kind;
  std::string_view what_to_do;
};

/// Missing rights are retryable: an operator adds them on the brokers, and this process continues without a
/// restart.
Advice advice(rd_kafka_resp_err_t code) {
  using Kind = Error::Kind;
  switch (code) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return {
          Kind::Retryable,
          "The topic or partition does not exist. `firstcome topic check` shows more. A deleted topic cannot "
          "be restored: see FirstcomePartitionStopped in the runbook before you create it again."};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return {Kind::Retryable,
              "Give this user Describe, DescribeConfigs, Read and Write on both topics, on the brokers "
              "(kafka-acls). docs/operations/topology.md lists the rights of each role."};
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return {Kind::Retryable, "Give this user Read on the issuers' group, on the brokers (kafka-acls)."};
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return {Kind::Retryable, "Check sasl.mechanism, user and password."};
    case RD_KAFKA_RESP_ERR__SSL:
      return {
          Kind::Retryable,
          "Check security.protocol and ssl.ca.location, and that the certificates contain the brokers' names."};
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return {Kind::Retryable, "Fewer brokers are in sync than min.insync.replicas requires."};
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
      return {
          Kind::Retryable,
          "Can the brokers be reached, and are they running? An invalid certificate or password was reported "
          "before this."};
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return {Kind::Permanent, "The brokers must be Kafka 3.7 or newer."};
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
      return {Kind::Permanent, "There must be at least as many brokers as copies (--replication)."};
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION: return {Kind::Permanent, {}};
    default: return {Kind::Retryable, {}};
  }
}

}  // namespace

Error error_of(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail) {
  const auto [kind, what_to_do] = advice(code);
  if (detail.empty()) detail = rd_kafka_err2str(code);
  return {kind, fmt::format("Kafka, {}: {} ({}).{}{}", what, detail, rd_kafka_err2name(code),
                            what_to_do.empty() ? "" : " ", what_to_do)};
}

bool can_be_tried_again(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__QUEUE_FULL || code == RD_KAFKA_RESP_ERR__FATAL;
}

}  // namespace firstcome::journal::kafka
