#pragma once

#include <deque>
#include <functional>

#include "admission/postgres/connector.h"
#include "admission/validator.h"
#include "net/event_loop.h"
#include "postgres/libpq_handles.h"

namespace firstcome::admission {

/// One connection in the loop of an edge thread, in libpq's pipeline mode (manual, chapter 34.5): the questions of one turn
/// of the loop are sent together, and answers arrive in the order of the questions. A lost connection is replaced.
class Pipeline final : public net::ReadySocket {
 public:
  struct Limits {
    std::size_t most = 2'000;        ///< questions without an answer
    milliseconds stuck_after{200};   ///< after this time without an answer, no more questions are sent
    milliseconds lost_after{5'000};  ///< after this time the connection is closed
  };
  Pipeline(net::EventLoop& loop, Connector& connector, ValidationSink& sink, const Limits& limits,
           const std::function<void(const Error&)>& report);
  ~Pipeline() override;

  Validator::Sent ask(const Question& question, Instant now);
  void send();
  void on_time(Instant now);
  /// Questions without an answer.
  [[nodiscard]] std::size_t waiting() const { return questions_.size(); }

  void ready(std::uint32_t events) override;

 private:
  struct Asked {
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
  /// Closes the connection and answers all its questions with null.
  void lose();

  net::EventLoop& loop_;
  Connector& connector_;
  ValidationSink& sink_;
  const Limits limits_;
  const std::function<void(const Error&)>& report_;

  postgres::ConnectionHandle handle_;
  std::deque<Asked> questions_;  ///< without an answer, in order
  bool unsent_ = false;          ///< there are questions since the last send()
  bool broken_ = false;          ///< found in ask(); send() or on_time() then calls lose()
  bool troubled_ = false;        ///< an error was reported, and there was no answer since
};

}  // namespace firstcome::admission
