#pragma once

#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include "journal/counters.h"
#include "journal/journal.h"

namespace firstcome::journal {

namespace kafka {
class BrokerFaults;
}

/// Connection, limits and timeouts of a journal in Kafka.
struct KafkaSettings {
  std::string servers;  ///< "host:9092,host:9092"
  std::string topic = "coupon-issue-request";
  std::string dead_letter_topic = "coupon-issue-request-dlt";
  std::string events_topic{};                ///< events of issued coupons; empty: no events
  std::string group = "coupon-issue-group";  ///< the issuers' group
  /// Any properties of librdkafka (security.protocol, sasl.*, ssl.*, linger.ms, …); they override those of
  /// firstcome. A property that would break a promise is rejected. Values never appear in logs or messages.
  std::vector<std::pair<std::string, std::string>> properties{};
  /// A record without an acknowledgement fails after this time: NotPersisted or PossiblyPersisted. Much
  /// longer than a failover, and no caller waits that long. Reason: after a timeout librdkafka begins a new
  /// producer epoch and appends again the records in flight of other partitions (librdkafka issue 4953).
  /// Gapless appends have no such limit.
  milliseconds message_timeout{300'000};
  /// Timeout of one network request.
  milliseconds request_timeout{3'000};
  /// A member without contact for this time loses its partitions to the others.
  milliseconds session_timeout{10'000};
  /// Limits of unacknowledged records, for each partition; above them try_append returns false. A record
  /// counts until it is acknowledged or has failed, also after its caller has gone. A partition without a
  /// leader does not affect the others.
  std::size_t pending_records = 128UL * 1024;
  std::size_t pending_bytes = 32UL * 1024 * 1024;
  /// Called with errors, on any thread; must not block. The journal continues by itself as soon as it can.
  /// The source location distinguishes kinds of errors, for the rate limit of the log.
  std::function<void(const Error&, const std::source_location&)> report{};
  /// Called after a recovery; as `report`.
  std::function<void(const std::string&, const std::source_location&)> note{};
  /// Called with librdkafka's log lines about connections if `faults` is set; as `report`.
  std::function<void(const std::string&)> trace{};
  /// Shared by the clients of a process, see with_broker_faults(). Without it their log lines go to `report`.
  std::shared_ptr<kafka::BrokerFaults> faults{};
  /// Metrics of the delivery thread of appenders; must outlive the journal.
  Counters* counters = nullptr;
  /// Metrics of the member of the group; must outlive it.
  GroupCounters* group_counters = nullptr;
};

/// The same settings with `faults`: the clients report once that a broker does not answer, and once that it
/// answers again.
KafkaSettings with_broker_faults(KafkaSettings settings);

}  // namespace firstcome::journal
