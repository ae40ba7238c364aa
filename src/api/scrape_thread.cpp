#include "api/scrape_thread.h"

namespace firstcome::api {
namespace {

constexpr std::size_t kMostAsked = 16;

}  // namespace

ScrapeThread::ScrapeThread(std::function<std::string()> write)
    : write_(std::move(write)), thread_("edge-scrape", [this] { return step(); }) {}

void ScrapeThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    asked_.clear();
  }
  thread_.stop();
}

bool ScrapeThread::try_ask(admission::Caller caller, QuestionSink& sink) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || asked_.size() >= kMostAsked) return false;
    asked_.emplace_back(caller, &sink);
  }
  thread_.wake();
  return true;
}

Instant ScrapeThread::step() {
  Asked all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(asked_);
  }
  if (all.empty()) return Instant::max();
  const std::string page = write_();
  for (const auto& [caller, sink] : all) sink->question_answered(caller, MetricsPage{page});
  return {};
}

}  // namespace firstcome::api
