#include "journal_contract.h"
#include "kafka_cluster.h"

namespace firstcome::test {
namespace {

/// The topics of one test on the shared broker.
class KafkaWorld : public JournalWorld {
 public:
  journal::Journal& open() override {
    if (!journal_) journal_ = make_and_open(settings_);
    return *journal_;
  }
  void close() override { journal_.reset(); }
  void delete_all_records() override {
    for (Partition partition = 0; partition < 3; ++partition) {
      operators::delete_records(settings_, partition, -1);
    }
  }

 private:
  const journal::KafkaSettings settings_ = kafka().fresh_settings();
  std::unique_ptr<journal::Journal> journal_;
};

const auto kKafka =
    testing::Values(JournalFactory{"one_broker", [] { return std::make_unique<KafkaWorld>(); }});

INSTANTIATE_TEST_SUITE_P(Kafka, JournalContract, kKafka, factory_name);
INSTANTIATE_TEST_SUITE_P(Kafka, DurableJournalContract, kKafka, factory_name);

}  // namespace
}  // namespace firstcome::test
