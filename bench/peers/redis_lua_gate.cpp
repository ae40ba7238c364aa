// A gate of one Lua script, issue_coupon.lua. Keys: coupon:{policy}:users, a set; coupon:{policy}:stock, a number, set when the
// policy is created.
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/peers/gates.h"
#include "bench/peers/issue_coupon.h"
#include "bench/peers/redis.h"
#include "bench/peers/stop.h"

namespace firstcome::peers {
namespace {

class RedisLuaGate final : public Gate {
 public:
  RedisLuaGate(const GateSettings& settings, VerdictSink& sink)
      : sink_(sink),
        max_count_(settings.max_count),
        redis_(settings.redis),
        users_("coupon:" + std::to_string(settings.policy.value) + ":users"),
        stock_("coupon:" + std::to_string(settings.policy.value) + ":stock"),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    redis_.call({"SET", stock_, std::to_string(max_count_), "NX"});
    script_ = redis_.call({"SCRIPT", "LOAD", issue_coupon_script()})->str;
    redis_.make_non_blocking();
    thread_ = std::thread([this] { run(); });
  }

  ~RedisLuaGate() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    wake();
    thread_.join();
    ::close(wake_);
  }
  RedisLuaGate(const RedisLuaGate&) = delete;
  RedisLuaGate& operator=(const RedisLuaGate&) = delete;

  void ask(const Question& question) override {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = arrived_.empty();
      arrived_.push_back(question);
    }
    if (first) wake();
  }

 private:
  void wake() const {
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) stop("cannot wake the thread of Redis");
  }

  void run() {
    bool sent = true;
    for (;;) {
      pollfd waits[] = {{wake_, POLLIN, 0},
                        {redis_.socket(), static_cast<short>(sent ? POLLIN : POLLIN | POLLOUT), 0}};
      if (::poll(waits, 2, -1) < 0) continue;
      if ((waits[0].revents & POLLIN) != 0 && !take()) return;
      sent = redis_.flush();
      if ((waits[1].revents & POLLIN) != 0) answer();
    }
  }

  /// Sends the questions that have arrived. False: closed, and there are none.
  bool take() {
    std::uint64_t count = 0;
    if (::read(wake_, &count, sizeof count) < 0) return true;
    {
      const std::lock_guard lock(mutex_);
      taken_.swap(arrived_);
      if (taken_.empty() && waiting_.empty() && closed_) return false;
    }
    for (const Question& question : taken_) {
      redis_.queue({"EVALSHA", script_, "2", users_, stock_, std::to_string(question.user.value)});
      waiting_.push_back(question);
    }
    taken_.clear();
    return true;
  }

  void answer() {
    redis_.receive();
    verdicts_.clear();
    while (const Reply reply = redis_.next()) {
      const std::int64_t stock = reply->integer;
      verdicts_.push_back({waiting_.front(),
                           stock > 0    ? Code::Success
                           : stock == 0 ? Code::SoldOut
                                        : Code::AlreadyIssued,
                           stock > 0 ? max_count_ - stock + 1 : 0});
      waiting_.pop_front();
    }
    sink_.decided(verdicts_);
    const std::lock_guard lock(mutex_);
    if (closed_) wake();
  }

  VerdictSink& sink_;
  const std::int64_t max_count_;
  Redis redis_;
  const std::string users_;
  const std::string stock_;
  std::string script_;  ///< its SHA-1
  const int wake_;      ///< an eventfd
  std::thread thread_;

  // Only the thread uses these.
  std::vector<Question> taken_;
  std::deque<Question> waiting_;  ///< in the order of the replies
  std::vector<Verdict> verdicts_;

  std::mutex mutex_;  // guards everything below
  std::vector<Question> arrived_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Gate> make_redis_lua_gate(const GateSettings& settings, VerdictSink& sink) {
  return std::make_unique<RedisLuaGate>(settings, sink);
}

}  // namespace firstcome::peers
