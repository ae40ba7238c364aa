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
  ASSIGN_OR_RETURN(const auto asking, Client::make(Role::Asking, settings));
  ASSIGN_OR_RETURN(const auto topic, ask_topic(*asking, settings->topic));
  if (topic) return topic->partitions;
  return Error::retryable(
      "Kafka has no topic '{}'. Create it with `firstcome topic create`; events wait until then.",
      settings->topic);
}

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<GaplessAppender>> open_event_appender(const KafkaSettings& settings,
                                                             AcknowledgementSink& sink) {
  auto own = std::make_shared<KafkaSettings>(settings);
  own->topic = settings.events_topic;
  ASSIGN_OR_RETURN(const auto partitions, kafka::ask_partitions(own));
  ASSIGN_OR_RETURN(auto producer, kafka::Producer::make(kafka::Role::AppendingGapless, own, partitions));
  return std::unique_ptr<GaplessAppender>(
      std::make_unique<kafka::EventAppender>(std::move(producer), partitions, sink));
}

}  // namespace firstcome::journal
