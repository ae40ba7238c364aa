#include "journal/kafka/broker_faults.h"

#include <pthread.h>

#include <utility>
#include <vector>

#include "journal/kafka/client.h"
#include "journal/kafka/topic_metadata.h"

namespace firstcome::journal {
namespace kafka {
namespace {

using std::chrono::steady_clock;

constexpr milliseconds kAskEvery{1'000};
constexpr milliseconds kBrokerAnswersWithin{1'000};

/// For the clients that ask a broker if it answers again: their errors are reported already.
KafkaSettings quiet(KafkaSettings settings) {
  settings.report = {};
  settings.faults.reset();
  settings.request_timeout = kBrokerAnswersWithin;
  return settings;
}

}  // namespace

BrokerFaults::BrokerFaults(KafkaSettings settings) : settings_(std::move(settings)) {}

BrokerFaults::~BrokerFaults() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BrokerFaults::connection_failed(const ConnectionFailure& failure) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  const auto [found, is_new] = faults_.try_emplace(failure.broker, Fault{failure.cause, steady_clock::now()});
  found->second.cause = failure.cause;
  if (!is_new) return;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_all();
}

void BrokerFaults::run() {
  pthread_setname_np(pthread_self(), "broker-faults");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (faults_.empty()) {
      changed_.wait(lock);
      continue;
    }
    std::vector<std::string> brokers;
    brokers.reserve(faults_.size());
    for (const auto& [broker, fault] : faults_) brokers.push_back(broker);
    for (const std::string& broker : brokers) {
      lock.unlock();
      const bool is_back = answers(broker);
      lock.lock();
      if (stopping_) return;
      Fault& fault = faults_.at(broker);
      if (is_back) {
        if (fault.reported) report_end(broker, fault.since);
        faults_.erase(broker);
      } else if (!std::exchange(fault.reported, true)) {
        report_fault(broker, fault.cause);
      }
    }
    changed_.wait_for(lock, kAskEvery, [this] { return stopping_; });
  }
}

bool BrokerFaults::answers(const std::string& broker) {
  auto& client = asking_[broker];
  if (!client) {
    KafkaSettings one = quiet(settings_);
    one.properties.emplace_back("bootstrap.servers", broker);
    auto made = Client::make(Role::Asking, std::make_shared<const KafkaSettings>(std::move(one)));
    if (!made.ok()) {
      report(settings_, made.error());
      return false;
    }
    client = std::move(*made);
  }
  if (!ask_brokers(*client).ok()) return false;
  asking_.erase(broker);  // by now it also knows the other brokers
  return true;
}

void BrokerFaults::report_fault(const std::string& broker, const std::string& cause) const {
  report(settings_,
         Error::retryable("Kafka broker {} does not answer: {}. Appends wait until the cluster marks it as "
                          "failed. See \"A broker is gone\" in docs/operations/failures.md.",
                          broker, cause));
}

void BrokerFaults::report_end(const std::string& broker, Instant since) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - since).count();
  note(settings_, fmt::format("Kafka broker {} answers again, after {} s.", broker, seconds));
}

}  // namespace kafka

KafkaSettings with_broker_faults(KafkaSettings settings) {
  settings.faults = std::make_shared<kafka::BrokerFaults>(settings);
  return settings;
}

}  // namespace firstcome::journal
