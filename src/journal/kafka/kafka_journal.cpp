#include "journal/kafka/kafka_journal.h"

#include "journal/kafka/client.h"
#include "journal/kafka/ends.h"
#include "journal/kafka/error.h"
#include "journal/kafka/follower.h"
#include "journal/kafka/gapless_appender.h"
#include "journal/kafka/kafka_handles.h"
#include "journal/kafka/producer.h"
#include "journal/kafka/record_reader.h"
#include "journal/kafka/topic_metadata.h"

namespace firstcome::journal {
namespace kafka {
namespace {

/// Appends through a producer that all appenders share: their records travel in the same batches.
class KafkaAppender : public Appender {
 public:
  KafkaAppender(Producer& producer, milliseconds patience, AcknowledgementSink& sink)
      : producer_(producer), patience_(patience), sender_{sink} {}
  /// A server that ends does not wait out what a broker that is away may take.
  ~KafkaAppender() override {
    if (producer_.wait_settled(sender_, patience_)) return;
    producer_.give_up();
    producer_.wait_settled(sender_);
  }
  bool try_append(const Append& append) override { return producer_.append(append, sender_); }

 private:
  Producer& producer_;
  const milliseconds patience_;
  Sender sender_;
};

/// What all readers share: a client to ask with, and what it was told of the topic.
struct Source {
  std::shared_ptr<const KafkaSettings> settings;
  std::unique_ptr<Client> asking;
  std::unique_ptr<RecordReader> records;
  std::string identity;
  std::int32_t partitions = 0;

  static Result<Source> open(const KafkaSettings& settings);
  [[nodiscard]] Result<std::int32_t> partitions_now() const;
  [[nodiscard]] Result<Bounds> bounds(Partition partition) const {
    if (partition < 0 || partition >= partitions) return no_such(partition);
    return ask_bounds(*asking, partition);
  }
  [[nodiscard]] Result<Offset> end(Partition partition) const {
    if (partition < 0 || partition >= partitions) return no_such(partition);
    return ask_end(*asking, partition);
  }
  [[nodiscard]] Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) const {
    const auto held = bounds(partition);
    if (!held.ok()) return held.error();
    if (from < held->start || from > held->end) return outside_the_log(*settings, partition, from, *held);
    return KafkaFollower::make(settings, partition, from);
  }
  [[nodiscard]] Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset) const {
    if (partition < 0 || partition >= partitions) return no_such(partition);
    return records->checksum_at(partition, offset);
  }
  [[nodiscard]] Error no_such(Partition partition) const {
    return {Error::Kind::Permanent, "Topic '" + settings->topic + "' had no partition " +
                                        std::to_string(partition) + " when it was opened; it had " +
                                        std::to_string(partitions) + '.'};
  }
};

Result<Source> Source::open(const KafkaSettings& settings) {
  Source source;
  source.settings = std::make_shared<const KafkaSettings>(settings);
  auto asking = Client::make(Role::Asking, source.settings);
  if (!asking.ok()) return asking.error();
  source.asking = std::move(*asking);
  const auto topic = ask_topic(*source.asking, settings.topic);
  if (!topic.ok()) return topic.error();
  if (!*topic) {
    return Error{Error::Kind::Permanent,
                 "Kafka has no topic '" + settings.topic +
                     "'. `firstcome topic create` makes it with the settings it needs."};
  }
  const auto cluster = ask_cluster_id(*source.asking);
  if (!cluster.ok()) return cluster.error();
  source.identity = "kafka:" + *cluster + '/' + settings.topic;
  source.partitions = (*topic)->partitions;
  auto records = RecordReader::make(source.settings, source.partitions);
  if (!records.ok()) return records.error();
  source.records = std::move(*records);
  return source;
}

Result<std::int32_t> Source::partitions_now() const {
  const auto topic = ask_topic(*asking, settings->topic);
  if (!topic.ok()) return topic.error();
  if (!*topic)
    return error_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "asking for topic '" + settings->topic + '\'');
  return (*topic)->partitions;
}

class KafkaReader : public JournalReader {
 public:
  explicit KafkaReader(Source source) : source_(std::move(source)) {}
  std::string identity() override { return source_.identity; }
  std::int32_t partitions() override { return source_.partitions; }
  Result<std::int32_t> partitions_now() override { return source_.partitions_now(); }
  Result<Bounds> bounds(Partition partition) override { return source_.bounds(partition); }
  Result<Offset> end(Partition partition) override { return source_.end(partition); }
  Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) override {
    return source_.follow(partition, from);
  }
  Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset) override {
    return source_.checksum_at(partition, offset);
  }

 private:
  const Source source_;
};

class KafkaJournal : public Journal {
 public:
  KafkaJournal(Source source, std::unique_ptr<Producer> producer)
      : source_(std::move(source)),
        ends_(*source_.asking, source_.partitions),
        producer_(std::move(producer)) {}
  std::string identity() override { return source_.identity; }
  std::int32_t partitions() override { return source_.partitions; }
  Result<std::int32_t> partitions_now() override { return source_.partitions_now(); }
  Result<Bounds> bounds(Partition partition) override { return source_.bounds(partition); }
  Result<Offset> end(Partition partition) override { return source_.end(partition); }
  Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) override {
    return source_.follow(partition, from);
  }
  Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset) override {
    return source_.checksum_at(partition, offset);
  }
  void ends(const EndHandler& handle) override { ends_.ask(handle); }
  std::unique_ptr<Appender> make_appender(AcknowledgementSink& sink) override {
    return std::make_unique<KafkaAppender>(*producer_, source_.settings->request_timeout, sink);
  }
  std::unique_ptr<GaplessAppender> make_gapless_appender(AcknowledgementSink& sink) override {
    auto producer = Producer::make(Role::AppendingGapless, source_.settings, source_.partitions);
    if (!producer.ok()) {
      report(*source_.settings, producer.error());
      return std::make_unique<KafkaGaplessAppender>(nullptr, sink);
    }
    return std::make_unique<KafkaGaplessAppender>(std::move(*producer), sink);
  }
  std::string append_trouble(Partition partition) override { return producer_->trouble(partition); }

 private:
  const Source source_;
  Ends ends_;
  const std::unique_ptr<Producer> producer_;
};

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<Journal>> open_kafka_journal(const KafkaSettings& settings) {
  auto source = kafka::Source::open(settings);
  if (!source.ok()) return source.error();
  auto producer = kafka::Producer::make(kafka::Role::Appending, source->settings, source->partitions);
  if (!producer.ok()) return producer.error();
  return std::unique_ptr<Journal>(
      std::make_unique<kafka::KafkaJournal>(std::move(*source), std::move(*producer)));
}

Result<std::unique_ptr<JournalReader>> open_kafka_journal_reader(const KafkaSettings& settings) {
  auto source = kafka::Source::open(settings);
  if (!source.ok()) return source.error();
  return std::unique_ptr<JournalReader>(std::make_unique<kafka::KafkaReader>(std::move(*source)));
}

}  // namespace firstcome::journal
