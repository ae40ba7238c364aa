// What an acknowledgement of Kafka takes without firstcome: librdkafka's own producer, idempotent and with acks=all, sends the
// records of an issue call to one partition, on schedule. The peer of the time to a final answer.
//
//   ack_bench --journal kafka://HOST:PORT/TOPIC --rate N --seconds N
//
// Latency counts from the scheduled time of a record to its delivery report. Prints {"p50", "p99", "p99.9"} in milliseconds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "journal/kafka/kafka_address.h"
#include "journal/kafka/kafka_handles.h"
#include "journal/record_json.h"
#include "measurement.h"
#include "options.h"

namespace {

using namespace firstcome;
using bench::must;
using Steady = std::chrono::steady_clock;

/// The records have a schedule, which librdkafka carries as their opaque: the number of a record.
struct Run {
  Steady::time_point begin;
  double rate = 0;
  std::vector<double> ms;  ///< of acknowledged records

  [[nodiscard]] Steady::time_point due(std::size_t number) const {
    return begin + std::chrono::duration_cast<Steady::duration>(
                       std::chrono::duration<double>(static_cast<double>(number) / rate));
  }
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  must(message->err == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(message->err));
  Run& run = *static_cast<Run*>(opaque);
  const auto number = reinterpret_cast<std::size_t>(message->_private);
  run.ms.push_back(std::chrono::duration<double, std::milli>(Steady::now() - run.due(number)).count());
}

struct Client {
  std::unique_ptr<rd_kafka_t, journal::kafka::Deleter<rd_kafka_destroy>> handle;
  journal::kafka::TopicHandle topic;
};

Client connect(const journal::KafkaSettings& settings, Run& run) {
  journal::kafka::ConfHandle conf(rd_kafka_conf_new());
  const std::pair<const char*, std::string> properties[] = {{"bootstrap.servers", settings.servers},
                                                            {"enable.idempotence", "true"},
                                                            {"acks", "all"},
                                                            {"linger.ms", "0"},
                                                            {"socket.nagle.disable", "true"}};
  for (const auto& [name, value] : properties) {
    char why[512];
    must(rd_kafka_conf_set(conf.get(), name, value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK, name);
  }
  rd_kafka_conf_set_opaque(conf.get(), &run);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  char why[512];
  Client client;
  client.handle.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why, sizeof why));
  must(client.handle != nullptr, why);
  static_cast<void>(conf.release());  // now owned by the client
  client.topic.reset(rd_kafka_topic_new(client.handle.get(), settings.topic.c_str(), nullptr));
  return client;
}

void produce(const Client& client, std::size_t number) {
  std::string value;
  const IssueRequest request{.user = UserId{100'000'000 + static_cast<std::int64_t>(number)},
                             .policy = PolicyId{1},
                             .sequence_number = number + 1};
  journal::encode(request, from_millis(0), value);
  constexpr Partition kPartition = 0;
  const int refused = rd_kafka_produce(client.topic.get(), kPartition, RD_KAFKA_MSG_F_COPY, value.data(),
                                       value.size(), "1", 1, reinterpret_cast<void*>(number));
  must(refused == 0, rd_kafka_err2str(rd_kafka_last_error()));
}

/// The leader and the producer id are known after the first acknowledgement.
void warm(const Client& client, Run& run) {
  produce(client, 0);
  must(rd_kafka_flush(client.handle.get(), 10'000) == RD_KAFKA_RESP_ERR_NO_ERROR,
       "no acknowledgement in 10 s");
  run.ms.clear();
}

void send(const Client& client, Run& run, std::size_t records) {
  std::jthread reports([&](const std::stop_token& stopped) {
    while (!stopped.stop_requested()) rd_kafka_poll(client.handle.get(), 100);
  });
  run.begin = Steady::now();
  for (std::size_t number = 0; number < records; ++number) {
    std::this_thread::sleep_until(run.due(number));
    produce(client, number);
  }
  while (rd_kafka_outq_len(client.handle.get()) > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

double percentile(std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  std::string address;
  std::int64_t rate = 0;
  std::int64_t seconds = 0;
  bench::read_options(argc, argv, {{"--journal", &address}, {"--rate", &rate}, {"--seconds", &seconds}});
  must(!address.empty() && rate > 0 && seconds > 0,
       "ack_bench: --journal, --rate and --seconds are required");
  journal::KafkaSettings settings;
  const Status read = journal::read_kafka_address(address, settings);
  must(read.ok(), read.ok() ? "" : read.error().message);
  Run run{.rate = static_cast<double>(rate)};
  const Client client = connect(settings, run);
  warm(client, run);
  const auto records = static_cast<std::size_t>(rate * seconds);
  send(client, run, records);
  must(run.ms.size() == records, "a record was not acknowledged");
  std::ranges::sort(run.ms);
  std::printf("{\"p50\": %.3f, \"p99\": %.3f, \"p99.9\": %.3f}\n", percentile(run.ms, 0.5),
              percentile(run.ms, 0.99), percentile(run.ms, 0.999));
  return 0;
}
