#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "api/calls.h"
#include "api/figures.h"
#include "api/inbox.h"
#include "api/server.h"
#include "net/event_loop.h"
#include "net/http_connection.h"

namespace firstcome::api {

/// Connections open now, of all workers. Counted apart, so that users, however many, keep no operator out.
struct OpenConnections {
  std::atomic<std::size_t> users{0};
  std::atomic<std::size_t> admin{0};
  std::atomic<std::size_t>& of(bool of_admin) { return of_admin ? admin : users; }
};

/// What all workers of a server share.
struct WorkerShared {
  const ServerSettings& settings;
  const ServerParts& parts;
  const TicketSeal& seal;
  const journal::RecordSeal& record_seal;
  QueryThread& queries;
  ScrapeThread& scrapes;
  Readiness& readiness;
  std::atomic<bool>& draining;
  OpenConnections& connections;
};

/// One thread with its event loop, its connections, its appender and its admission.
class Worker final : public net::HttpConnectionOwner, public Callers, public admission::ValidationSink {
 public:
  Worker(WorkerShared shared, std::uint32_t sender, int number);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] std::uint32_t sender() const { return sender_; }
  replica::AnswerSink& inbox() { return inbox_; }
  net::EventLoop& loop() { return loop_; }

  // --- from any thread
  void start();
  /// Takes over an accepted socket, counted in `connections` already.
  void adopt(int native_socket, bool admin);
  /// Calls `idle`, once and on the worker's thread, when no accepted request is without its answer.
  void when_idle(std::function<void()> idle);
  /// Closes every connection and ends the thread.
  void stop();
  [[nodiscard]] const WorkerCounters& counters() const { return counters_; }

  // --- on the worker's thread
  net::Handled handle(net::HttpConnection& connection) override;
  void refuse(net::HttpConnection& connection, net::RequestError error, std::string_view detail) override;
  void done(net::HttpConnection& connection) override;
  void go_on_later(net::HttpConnection& connection) override;
  void closed(net::HttpConnection& connection) override;
  Exchange* find(admission::Caller caller) override;
  void answer(admission::Caller caller) override;
  void validated(std::uint64_t token, const admission::Stored* stored) override;

 private:
  std::optional<admission::Validation::Parts> validation();
  void run();
  void on_mail();
  void go_on();
  /// Ends waits, as long as anybody waits.
  void tick();
  /// Ends connections that do nothing.
  void sweep();
  void turn_over(Instant ended);
  /// Looks at the clocks. Once for many requests: two looks cost a tenth of what a request does.
  void see_clocks();

  const WorkerShared shared_;
  const std::uint32_t sender_;
  const int number_;
  net::EventLoop loop_;
  Now now_;  ///< when the batch, mail or timer under way began
  Inbox inbox_;
  std::unique_ptr<journal::Appender> appender_;  ///< gone before the inbox it acknowledges to
  Inbox::Mail mail_;
  WorkerCounters counters_;
  std::unique_ptr<admission::Validator> validator_;  ///< null: admission asks the snapshots
  Calls calls_;
  bool ticking_ = false;
  std::uint64_t sweeps_ = 0;

  struct Slot {
    Slot(net::HttpConnectionOwner& owner, net::ConnectionLimits limits, std::uint32_t number)
        : connection(owner, exchange, limits, number) {}
    Exchange exchange;
    net::HttpConnection connection;
  };
  [[nodiscard]] Exchange& exchange_of(const net::HttpConnection& connection) {
    return slots_[connection.slot()]->exchange;
  }
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<net::HttpConnection*> to_go_on_;
  std::vector<net::HttpConnection*> going_on_;  ///< within go_on(); the two keep their memory
  std::uint64_t requests_ = 0;                  ///< so far; makes each caller's name new
  std::size_t handling_ = 0;                    ///< accepted and not answered
  std::function<void()> idle_;
  std::thread thread_;
};

}  // namespace firstcome::api
