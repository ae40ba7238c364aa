#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "api/access_lines.h"
#include "api/calls.h"
#include "api/figures.h"
#include "api/inbox.h"
#include "api/memory_return.h"
#include "api/open_connections.h"
#include "api/request_spans.h"
#include "api/server.h"
#include "net/event_loop.h"
#include "net/http_connection.h"
#include "net/turns.h"

namespace firstcome::api {

/// What all workers of a server share.
struct WorkerShared {
  const ServerSettings& settings;
  const ServerParts& parts;
  const TicketCodec& tickets;
  const CouponCodes& codes;
  const journal::RecordMac& record_mac;
  QueryThread& queries;
  QueryThread& counts;
  ScrapeThread& scrapes;
  Readiness& readiness;
  std::atomic<bool>& draining;
  OpenConnections& connections;
  access::RateLimiter& wrong_credentials;
  MemoryReturn& memory;
  Limits& limits;
};

/// One thread with its event loop, its connections, its appender and its admission.
class Worker final : public net::HttpConnectionOwner, public Callers, public admission::ValidationSink {
 public:
  /// `name`: of its thread.
  Worker(WorkerShared shared, std::uint32_t sender, std::string name);
  ~Worker() override;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] std::uint32_t sender() const { return sender_; }
  replica::AnswerSink& inbox() { return inbox_; }
  net::EventLoop& loop() { return loop_; }

  // --- from any thread
  void start();
  /// Takes ownership of an accepted socket that `connections` already counts.
  void adopt(int native_socket, bool admin, const net::PeerAddress& peer);
  /// Closes the longest idle ones of the connections of `surplus.client`: this worker's share of surplus.to_close. Then
  /// calls `closed` on the worker's thread, with their number.
  void make_room(const OpenConnections::Surplus& surplus, std::function<void(std::size_t)> closed);
  /// Calls `idle` once, on the worker's thread, when every accepted request has its response.
  void when_idle(std::function<void()> idle);
  /// Closes every connection and ends the thread.
  void stop();
  void add_to(Figures& figures) const;
  /// It moves when its loop runs what another thread posts.
  void add_to(thread::Pulse& pulse);

  // --- on the worker's thread
  net::Handled handle(net::HttpConnection& connection) override;
  void refuse(net::HttpConnection& connection, net::RequestError error, std::string_view detail) override;
  void done(net::HttpConnection& connection) override;
  void go_on_later(net::HttpConnection& connection) override;
  void freed(std::size_t bytes) override { shared_.memory.freed(bytes); }
  void closed(net::HttpConnection& connection) override;
  void handshake_ended(net::TlsSession::Handshake how) override { counters_.handshake_ended(how); }
  Exchange* find(admission::Caller caller) override;
  void answer(admission::Caller caller) override;
  void validated(std::uint64_t token, const admission::Stored* stored) override;

 private:
  std::optional<admission::Validation::Parts> validation();
  void run();
  /// Counts a request that was handled. Later: the worker's ticks watch its deadline.
  net::Handled handled(net::Handled handled, const Exchange& exchange);
  void on_mail();
  /// Lets the connections in turns_ go on, for half a millisecond.
  void take_turns();
  void take_turn(net::HttpConnection& connection);
  std::size_t close_longest_idle(const OpenConnections::Surplus& surplus);
  /// Answers requests at their deadline. Repeats while requests wait.
  void tick();
  /// Closes connections at their timeouts.
  void sweep();
  void turn_over(Instant ended);
  /// Counts and logs a response that is sent in the turn that read the request.
  void answered_at_once(const Exchange& exchange);
  /// Reads both clocks once for many requests, because reading them costs 10 % of a request.
  void read_clocks();

  const WorkerShared shared_;
  const std::uint32_t sender_;
  const std::string name_;
  net::EventLoop loop_;
  Now now_;  ///< when the current turn of the loop began
  Inbox inbox_;
  std::unique_ptr<journal::Appender>
      appender_;  ///< destroyed before the inbox that receives its acknowledgements
  Inbox::Mail mail_;
  WorkerCounters counters_;
  std::optional<AccessLines> access_lines_;  ///< nothing: no access log
  RequestSpans spans_;
  std::unique_ptr<admission::Validator> validator_;  ///< null: admission refuses by the policy snapshots
  Calls calls_;
  bool ticking_ = false;
  std::uint64_t sweeps_ = 0;

  struct Slot {
    Slot(net::HttpConnectionOwner& owner, net::ConnectionLimits limits, std::uint32_t number)
        : connection(owner, exchange, limits, number) {}
    Exchange exchange;
    net::HttpConnection connection;
    bool waits_for_turn = false;
    net::PeerAddress accepted_from;  ///< not the client that a proxy names
  };
  [[nodiscard]] Exchange& exchange_of(const net::HttpConnection& connection) {
    return slots_[connection.slot()]->exchange;
  }
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<std::uint32_t> free_slots_;
  net::Turns<net::HttpConnection*> turns_;
  bool turns_posted_ = false;
  std::uint64_t requests_ = 0;  ///< makes the number of each caller unique
  std::size_t handling_ = 0;    ///< accepted and not answered
  std::function<void()> idle_;
  std::thread thread_;
};

}  // namespace firstcome::api
