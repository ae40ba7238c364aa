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
#include "load/ledger.h"
#include "load/precise_timer.h"
#include "load/request_text.h"
#include "net/event_loop.h"

namespace firstcome::load {

/// One thread of the generator with its connections. It works in phases, each begun from outside and ended by
/// itself: connect, then run, then ask again.
class Driver final : public ConnectionOwner {
 public:
  Driver(const Plan& plan, std::span<const ServerAddress> servers, int thread);
  ~Driver() override;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // --- from the thread that made it
  /// `own_files`: with a table of open files of its own, so that the process's limit holds for it alone.
  /// False: the kernel does not let it.
  bool start(bool own_files);
  /// The future is ready when the connections are open, as many as can be.
  std::future<void> connect();
  /// Begins at that time of the steady clock; ready when all that was sent has been answered or given up.
  std::future<void> run(Tick at);
  /// Asks these once each, as fast as answers come.
  std::future<void> ask_again(std::vector<Question> questions);
  /// What happened since it was last taken.
  Interval take_interval();
  /// Ends the phase early: what is on its way is waited for.
  void stop_asking();
  /// Closes every connection and ends the thread.
  void stop();

  // --- between two phases
  [[nodiscard]] const Tally& tally() const { return ledger_.tally(); }
  [[nodiscard]] const RequestLog& request_log() const { return ledger_.request_log(); }
  /// When the last answer of the run came.
  [[nodiscard]] Tick last_answer() const { return ledger_.last_answer(); }

  // --- once it is stopped
  [[nodiscard]] const std::vector<ServerTrouble>& troubles() const { return pool_.troubles(); }

  // --- on the thread
  void opened(ClientConnection& connection) override;
  void not_opened(ClientConnection& connection, int error) override;
  void answered(ClientConnection& connection, const Answer& answer) override;
  void unanswered(ClientConnection& connection, RequestResult why, std::string_view complaint) override;
  void ended(ClientConnection& connection) override;
  AnswerReader& reader() override { return reader_; }
  char* buffer() override { return buffer_.data(); }

 private:
  enum class Phase : std::uint8_t { Rest, Connecting, Running, AskingAgain };

  std::future<void> begin(Phase phase, std::function<void()> work);
  void look_at_clock();
  /// Sends what may be sent, and ends the phase when there is nothing more to come.
  void go_on();
  bool send_next();
  std::optional<Question> next_question();
  ClientConnection* free_connection();
  void set_free(ClientConnection& connection);
  void lose(ClientConnection& connection);
  void end_phase_if_over();
  void sweep();

  const Plan& plan_;
  const std::span<const ServerAddress> servers_;
  net::EventLoop loop_;
  PreciseTimer timer_;
  ConnectionPool pool_;
  ArrivalSchedule pace_;
  Workload workload_;
  RequestText requests_;
  Ledger ledger_;
  AnswerReader reader_;
  std::vector<char> buffer_;

  std::vector<std::unique_ptr<ClientConnection>> connections_;
  std::deque<ClientConnection*> free_;  ///< may hold some that are free no more
  int connected_ = 0;                   ///< free or waiting
  int waiting_ = 0;
  Tick connected_at_ = 0;  ///< when there was last a connection

  Phase phase_ = Phase::Rest;
  std::promise<void> over_;
  std::deque<Question> questions_;  ///< of AskingAgain
  Tick now_ = 0;
  std::thread thread_;
};

}  // namespace firstcome::load
