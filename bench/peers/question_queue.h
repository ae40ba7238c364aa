#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "bench/peers/gate.h"

namespace firstcome::peers {

/// Questions for threads that each handle one at a time. Thread-safe.
class QuestionQueue {
 public:
  void push(const Question& question) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(question);
    }
    changed_.notify_one();
  }
  /// Waits for a question. Nothing: closed, and no question is left.
  std::optional<Question> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    const Question first = waiting_.front();
    waiting_.pop_front();
    return first;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Question> waiting_;
  bool closed_ = false;
};

}  // namespace firstcome::peers
