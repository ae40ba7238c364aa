#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "domain/time.h"
#include "journal/kafka/connection_failure.h"
#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal::kafka {

class Client;

/// Reports once that a broker does not answer and once that it answers again, for all clients of this
/// process. A closed connection alone is not a fault, because idle connections are closed too: a client that
/// connects only to this broker asks it before the report, and then every second until it answers.
class BrokerFaults {
 public:
  /// Reports through `report` and `note` of the settings.
  explicit BrokerFaults(KafkaSettings settings);
  ~BrokerFaults();

  /// Any thread, including those of librdkafka; does not block.
  void connection_failed(const ConnectionFailure& failure);

 private:
  struct Fault {
    std::string cause;
    Instant since;
    bool reported = false;
  };

  void run();
  bool answers(const std::string& broker);
  void report_fault(const std::string& broker, const std::string& cause) const;
  void report_end(const std::string& broker, Instant since) const;

  const KafkaSettings settings_;
  std::map<std::string, std::unique_ptr<Client>> asking_;  ///< by broker; used by the thread only
  std::mutex mutex_;                                       // guards the members below
  std::condition_variable changed_;
  std::map<std::string, Fault> faults_;  ///< by broker
  bool stopping_ = false;
  std::thread thread_;  ///< starts with the first fault
};

}  // namespace firstcome::journal::kafka
