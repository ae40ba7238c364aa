#pragma once

#include <span>
#include <string>
#include <string_view>

#include "load/answer_reader.h"
#include "load/request_log.h"
#include "load/server_address.h"
#include "load/workload.h"
#include "net/event_loop.h"

namespace firstcome::load {

/// One request to be sent.
struct Question {
  enum class What : std::uint8_t { Coupon, Fixed, Ticket };
  What what = What::Coupon;
  Press::Fate fate = Press::Fate::Whole;
  std::uint16_t policy = 0;  ///< index into Plan::policies
  UserId user;
  Tick intended = 0;  ///< when it was to be sent; latency counts from here
  std::string_view ticket{};
};

class ClientConnection;

/// Whoever asks through connections: one thread of the generator. Within none of these calls may the
/// connection be opened again: events of its old socket may still be on their way.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void opened(ClientConnection& connection) = 0;
  /// `error`: errno.
  virtual void not_opened(ClientConnection& connection, int error) = 0;
  /// The connection is free again, or closed if this was the last answer on it.
  virtual void answered(ClientConnection& connection, const Answer& answer) = 0;
  /// The connection is closed. `complaint`: about an unreadable answer.
  virtual void unanswered(ClientConnection& connection, RequestResult why, std::string_view complaint) = 0;
  /// Closed by the server while nothing was asked.
  virtual void ended(ClientConnection& connection) = 0;

  virtual AnswerReader& reader() = 0;
  /// For the bytes of one answer, AnswerReader::kMost and its padding; shared by all, so that 20,000
  /// connections need no memory of their own.
  virtual char* buffer() = 0;
};

/// One client: opens, asks, reads the answer, asks again. On its thread only.
class ClientConnection final : public net::ReadySocket {
 public:
  enum class State : std::uint8_t { Closed, Opening, Free, Waiting };

  /// `number`: which of the process's connections to that server.
  ClientConnection(ConnectionOwner& owner, std::uint8_t server, std::size_t number)
      : owner_(owner), server_(server), number_(number) {}
  ~ClientConnection() override { close(); }
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Begins to connect; the error is errno, and the owner is not told of it again.
  int open(const ServerAddress& server, net::EventLoop& loop, Tick now);
  /// The connection is free. `request`: the whole of it.
  void ask(const Question& question, std::string_view request, Tick now);
  void ready(std::uint32_t events) override;
  void close();
  /// Nothing came for too long: closes, and tells the owner.
  void give_up();

  [[nodiscard]] State state() const { return state_; }
  /// Since when it is opening or waiting.
  [[nodiscard]] Tick since() const { return since_; }
  [[nodiscard]] std::uint8_t server() const { return server_; }
  [[nodiscard]] const Question& question() const { return question_; }
  bool queued = false;  ///< the owner's: among the free ones

 private:
  void finish_opening(std::uint32_t events);
  void receive(bool end_in_sight);
  void whole(const Answer& answer, bool end_in_sight);
  void fail(RequestResult why, std::string_view complaint = {});
  /// As when a phone goes out of reach: what the server still sends meets nobody.
  void reset();

  ConnectionOwner& owner_;
  const std::uint8_t server_;
  const std::size_t number_;
  int native_ = -1;
  State state_ = State::Closed;
  Tick since_ = 0;
  Question question_;
  std::string partial_;  ///< the beginning of an answer
};

}  // namespace firstcome::load
