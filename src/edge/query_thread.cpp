#include "edge/query_thread.h"

#include <pthread.h>

#include <utility>

namespace firstcome::edge {

QueryThread::QueryThread(store::Store& store, std::vector<replica::DecidedLog*> logs, Era era,
                         std::size_t most)
    : store_(store), logs_(std::move(logs)), era_(era), most_(most) {}

QueryThread::~QueryThread() { stop(); }

Status QueryThread::start() {
  auto reader = store_.make_reader();
  if (!reader) return reader.error();
  reader_ = std::move(*reader);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "edge-query");
    run();
  });
  return Done{};
}

void QueryThread::give_up() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  asked_.clear();
  changed_.notify_all();
}

void QueryThread::stop() {
  give_up();
  if (thread_.joinable()) thread_.join();
}

bool QueryThread::try_ask(Caller caller, Question question, QuestionSink& sink) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || asked_.size() >= most_) return false;
    asked_.push_back({caller, std::move(question), &sink});
  }
  changed_.notify_one();
  return true;
}

void QueryThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !asked_.empty(); });
    if (stopping_) return;
    const Asked next = std::move(asked_.front());
    asked_.pop_front();
    lock.unlock();
    next.sink->question_answered(next.caller, answer(next.question));
    lock.lock();
  }
}

QuestionAnswer QueryThread::answer(const Question& question) {
  if (!reader_) {
    auto reader = store_.make_reader();
    if (!reader) {
      errors_.add(reader.error());
      return reader.error();
    }
    reader_ = std::move(*reader);
  }
  QuestionAnswer answer = Queries(*reader_, logs_, era_).answer(question);
  if (const Error* error = std::get_if<Error>(&answer)) {
    errors_.add(*error);
    reader_.reset();
  }
  return answer;
}

}  // namespace firstcome::edge
