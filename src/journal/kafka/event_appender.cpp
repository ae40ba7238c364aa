#include "journal/kafka/event_appender.h"

#include "journal/kafka/client.h"
#include "journal/kafka/gapless_appender.h"
#include "journal/kafka/topic_metadata.h"

namespace firstcome::journal {
namespace kafka {
namespace {

class EventAppender : public GaplessAppender {
 public:
  EventAppender(std::unique_ptr<Producer> producer, std::int32_t partitions, AcknowledgementSink& sink)
      : appender_(std::move(producer), sink), partitions_(partitions) {}
  bool try_append(const Append& append) override {
    CHECK(append.destination == Destination::Requests);
    Append placed = append;
    placed.partition = append.partition % partitions_;
    return appender_.try_append(placed);
  }

 private:
  KafkaGaplessAppender appender_;
  const std::int32_t partitions_;
};

Result<std::int32_t> ask_partitions(const std::shared_ptr<const KafkaSettings>& settings) {
  const auto asking = Client::make(Role::Asking, settings);
  if (!asking.ok()) return asking.error();
  const auto topic = ask_topic(**asking, settings->topic);
  if (!topic.ok()) return topic.error();
  if (*topic) return (*topic)->partitions;
  return Error{Error::Kind::Retryable, "Kafka has no topic '" + settings->topic +
                                           "'. `firstcome topic create` makes it with the settings it needs; "
                                           "events wait until it is there."};
}

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<GaplessAppender>> open_event_appender(const KafkaSettings& settings,
                                                             AcknowledgementSink& sink) {
  auto own = std::make_shared<KafkaSettings>(settings);
  own->topic = settings.events_topic;
  const auto partitions = kafka::ask_partitions(own);
  if (!partitions.ok()) return partitions.error();
  auto producer = kafka::Producer::make(kafka::Role::AppendingGapless, own, *partitions);
  if (!producer.ok()) return producer.error();
  return std::unique_ptr<GaplessAppender>(
      std::make_unique<kafka::EventAppender>(std::move(*producer), *partitions, sink));
}

}  // namespace firstcome::journal
