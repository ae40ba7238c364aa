#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "bench/peers/gates.h"
#include "bench/peers/question_queue.h"
#include "bench/peers/stop.h"
#include "bench/peers/tables.h"
#include "domain/home.h"
#include "journal/kafka/kafka_address.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/record_json.h"

namespace firstcome::peers {
namespace {

std::unique_ptr<journal::Journal> open(const std::string& address) {
  journal::KafkaSettings settings;
  if (const Status read = journal::read_kafka_address(address, settings); !read.ok())
    stop(read.error().message);
  auto opened = journal::open_kafka_journal(settings);
  if (!opened.ok()) stop(opened.error().message);
  return std::move(*opened);
}

/// The draft does not wait for acknowledgements.
class Ignored final : public journal::AcknowledgementSink {
 public:
  void acknowledged(std::span<const journal::Acknowledgement>) override {}
};

class KafkaDraftGate final : public Gate {
 public:
  KafkaDraftGate(const GateSettings& settings, VerdictSink& sink)
      : settings_(settings),
        sink_(sink),
        journal_(open(settings.kafka)),
        producer_(journal_->make_appender(ignored_)) {
    make_tables(settings);
    for (int i = 0; i < settings.threads; ++i) threads_.emplace_back([this] { work(); });
    for (Partition partition = 0; partition < journal_->partitions(); ++partition)
      consumers_.emplace_back(
          [this, partition](const std::stop_token& stopped) { consume(partition, stopped); });
  }
  ~KafkaDraftGate() override {
    queue_.close();
    threads_.clear();
    producer_.reset();  // after all records are acknowledged
  }
  KafkaDraftGate(const KafkaDraftGate&) = delete;
  KafkaDraftGate& operator=(const KafkaDraftGate&) = delete;

  void ask(const Question& question) override { queue_.push(question); }

 private:
  void work() {
    auto database = connect(settings_.postgres,
                            {{"policy", "SELECT max_count, issued_count FROM coupon_policy WHERE id = $1"},
                             {"coupon", "SELECT 1 FROM coupon WHERE policy_id = $1 AND user_id = $2"}});
    std::string value;
    while (const auto question = queue_.pop()) {
      const Verdict verdict = decide(database, *question);
      if (verdict.code == Code::Success) produce(*question, value);
      sink_.decided({&verdict, 1});
    }
  }

  Verdict decide(postgres::DatabaseConnection& database, const Question& question) {
    postgres::Params policy;
    policy.int8(question.policy.value);
    const postgres::Rows terms = query(database, "policy", policy);
    postgres::Columns columns(terms[0]);
    const std::int64_t max_count = columns.int8();
    const std::int64_t issued_count = columns.int8();
    if (issued_count >= max_count) return {question, Code::SoldOut, 0};
    postgres::Params coupon;
    coupon.int8(question.policy.value).int8(question.user.value);
    if (!query(database, "coupon", coupon).empty()) return {question, Code::AlreadyIssued, 0};
    return {question, Code::Success, ++promised_};
  }

  void produce(const Question& question, std::string& value) {
    const Timestamp now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    value.clear();
    journal::encode(IssueRequest{question.user, question.policy, question.token, 1}, now, value);
    const std::int64_t time = now.time_since_epoch().count();
    const std::string key = std::to_string(time);
    const journal::Append append{.partition = home(PolicyId{time}, journal_->partitions()),
                                 .token = question.token,
                                 .key = key,
                                 .value = value};
    while (!producer_->try_append(append)) std::this_thread::yield();
  }

  /// From the start of the partition, also after a restart: a row that exists is left.
  void consume(Partition partition, const std::stop_token& stopped) {
    auto database = connect(settings_.postgres, {{"save", "SELECT save($1, $2)"}});
    auto follower = journal_->follow(partition, 0);
    if (!follower.ok()) stop(follower.error().message);
    journal::RecordDecoder decoder;
    Record record;
    for (bool at_end = false; !at_end || !stopped.stop_requested();) {
      auto fetch = (*follower)->poll(milliseconds{100});
      if (!fetch.ok()) stop(fetch.error().message);
      for (const journal::RawRecord& raw : fetch->records) {
        decoder.decode(raw, kNewestRules, record);
        const auto& request = std::get<IssueRequest>(record.content);
        postgres::Params params;
        params.int8(request.policy.value).int8(request.user.value);
        query(database, "save", params);
      }
      at_end = fetch->at_end;
    }
  }

  const GateSettings settings_;
  VerdictSink& sink_;
  Ignored ignored_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::Appender> producer_;
  std::atomic<std::int64_t> promised_{0};
  QuestionQueue queue_;
  std::vector<std::jthread> threads_;
  std::vector<std::jthread> consumers_;
};

}  // namespace

std::unique_ptr<Gate> make_kafka_draft_gate(const GateSettings& settings, VerdictSink& sink) {
  return std::make_unique<KafkaDraftGate>(settings, sink);
}

}  // namespace firstcome::peers
