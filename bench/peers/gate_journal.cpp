#include "bench/peers/gate_journal.h"

#include "journal/record_json.h"

namespace firstcome::peers {
namespace {

class GateAppender final : public journal::Appender {
 public:
  explicit GateAppender(Gate& gate) : gate_(gate) {}

  bool try_append(const journal::Append& append) override {
    decoder_.decode({.key = append.key, .value = append.value}, kNewestRules, record_);
    const auto* request = std::get_if<IssueRequest>(&record_.content);
    if (request == nullptr) return false;
    gate_.ask({append.token, request->policy, request->user});
    return true;
  }

 private:
  Gate& gate_;
  journal::RecordDecoder decoder_;
  Record record_;
};

}  // namespace

std::unique_ptr<journal::Appender> GateJournal::make_appender(journal::AcknowledgementSink&) {
  return std::make_unique<GateAppender>(gate_);
}

}  // namespace firstcome::peers
