#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "admission/admission.h"
#include "api/queries.h"
#include "metrics/counter.h"
#include "thread/periodic_thread.h"

namespace firstcome::api {

/// Takes answers to questions; called on the query thread, must not block.
class QuestionSink {
 public:
  virtual ~QuestionSink() = default;
  virtual void question_answered(admission::Caller caller, QuestionAnswer answer) = 0;
};

/// The one thread of the edge that talks to the store, so that no worker ever waits for it.
class QueryThread {
 public:
  QueryThread(store::Store& store, std::vector<replica::DecidedLog*> logs,
              const replica::PolicySnapshots& snapshots, Era era, std::size_t most);
  ~QueryThread();

  /// The error: the store cannot be read.
  Status start();
  /// Drops what is still queued, and takes no more. The one under way may take as long as the store does.
  void give_up();
  /// Gives up, and waits for the thread.
  void stop();

  /// False: too many wait already. `sink` must outlive this thread.
  bool try_ask(admission::Caller caller, Question question, QuestionSink& sink);
  /// What went wrong with the store.
  [[nodiscard]] const metrics::ErrorCounter& errors() const { return errors_; }

 private:
  struct Asked {
    admission::Caller caller;
    Question question;
    QuestionSink* sink;
  };
  Instant step();
  QuestionAnswer answer(const Question& question);
  QuestionAnswer ask_store(const Question& question);
  QuestionAnswer answer_from(store::Reader& reader, const Question& question);

  store::Store& store_;
  const std::vector<replica::DecidedLog*> logs_;
  const replica::PolicySnapshots& snapshots_;
  const Era era_;
  const std::size_t most_;
  std::vector<TailIndex> tails_;           ///< the thread's own
  Instant let_go_at_{};                    ///< the thread's own
  std::unique_ptr<store::Reader> reader_;  ///< the thread's own; replaced after an error
  metrics::ErrorCounter errors_;           ///< written by the thread

  std::mutex mutex_;
  std::deque<Asked> asked_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::api
