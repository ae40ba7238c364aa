// How many small records a second go through the journal port to Kafka and back, on brokers that are there:
//
//   scripts/cluster/run --steady    # prints "bootstrap"
//   kafka_rates 127.0.0.1:9092 [records] [replication]
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include "journal/kafka/kafka_journal.h"
#include "journal/kafka/topics.h"

namespace {

using namespace firstcome;
using Clock = std::chrono::steady_clock;

constexpr std::int32_t kPartitions = 3;
constexpr std::string_view kValue =
    R"({"userId":123456789,"policyId":7,"requestedAt":"2026-11-23T14:00:00.123Z","sequenceNumber":123456789012})";

class Tally : public journal::AcknowledgementSink {
 public:
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override {
    const std::lock_guard lock(mutex_);
    for (const auto& one : acknowledgements) lost_ += one.outcome != journal::AppendOutcome::Appended;
    told_ += acknowledgements.size();
    ++batches_;
    changed_.notify_all();
  }
  void wait_for(std::uint64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return told_ >= count; });
  }
  std::uint64_t lost_ = 0, told_ = 0, batches_ = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](timeval time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Prints what it took: records a second, and processor time of this process a record.
template <class Work>
void measure(const char* what, std::uint64_t records, Work work) {
  const auto begin = Clock::now();
  const double cpu = cpu_seconds();
  work();
  const std::chrono::duration<double> took = Clock::now() - begin;
  const auto count = static_cast<double>(records);
  std::printf("%-28s %10.0f records/s   %6.2f us of processor time a record\n", what, count / took.count(),
              (cpu_seconds() - cpu) * 1e6 / count);
}

void append(journal::Journal& journal, std::uint64_t records) {
  Tally tally;
  const auto appender = journal.make_appender(tally);
  for (std::uint64_t i = 0; i < records; ++i) {
    const auto partition = static_cast<Partition>(i % kPartitions);
    while (!appender->try_append({.partition = partition, .token = i, .key = "7", .value = kValue})) {
      std::this_thread::yield();
    }
  }
  tally.wait_for(records);
  if (tally.lost_ > 0) std::printf("LOST %llu\n", static_cast<unsigned long long>(tally.lost_));
}

/// One record at a time: what a lone caller waits for the acknowledgement.
void append_alone(journal::Journal& journal, std::uint64_t records) {
  Tally tally;
  const auto appender = journal.make_appender(tally);
  for (std::uint64_t i = 0; i < records; ++i) {
    (void)appender->try_append({.partition = 0, .token = i, .key = "7", .value = kValue});
    tally.wait_for(i + 1);
  }
}

void follow(journal::Journal& journal, Partition partition, std::uint64_t& read) {
  auto follower = journal.follow(partition, 0);
  if (!follower.ok()) std::exit(1);
  for (bool at_end = false; !at_end;) {
    const auto fetch = (*follower)->poll(milliseconds{100});
    if (!fetch.ok()) std::exit(1);
    at_end = fetch->at_end;
    read += fetch->records.size();
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "usage: kafka_rates HOST:PORT[,...] [RECORDS] [REPLICATION]\n");
    return 2;
  }
  const std::uint64_t records = count > 2 ? std::strtoull(words[2], nullptr, 10) : 1'000'000;
  journal::KafkaSettings settings{.servers = words[1]};
  settings.topic = "rates-" + std::to_string(Clock::now().time_since_epoch().count());
  settings.dead_letter_topic = settings.topic + "-dlt";
  settings.report = [](const Error& error) { std::fprintf(stderr, "%s\n", error.message.c_str()); };
  const std::int32_t replication = count > 3 ? std::atoi(words[3]) : 1;
  if (const auto made = journal::create_topics(settings, {kPartitions, replication}); !made.ok()) {
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return 1;
  }
  const auto opened = journal::open_kafka_journal(settings);
  if (!opened.ok()) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    return 1;
  }
  journal::Journal& journal = **opened;
  append(journal, 10'000);  // warm
  measure("append", records, [&] { append(journal, records); });
  measure("append, one at a time", 1'000, [&] { append_alone(journal, 1'000); });
  std::uint64_t read[kPartitions] = {};
  measure("follow, three partitions", records, [&] {
    std::vector<std::jthread> threads;
    for (Partition partition = 0; partition < kPartitions; ++partition) {
      threads.emplace_back([&, partition] { follow(journal, partition, read[partition]); });
    }
  });
  const std::uint64_t all = read[0] + read[1] + read[2];
  std::printf("read %llu of %llu\n", static_cast<unsigned long long>(all),
              static_cast<unsigned long long>(records + 11'000));
  return all == records + 11'000 ? 0 : 1;
}
