#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "load/arrival_schedule.h"
#include "load/connection_pool.h"
#include "load/precise_timer.h"
#include "load/request_recorder.h"
#include "load/request_text.h"
#include "load/workload.h"
#include "net/event_loop.h"

namespace firstcome::load {

/// One thread of the generator with its connections. It works in phases: connect, run, follow up. A caller starts each
/// phase, and its future is ready when the phase ends.
class Driver final : public ConnectionOwner {
 public:
  Driver(const Plan& plan, std::span<const ServerAddress> servers, int thread);
  ~Driver() override;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // --- on the thread that constructed it
  /// `own_files`: with a separate table of open files, so that the limit of the process applies to this thread alone.
  /// False: the kernel refuses the separate table.
  bool start(bool own_files);
  /// Opens as many connections as possible.
  std::future<void> connect();
  /// Begins at time `at`. Ends when every sent request has a response or has failed.
  std::future<void> run(Tick at);
  /// Sends these requests once each, as fast as responses come.
  std::future<void> follow_up(std::vector<PlannedRequest> requests);
  /// The counts since the last call.
  Interval take_interval();
  /// Ends the phase early: sends no more, but waits for pending responses.
  void stop_sending();
  /// Closes every connection and ends the thread.
  void stop();

  // --- between two phases
  [[nodiscard]] const Tally& tally() const { return recorder_.tally(); }
  [[nodiscard]] const RequestLog& request_log() const { return recorder_.request_log(); }
  /// The time of the run's last response.
  [[nodiscard]] Tick last_answer() const { return recorder_.last_answer(); }

  // --- after stop()
  [[nodiscard]] const std::vector<ServerErrors>& errors() const { return pool_.errors(); }

  // --- on its own thread
  void on_connected(ClientConnection& connection) override;
  void on_connect_failed(ClientConnection& connection, int error) override;
  void on_response(ClientConnection& connection, const Response& response) override;
  void on_no_response(ClientConnection& connection, RequestResult why, std::string_view error) override;
  void on_closed(ClientConnection& connection) override;
  ResponseReader& reader() override { return reader_; }
  char* buffer() override { return buffer_.data(); }

 private:
  enum class Phase : std::uint8_t { None, Connecting, Running, FollowingUp };

  std::future<void> begin(Phase phase, std::function<void()> work);
  void read_clock();
  /// Sends all requests that are due, and ends the phase if it is finished.
  void proceed();
  bool send_next();
  std::optional<PlannedRequest> next_request();
  ClientConnection* idle_connection();
  void set_idle(ClientConnection& connection);
  void reconnect(ClientConnection& connection);
  /// After a SUCCESS of the run: the command for its coupon.
  void add_command(const PlannedRequest& request, const Response& response);
  void end_phase_if_finished();
  void check_timeouts();

  const Plan& plan_;
  const std::span<const ServerAddress> servers_;
  net::EventLoop loop_;
  PreciseTimer timer_;
  ConnectionPool pool_;
  ArrivalSchedule schedule_;
  Workload workload_;
  CouponUse coupon_use_;
  RequestText text_;
  RequestRecorder recorder_;
  ResponseReader reader_;
  std::vector<char> buffer_;

  std::vector<std::unique_ptr<ClientConnection>> connections_;
  std::deque<ClientConnection*> idle_;  ///< may contain some that are no longer idle
  int connected_ = 0;                   ///< idle or waiting
  int waiting_ = 0;
  Tick connected_at_ = 0;  ///< the last time with a connection

  Phase phase_ = Phase::None;
  std::promise<void> finished_;
  std::deque<PlannedRequest> follow_ups_;
  std::deque<PlannedRequest>
      commands_;  ///< of coupons that were won, to send as soon as a connection is free
  Tick now_ = 0;
  std::thread thread_;
};

}  // namespace firstcome::load
