#include "api/scrape_thread.h"

#include <pthread.h>

namespace firstcome::api {
namespace {

constexpr std::size_t kMostAsked = 16;

}  // namespace

void ScrapeThread::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "edge-scrape");
    run();
  });
}

void ScrapeThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    asked_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool ScrapeThread::try_ask(admission::Caller caller, QuestionSink& sink) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || asked_.size() >= kMostAsked) return false;
    asked_.emplace_back(caller, &sink);
  }
  changed_.notify_one();
  return true;
}

void ScrapeThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !asked_.empty(); });
    if (stopping_) return;
    const Asked all = std::exchange(asked_, {});
    lock.unlock();
    const std::string page = write_();
    for (const auto& [caller, sink] : all) sink->question_answered(caller, MetricsPage{page});
    lock.lock();
  }
}

}  // namespace firstcome::api
