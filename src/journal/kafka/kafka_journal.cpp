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

/// Appends through the producer that all appenders share, so their records are in the same batches.
class KafkaAppender : public Appender {
 public:
  KafkaAppender(Producer& producer, milliseconds patience, AcknowledgementSink& sink)
      : producer_(producer), patience_(patience), sender_{sink} {}
  /// Limits the wait, so that a server can end while a broker is away.
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

/// Shared by all readers: a client for requests, and the metadata of the topic.
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
    ASSIGN_OR_RETURN(const Bounds held, bounds(partition));
    if (from < held.start || from > held.end) return outside_the_log(*settings, partition, from, held);
    return KafkaFollower::make(settings, partition, from);
  }
  [[nodiscard]] Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset) const {
    if (partition < 0 || partition >= partitions) return no_such(partition);
    return records->checksum_at(partition, offset);
  }
  [[nodiscard]] Error no_such(Partition partition) const {
    return Error::permanent("Topic '{}' had no partition {} when it was opened; it had {} partitions.",
                            settings->topic, partition, partitions);
  }
};

Result<Source> Source::open(const KafkaSettings& settings) {
  Source source;
  source.settings = std::make_shared<const KafkaSettings>(settings);
  ASSIGN_OR_RETURN(source.asking, Client::make(Role::Asking, source.settings));
  ASSIGN_OR_RETURN(const auto topic, ask_topic(*source.asking, settings.topic));
  if (!topic) {
    return Error::permanent("Kafka has no topic '{}'.", settings.topic)
        .with_hint("Create it with `firstcome topic create`.");
  }
  ASSIGN_OR_RETURN(const auto cluster, ask_cluster_id(*source.asking));
  source.identity = fmt::format("kafka:{}/{}", cluster, settings.topic);
  source.partitions = topic->partitions;
  ASSIGN_OR_RETURN(source.records, RecordReader::make(source.settings, source.partitions));
  return source;
}

Result<std::int32_t> Source::partitions_now() const {
  ASSIGN_OR_RETURN(const auto topic, ask_topic(*asking, settings->topic));
  if (topic) return topic->partitions;
  return error_of(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                  fmt::format("reading topic '{}'", settings->topic));
}

/// Implements JournalReader for both: `Port` is JournalReader or Journal.
template <class Port>
class ReaderOf : public Port {
 public:
  explicit ReaderOf(Source source) : source_(std::move(source)) {}
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

 protected:
  const Source source_;
};

class KafkaJournal : public ReaderOf<Journal> {
 public:
  KafkaJournal(Source source, std::unique_ptr<Producer> producer)
      : ReaderOf(std::move(source)),
        ends_(*source_.asking, source_.partitions),
        producer_(std::move(producer)) {}
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
  Ends ends_;
  const std::unique_ptr<Producer> producer_;
};

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<Journal>> open_kafka_journal(const KafkaSettings& settings) {
  ASSIGN_OR_RETURN(auto source, kafka::Source::open(settings));
  ASSIGN_OR_RETURN(auto producer,
                   kafka::Producer::make(kafka::Role::Appending, source.settings, source.partitions));
  return std::unique_ptr<Journal>(
      std::make_unique<kafka::KafkaJournal>(std::move(source), std::move(producer)));
}

Result<std::unique_ptr<JournalReader>> open_kafka_journal_reader(const KafkaSettings& settings) {
  ASSIGN_OR_RETURN(auto source, kafka::Source::open(settings));
  return std::unique_ptr<JournalReader>(std::make_unique<kafka::ReaderOf<JournalReader>>(std::move(source)));
}

}  // namespace firstcome::journal
