// The old design. Keys: coupon:{policy}:lock, coupon:{policy}:winners (a sorted set: user by time of arrival).
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bench/peers/gates.h"
#include "bench/peers/question_queue.h"
#include "bench/peers/redis.h"
#include "bench/peers/stop.h"
#include "bench/peers/tables.h"

namespace firstcome::peers {
namespace {

constexpr std::chrono::seconds kBetweenBatches{3};
constexpr std::string_view kLockMilliseconds = "3000";
/// Between two attempts to take the lock. Tutorials wait 50 to 100 ms.
constexpr milliseconds kRetry{1};
/// Deletes the lock only if it is still this thread's.
constexpr std::string_view kUnlock =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

std::string key_of(PolicyId policy, std::string_view what) {
  return "coupon:" + std::to_string(policy.value) + ":" + std::string(what);
}

std::int64_t now_ms() {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

class RedisLockGate final : public Gate {
 public:
  RedisLockGate(const GateSettings& settings, VerdictSink& sink)
      : settings_(settings),
        sink_(sink),
        lock_(key_of(settings.policy, "lock")),
        winners_(key_of(settings.policy, "winners")) {
    make_tables(settings);
    for (int i = 0; i < settings.threads; ++i) threads_.emplace_back([this, i] { work(i); });
    batches_ = std::jthread([this] { save(); });
  }
  ~RedisLockGate() override {
    queue_.close();
    threads_.clear();
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    closing_.notify_all();
  }
  RedisLockGate(const RedisLockGate&) = delete;
  RedisLockGate& operator=(const RedisLockGate&) = delete;

  void ask(const Question& question) override { queue_.push(question); }

 private:
  void work(int number) {
    Redis redis(settings_.redis);
    const std::string unlock = redis.call({"SCRIPT", "LOAD", kUnlock})->str;
    const std::string owner = std::to_string(::getpid()) + "-" + std::to_string(number);
    while (const auto question = queue_.pop()) {
      while (redis.call({"SET", lock_, owner, "NX", "PX", kLockMilliseconds})->type == REDIS_REPLY_NIL)
        std::this_thread::sleep_for(kRetry);
      const Verdict verdict = decide(redis, *question);
      redis.call({"EVALSHA", unlock, "1", lock_, owner});
      sink_.decided({&verdict, 1});
    }
  }

  Verdict decide(Redis& redis, const Question& question) const {
    const std::string user = std::to_string(question.user.value);
    if (const Reply rank = redis.call({"ZRANK", winners_, user}); rank->type == REDIS_REPLY_INTEGER)
      return {question, Code::AlreadyIssued, rank->integer + 1};
    const std::int64_t issued = redis.call({"ZCARD", winners_})->integer;
    if (issued >= settings_.max_count) return {question, Code::SoldOut, 0};
    redis.call({"ZADD", winners_, std::to_string(now_ms()), user});
    return {question, Code::Success, issued + 1};
  }

  void save() {
    Redis redis(settings_.redis);
    auto database = connect(
        settings_.postgres,
        {{"batch",
          "WITH new AS (INSERT INTO coupon (policy_id, user_id) SELECT $1, unnest($2::text::bigint[]) "
          "ON CONFLICT DO NOTHING RETURNING 1) "
          "UPDATE coupon_policy SET issued_count = issued_count + (SELECT count(*) FROM new) WHERE id = $1"}});
    std::string newest = "-inf";
    for (bool last = false; !last;) {
      {
        std::unique_lock lock(mutex_);
        last = closing_.wait_for(lock, kBetweenBatches, [this] { return closed_; });
      }
      const Reply rows = redis.call({"ZRANGEBYSCORE", winners_, newest, "+inf", "WITHSCORES"});
      std::string users = "{";
      for (std::size_t i = 0; i + 1 < rows->elements; i += 2) {
        if (i > 0) users += ',';
        users += rows->element[i]->str;
        newest = rows->element[i + 1]->str;  // once more in the next batch: others may have the same time
      }
      users += '}';
      postgres::Params params;
      params.int8(settings_.policy.value).text(users);
      query(database, "batch", params);
    }
  }

  const GateSettings settings_;
  VerdictSink& sink_;
  const std::string lock_;
  const std::string winners_;
  QuestionQueue queue_;
  std::mutex mutex_;
  std::condition_variable closing_;
  bool closed_ = false;  // guarded by mutex_
  std::vector<std::jthread> threads_;
  std::jthread batches_;
};

}  // namespace

std::unique_ptr<Gate> make_redis_lock_gate(const GateSettings& settings, VerdictSink& sink) {
  return std::make_unique<RedisLockGate>(settings, sink);
}

}  // namespace firstcome::peers
