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

/// One line when a broker does not answer and one when it answers again, however many clients of this process
/// meet the fault. A broken connection alone is no fault (an idle one ends, too): the broker is asked, by a
/// client that knows no other, before anything is reported, and then every second until it answers.
class BrokerFaults {
 public:
  /// By the report and the note of the settings.
  explicit BrokerFaults(KafkaSettings settings);
  ~BrokerFaults();

  /// Any thread, also one of librdkafka's; does not block.
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
  std::map<std::string, std::unique_ptr<Client>> asking_;  ///< by broker; the thread's
  std::mutex mutex_;                                       // guards the rest
  std::condition_variable changed_;
  std::map<std::string, Fault> faults_;  ///< by broker
  bool stopping_ = false;
  std::thread thread_;  ///< started by the first fault
};

}  // namespace firstcome::journal::kafka
