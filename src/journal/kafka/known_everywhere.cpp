#include "journal/kafka/known_everywhere.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "journal/kafka/topic_metadata.h"

namespace firstcome::journal::kafka {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kKnownWithin{15};
constexpr milliseconds kOneAnswerWithin{1'000};
constexpr milliseconds kLookAgain{20};

/// A client that starts with this broker only. librdkafka chooses any broker for a client that knows several.
Result<std::unique_ptr<Client>> client_of(const Broker& broker, const KafkaSettings& settings) {
  auto one = std::make_shared<KafkaSettings>(settings);
  one->request_timeout = std::min(settings.request_timeout, kOneAnswerWithin);
  one->report = {};  // the result is reported at the end
  one->properties.emplace_back("bootstrap.servers", broker.address);
  return Client::make(Role::Asking, std::move(one));
}

/// True if the cluster lists the broker, or if the list cannot be read.
bool is_listed(const Client& client, const Broker& broker) {
  const auto brokers = ask_brokers(client);
  return !brokers.ok() ||
         std::ranges::any_of(*brokers, [&](const Broker& one) { return one.id == broker.id; });
}

Error unknown(const std::string& topic, const Error& answer) {
  return Error::retryable("Topic '{}' is created, but after {} s not every broker knows it. {}", topic,
                          kKnownWithin.count(), answer.message)
      .with_hint(
          "Check in the log of that broker that it follows the controllers. Then repeat the command: it does "
          "not change existing topics.");
}

Error silent(const Broker& broker, const std::string& topic) {
  return Error::retryable(
      "Kafka: broker {} ({}) does not answer if it knows topic '{}'. Continuing without it.", broker.id,
      broker.address, topic);
}

/// Asks once more after the timeout.
Status wait_until_known(const Client& all, const Client& one, const Broker& broker, const std::string& topic,
                        steady_clock::time_point give_up) {
  for (;;) {
    const std::optional<Status> answer = ask_for_topic(one, broker, topic);
    if (answer && answer->ok()) return Done{};
    const bool late = steady_clock::now() > give_up;
    if (answer && late) return unknown(topic, answer->error());
    if (!answer && !is_listed(all, broker)) return Done{};
    if (late) {
      report(all.settings(), silent(broker, topic));
      return Done{};
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

Result<std::vector<Broker>> ask_brokers_patiently(const Client& client, steady_clock::time_point give_up) {
  for (;;) {
    auto brokers = ask_brokers(client);
    if (brokers.ok() || steady_clock::now() > give_up) return brokers;
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace

Status wait_until_known_everywhere(const Client& client, const std::vector<std::string>& topics) {
  const auto give_up = steady_clock::now() + kKnownWithin;
  ASSIGN_OR_RETURN(const auto brokers, ask_brokers_patiently(client, give_up));
  for (const Broker& broker : brokers) {
    ASSIGN_OR_RETURN(const auto one, client_of(broker, client.settings()));
    for (const std::string& topic : topics) {
      RETURN_IF_ERROR(wait_until_known(client, *one, broker, topic, give_up));
    }
  }
  return Done{};
}

}  // namespace firstcome::journal::kafka
