#include "journal/gapless_sender.h"

#include <gtest/gtest.h>

namespace firstcome::journal {
namespace {

using Durable = std::vector<bool>;
using enum AppendOutcome;
constexpr milliseconds kPatience{5};

/// Accepts the records of the test, record i in partition i % 2, and settles them when it has the last one.
class SettlingLog {
 public:
  explicit SettlingLog(std::vector<std::optional<AppendOutcome>> fates) : fates_(std::move(fates)) {}

  GaplessSender::MakeAppender make() {
    return [this](AcknowledgementSink& sink) -> Result<std::unique_ptr<GaplessAppender>> {
      ++made;
      return {std::make_unique<Queue>(*this, sink)};
    };
  }
  /// Steps the sender until it has finished; `now` is the time at the end.
  Durable send(GaplessSender& sender) {
    const auto write = [](std::size_t i) {
      Append append;
      append.partition = static_cast<Partition>(i % 2);
      return append;
    };
    EXPECT_TRUE(sender.start(fates_.size(), write, now).ok());
    while (const auto next = sender.step(now)) {
      if (settled) {
        settled = false;
      } else {
        now.steady = *next;
      }
    }
    return sender.finish();
  }
  /// Without a fate the record is never acknowledged.
  void set(std::size_t i, std::optional<AppendOutcome> fate) { fates_[i] = fate; }

  int made = 0;
  bool settled = false;
  Now now{};
  std::size_t room = SIZE_MAX;  ///< capacity of the queue

 private:
  class Queue : public GaplessAppender {
   public:
    Queue(SettlingLog& log, AcknowledgementSink& sink) : log_(log), sink_(sink) {}
    bool try_append(const Append& append) override {
      if (tokens_.size() == log_.room) {
        settle();
        return false;
      }
      tokens_.push_back(append.token);
      if (settled_ + tokens_.size() == log_.fates_.size()) settle();
      return true;
    }

   private:
    void settle() {
      for (const std::uint64_t token : tokens_) {
        const auto fate = log_.fates_[settled_++];
        const Acknowledgement report{.token = token, .outcome = fate.value_or(Appended)};
        if (fate) sink_.acknowledged({&report, 1});
      }
      tokens_.clear();
      if (settled_ == log_.fates_.size()) settled_ = 0;
    }

    SettlingLog& log_;
    AcknowledgementSink& sink_;
    std::vector<std::uint64_t> tokens_;
    std::size_t settled_ = 0;
  };

  std::vector<std::optional<AppendOutcome>> fates_;
};

TEST(AGaplessSender, SendsMoreRecordsThanTheQueueHolds) {
  SettlingLog log(std::vector<std::optional<AppendOutcome>>(5, Appended));
  log.room = 2;
  GaplessSender sender(
      log.make(), [&log] { log.settled = true; }, kPatience);
  EXPECT_EQ(log.send(sender), Durable(5, true));
  EXPECT_EQ(log.send(sender), Durable(5, true));
  EXPECT_EQ(log.made, 1);
}

TEST(AGaplessSender, ReportsTheRecordsOfOtherPartitionsAfterALoss) {
  SettlingLog log({PossiblyPersisted, Appended, NotPersisted, Appended});
  GaplessSender sender(
      log.make(), [&log] { log.settled = true; }, kPatience);
  EXPECT_EQ(log.send(sender), (Durable{false, true, false, true}));
  log.set(0, Appended);
  log.set(2, Appended);
  EXPECT_EQ(log.send(sender), Durable(4, true));
  EXPECT_EQ(log.made, 2) << "an appender is replaced after a loss";
}

TEST(AGaplessSender, StopsWaitingForAnAcknowledgementAfterItsPatience) {
  SettlingLog log({std::nullopt, Appended, std::nullopt});
  GaplessSender sender(
      log.make(), [&log] { log.settled = true; }, kPatience);
  EXPECT_EQ(log.send(sender), (Durable{false, true, false}));
  EXPECT_EQ(log.now.steady, Instant{kPatience});
}

}  // namespace
}  // namespace firstcome::journal
