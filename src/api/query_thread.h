#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "admission/admission.h"
#include "api/queries.h"
#include "metrics/counter.h"
#include "net/turns.h"
#include "thread/periodic_thread.h"

namespace firstcome::api {

/// Receives the answers. Called on the query thread; must not block.
class QuestionSink {
 public:
  virtual ~QuestionSink() = default;
  virtual void question_answered(admission::Caller caller, QuestionAnswer answer) = 0;
};

/// Reads the store for the workers, so that none of them waits for the store.
class QueryThread {
 public:
  struct Settings {
    std::string name;      ///< of the thread
    std::size_t most = 1;  ///< waiting questions
    /// False: for rare questions. The store has no session of this thread between them.
    bool stays_connected = true;
  };
  QueryThread(store::Store& store, std::vector<replica::DecidedLog*> logs,
              const replica::PolicySnapshots& snapshots, Era era, const CouponCodes& codes,
              const Settings& settings);
  ~QueryThread();

  /// The error: the store cannot be read.
  Status start();
  /// Drops the queued questions and accepts no more. The current question may still take as long as the store needs.
  void give_up();
  /// Calls give_up() and waits for the thread.
  void stop();

  /// Questions are answered in turns between addresses. False: too many questions are waiting, or one address has half of
  /// them. `sink` must outlive this thread.
  bool try_ask(admission::Caller caller, const net::PeerAddress& from, const Question& question,
               QuestionSink& sink);
  /// Errors of the store.
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
  const Settings settings_;
  CodeLookup codes_;                       ///< only the thread uses it
  std::vector<TailIndex> tails_;           ///< only the thread uses it
  Instant trim_at_{};                      ///< only the thread uses it
  std::unique_ptr<store::Reader> reader_;  ///< only the thread uses it; replaced after an error
  metrics::ErrorCounter errors_;           ///< written by the thread

  std::mutex mutex_;
  net::Turns<Asked> asked_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::api
