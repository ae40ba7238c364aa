#pragma once

#include <deque>
#include <functional>

#include "admission/postgres/connector.h"
#include "admission/validator.h"
#include "net/event_loop.h"
#include "postgres/libpq_handles.h"

namespace firstcome::admission {

/// One connection at an edge thread's loop, in libpq's pipeline mode (manual, chapter 34.5): what is asked in
/// a turn of the loop goes out together, and answers come in the order of asking. Lost, it is made anew.
class Pipeline final : public net::ReadySocket {
 public:
  struct Limits {
    std::size_t most = 2'000;        ///< questions without an answer
    milliseconds stuck_after{200};   ///< an answer outstanding for so long: nothing more is asked
    milliseconds lost_after{5'000};  ///< for so long: the connection is given up
  };
  Pipeline(net::EventLoop& loop, Connector& connector, ValidationSink& sink, const Limits& limits,
           const std::function<void(const Error&)>& report);
  ~Pipeline() override;

  Validator::Asked ask(std::uint64_t token, Partition home, PolicyId policy, UserId user, Instant now);
  void send();
  void on_time(Instant now);
  /// Questions without an answer.
  [[nodiscard]] std::size_t waiting() const { return questions_.size(); }

  void ready(std::uint32_t events) override;

 private:
  struct Question {
    std::uint64_t token = 0;
    PolicyId policy;
    Instant asked_at{};
  };
  void connect();
  void connected(postgres::ConnectionHandle handle);
  [[nodiscard]] bool is_overdue(Instant now, milliseconds after) const {
    return !questions_.empty() && questions_.front().asked_at + after <= now;
  }
  void flush();
  void read();
  bool readable() const;
  void take_results();
  void take(postgres::ResultHandle result);
  /// Gives the connection up, and tells everybody who waits for it.
  void lose();

  net::EventLoop& loop_;
  Connector& connector_;
  ValidationSink& sink_;
  const Limits limits_;
  const std::function<void(const Error&)>& report_;

  postgres::ConnectionHandle handle_;
  std::deque<Question> questions_;  ///< without an answer, in the order of asking
  bool unsent_ = false;             ///< asked since the last send()
  bool broken_ = false;             ///< found while asking; lose() is for later
  bool troubled_ = false;           ///< an error was reported, and nothing was answered since
};

}  // namespace firstcome::admission
