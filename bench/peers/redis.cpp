#include "bench/peers/redis.h"

#include <fcntl.h>

#include <array>
#include <charconv>

#include "bench/peers/stop.h"

namespace firstcome::peers {
namespace {

/// The words in the form of hiredis.
struct Words {
  explicit Words(std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
      texts[count] = word.data();
      sizes[count++] = word.size();
    }
  }
  static constexpr std::size_t kMost = 12;
  std::array<const char*, kMost> texts{};
  std::array<std::size_t, kMost> sizes{};
  std::size_t count = 0;
};

}  // namespace

Redis::Redis(const std::string& address) {
  const auto colon = address.rfind(':');
  int port = 0;
  if (colon != std::string::npos)
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  context_.reset(redisConnect(address.substr(0, colon).c_str(), port));
  if (!context_ || context_->err != 0)
    stop("Redis at " + address + ": " + (context_ ? context_->errstr : "no memory"));
}

Reply Redis::checked(void* reply) const {
  if (reply == nullptr) stop(std::string("Redis: ") + context_->errstr);
  Reply checked(static_cast<redisReply*>(reply));
  if (checked->type == REDIS_REPLY_ERROR) stop(std::string("Redis: ") + checked->str);
  return checked;
}

Reply Redis::call(std::initializer_list<std::string_view> words) {
  Words all(words);
  return checked(
      redisCommandArgv(context_.get(), static_cast<int>(all.count), all.texts.data(), all.sizes.data()));
}

void Redis::queue(std::initializer_list<std::string_view> words) {
  Words all(words);
  redisAppendCommandArgv(context_.get(), static_cast<int>(all.count), all.texts.data(), all.sizes.data());
}

bool Redis::flush() {
  int done = 0;
  if (redisBufferWrite(context_.get(), &done) != REDIS_OK) stop(std::string("Redis: ") + context_->errstr);
  return done != 0;
}

void Redis::receive() {
  if (redisBufferRead(context_.get()) != REDIS_OK) stop(std::string("Redis: ") + context_->errstr);
}

Reply Redis::next() {
  void* reply = nullptr;
  if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK)
    stop(std::string("Redis: ") + context_->errstr);
  return reply == nullptr ? nullptr : checked(reply);
}

void Redis::make_non_blocking() {
  const int flags = ::fcntl(context_->fd, F_GETFL);
  if (flags < 0 || ::fcntl(context_->fd, F_SETFL, flags | O_NONBLOCK) < 0)
    stop("cannot change the socket of Redis");
  context_->flags &= ~REDIS_BLOCK;
}

}  // namespace firstcome::peers
