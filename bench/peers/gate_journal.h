#pragma once

#include <memory>
#include <string>

#include "bench/peers/gate.h"
#include "journal/journal.h"

namespace firstcome::peers {

/// Gives the edge a gate in the place of a journal: a record that it appends is a question to the gate. The gate's verdict
/// then comes to the edge as the decision of that record.
class GateJournal final : public journal::Journal {
 public:
  explicit GateJournal(Gate& gate) : gate_(gate) {}

  std::string identity() override { return "gate"; }
  std::int32_t partitions() override { return 1; }
  Result<journal::Bounds> bounds(Partition) override { return journal::Bounds{}; }
  Result<std::unique_ptr<journal::Follower>> follow(Partition, Offset) override {
    return Error{Error::Kind::Permanent, "a gate cannot be followed"};
  }
  std::unique_ptr<journal::Appender> make_appender(journal::AcknowledgementSink& sink) override;
  std::unique_ptr<journal::GaplessAppender> make_gapless_appender(journal::AcknowledgementSink&) override {
    return nullptr;
  }

 private:
  Gate& gate_;
};

}  // namespace firstcome::peers
