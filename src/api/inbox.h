#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "api/query_thread.h"
#include "journal/journal.h"
#include "replica/answer.h"

namespace firstcome::api {

/// The queue from other threads to a worker: answers of the partitions, acknowledgements of the journal, answers of the
/// query thread. Several deliveries cause one wake-up.
class Inbox final : public replica::AnswerSink, public journal::AcknowledgementSink, public QuestionSink {
 public:
  struct Mail {
    std::vector<replica::Answer> answers;
    std::vector<journal::Acknowledgement> acknowledgements;
    std::vector<std::uint64_t> places;  ///< tokens
    std::vector<std::pair<admission::Caller, QuestionAnswer>> questions;

    void clear();
  };

  /// `wake`: makes the worker call take() soon; called from any thread, with no lock held.
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void answered(std::span<const replica::Answer> answers) override;
  void place_decided(Partition partition, Offset offset, std::uint64_t token) override;
  /// Does not wake the worker for appended records: their answers follow at once and wake it, and a caller that gets a 202
  /// waits for the worker's next tick. Waking a worker twice per commit cost 10 % of a request.
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;
  void question_answered(admission::Caller caller, QuestionAnswer answer) override;

  /// Swaps the queue with `mail`, so that both keep their memory.
  void take(Mail& mail);

 private:
  template <class Put>
  void deliver(Put put);

  const std::function<void()> wake_;
  std::mutex mutex_;
  Mail mail_;           // guarded by mutex_
  bool woken_ = false;  // guarded by mutex_: wake_ was called, take() was not yet
};

}  // namespace firstcome::api
