#pragma once

#include <hiredis/hiredis.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace firstcome::peers {

struct ReplyFree {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyFree>;

/// A connection to Redis for one thread. Every failure, and every error reply, ends the process.
class Redis {
 public:
  /// `address`: host:port.
  explicit Redis(const std::string& address);

  /// Sends a command and waits for its reply.
  Reply call(std::initializer_list<std::string_view> words);
  /// Adds a command to those that flush() sends.
  void queue(std::initializer_list<std::string_view> words);
  /// Sends what the socket accepts. True: everything is sent.
  bool flush();
  /// Reads what the socket has. Only after poll(2) has reported input.
  void receive();
  /// The next complete reply that was received; null: none.
  Reply next();
  [[nodiscard]] int socket() const { return context_->fd; }
  void make_non_blocking();

 private:
  Reply checked(void* reply) const;
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  std::unique_ptr<redisContext, Free> context_;
};

}  // namespace firstcome::peers
