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

/// Which broker a client of all of them asks is librdkafka's choice; this one has no other to begin with.
Result<std::unique_ptr<Client>> client_of(const Broker& broker, const KafkaSettings& settings) {
  auto one = std::make_shared<KafkaSettings>(settings);
  one->request_timeout = std::min(settings.request_timeout, kOneAnswerWithin);
  one->report = {};  // what matters is told at the end
  one->properties.emplace_back("bootstrap.servers", broker.address);
  return Client::make(Role::Asking, std::move(one));
}

/// One that cannot be asked for the others says nothing about this one.
bool is_counted_in(const Client& client, const Broker& broker) {
  const auto brokers = ask_brokers(client);
  return !brokers.ok() ||
         std::ranges::any_of(*brokers, [&](const Broker& one) { return one.id == broker.id; });
}

Error unknown(const std::string& topic, const Error& answer) {
  return {Error::Kind::Retryable,
          "topic '" + topic + "' is made, but after " + std::to_string(kKnownWithin.count()) +
              " s not every broker knows of it. " + answer.message +
              " Does that broker follow the controllers? Its own log says. Then do this "
              "again: what is there stays as it is."};
}

Error silent(const Broker& broker, const std::string& topic) {
  return {Error::Kind::Retryable, "Kafka: broker " + std::to_string(broker.id) + " (" + broker.address +
                                      ") does not say if it knows topic '" + topic +
                                      "'; it is not waited for any longer."};
}

/// Asks once more than there is time for.
Status wait_until_known(const Client& all, const Client& one, const Broker& broker, const std::string& topic,
                        steady_clock::time_point give_up) {
  for (;;) {
    const std::optional<Status> answer = ask_for_topic(one, broker, topic);
    if (answer && answer->ok()) return Done{};
    const bool late = steady_clock::now() > give_up;
    if (answer && late) return unknown(topic, answer->error());
    if (!answer && !is_counted_in(all, broker)) return Done{};
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
  const auto brokers = ask_brokers_patiently(client, give_up);
  if (!brokers.ok()) return brokers.error();
  for (const Broker& broker : *brokers) {
    const auto one = client_of(broker, client.settings());
    if (!one.ok()) return one.error();
    for (const std::string& topic : topics) {
      if (Status known = wait_until_known(client, **one, broker, topic, give_up); !known.ok()) return known;
    }
  }
  return Done{};
}

}  // namespace firstcome::journal::kafka
