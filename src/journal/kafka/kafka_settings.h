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

/// How to reach a journal in Kafka and how patient to be with it.
struct KafkaSettings {
  std::string servers;  ///< "host:9092,host:9092"
  std::string topic = "coupon-issue-request";
  std::string dead_letter_topic = "coupon-issue-request-dlt";
  std::string events_topic{};                ///< of issued coupons; empty: none are told
  std::string group = "coupon-issue-group";  ///< in which issuers share the partitions
  /// Any of librdkafka's properties (security.protocol, sasl.*, ssl.*, linger.ms, …), over what firstcome
  /// sets. One that would break a promise is refused. Values are never told to anybody.
  std::vector<std::pair<std::string, std::string>> properties{};
  /// A record that is not acknowledged by then is given up: NotPersisted or PossiblyPersisted. Far longer
  /// than any failover, and no caller waits for it: a record that times out makes librdkafka begin a new
  /// producer epoch, and append again what is in flight in other partitions (its issue 4953). Gapless appends
  /// have no such limit.
  milliseconds message_timeout{300'000};
  /// Of one question or answer on the wire.
  milliseconds request_timeout{3'000};
  /// A member of the group that is not heard of for so long has lost its partitions to the others.
  milliseconds session_timeout{10'000};
  /// Limits of what waits for acknowledgement, a partition; then try_append says no. A record counts until it
  /// is acknowledged or given up, also when its caller has gone. A partition without a leader fills what is
  /// its own and leaves the others alone.
  std::size_t pending_records = 128UL * 1024;
  std::size_t pending_bytes = 32UL * 1024 * 1024;
  /// Called with trouble, on any thread; must not block. The journal goes on by itself once it can. The place
  /// in the source that reports it tells kinds of trouble apart.
  std::function<void(const Error&, const std::source_location&)> report{};
  /// Called with what works again; like report.
  std::function<void(const std::string&, const std::source_location&)> note{};
  /// Given librdkafka's own lines about connections, where faults are told by `faults`; like report.
  std::function<void(const std::string&)> trace{};
  /// Shared by the clients of a process, see with_broker_faults(). Without it their lines go to report.
  std::shared_ptr<kafka::BrokerFaults> faults{};
  /// Where the appenders' delivery thread counts what it does; outlives the journal.
  Counters* counters = nullptr;
  /// Where a member of the group counts; outlives it.
  GroupCounters* group_counters = nullptr;
};

/// The same settings, whose clients report a broker that does not answer in one line, and in another that it
/// answers again.
KafkaSettings with_broker_faults(KafkaSettings settings);

}  // namespace firstcome::journal
