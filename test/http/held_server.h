#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "api/server.h"
#include "journal/record_json.h"
#include "store/simulated/simulated_store.h"
#include "test/http/http_client.h"

namespace firstcome::test {

/// A journal whose appends the test acknowledges.
class HeldJournal : public journal::Journal {
 public:
  struct Held {
    std::uint64_t token = 0;
    Partition partition = 0;
    std::string value;
    journal::AcknowledgementSink* sink = nullptr;  ///< of the worker that appended
  };

  std::string identity() override { return "held"; }
  std::int32_t partitions() override { return 1; }
  Result<journal::Bounds> bounds(Partition) override { return journal::Bounds{}; }
  Result<std::unique_ptr<journal::Follower>> follow(Partition, Offset) override;
  std::unique_ptr<journal::Appender> make_appender(journal::AcknowledgementSink& sink) override;
  std::unique_ptr<journal::GaplessAppender> make_gapless_appender(journal::AcknowledgementSink&) override {
    return nullptr;
  }

  /// Waits for the next append, in order.
  Held next();
  void acknowledge(const Held& held, journal::AppendOutcome outcome, std::optional<Offset> offset = {});
  void set_full(bool full);
  /// While true, a worker that appends waits inside the journal and does nothing else.
  void set_stuck(bool stuck);
  void wait_until_stuck();
  void let_one_pass();

 private:
  friend class HeldAppender;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Held> held_;
  std::size_t taken_ = 0;
  bool full_ = false;
  bool stuck_ = false;
  int may_pass_ = 0;
  std::condition_variable changed_;
  int waiting_workers_ = 0;
};

/// A server with one worker of users and without a node: the test plays the journal, the replica and the store.
class HeldServer : public testing::Test {
 protected:
  HeldServer();
  ~HeldServer() override;
  void start();

  /// Delivers the decision of this append, at `offset`.
  void decide(const HeldJournal::Held& held, Code code, Offset offset);
  /// Extends the tail of the partition up to and including `offset` with this code.
  void grow_tail(Offset offset, Code code);
  static std::string issue_path() { return "/v1/policies/7/coupons"; }

  api::ServerSettings settings_;
  replica::PolicySnapshots snapshots_{1};
  replica::DecidedLog log_{0, 16};
  HeldJournal journal_;
  std::mt19937_64 chance_{1};
  store::SimulatedStore store_;
  replica::AnswerRoutes routes_;
  std::unique_ptr<api::Server> server_;
  std::unique_ptr<HttpClient> client_;
};

}  // namespace firstcome::test
