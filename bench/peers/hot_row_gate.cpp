#include <thread>
#include <vector>

#include "bench/peers/gates.h"
#include "bench/peers/question_queue.h"
#include "bench/peers/tables.h"

namespace firstcome::peers {
namespace {

class HotRowGate final : public Gate {
 public:
  HotRowGate(const GateSettings& settings, VerdictSink& sink) : sink_(sink) {
    make_tables(settings);
    for (int i = 0; i < settings.threads; ++i)
      threads_.emplace_back([this, address = settings.postgres] { work(address); });
  }
  ~HotRowGate() override {
    queue_.close();
    threads_.clear();
  }
  HotRowGate(const HotRowGate&) = delete;
  HotRowGate& operator=(const HotRowGate&) = delete;

  void ask(const Question& question) override { queue_.push(question); }

 private:
  void work(const std::string& address) {
    auto database = connect(address, {{"issue", "SELECT issue($1, $2)"}});
    while (const auto question = queue_.pop()) {
      postgres::Params params;
      params.int8(question->policy.value).int8(question->user.value);
      const postgres::Rows rows = query(database, "issue", params);
      const std::int64_t sequence = postgres::Columns(rows[0]).int8();
      const Verdict verdict{*question,
                            sequence > 0    ? Code::Success
                            : sequence == 0 ? Code::SoldOut
                                            : Code::AlreadyIssued,
                            sequence > 0 ? sequence : -sequence};
      sink_.decided({&verdict, 1});
    }
  }

  VerdictSink& sink_;
  QuestionQueue queue_;
  std::vector<std::jthread> threads_;
};

}  // namespace

std::unique_ptr<Gate> make_hot_row_gate(const GateSettings& settings, VerdictSink& sink) {
  return std::make_unique<HotRowGate>(settings, sink);
}

}  // namespace firstcome::peers
