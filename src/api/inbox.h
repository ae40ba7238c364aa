#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "api/query_thread.h"
#include "journal/journal.h"
#include "replica/answer.h"

namespace firstcome::api {

/// What other threads have for a worker: answers of the partitions, acknowledgements of the journal, answers
/// of the query thread. Many deliveries make one wake-up.
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
  /// Wakes nobody for records that were appended: the answer follows at once and brings both, and who gets a
  /// 202 waits for the worker's next tick. A worker woken twice a commit cost a tenth of a request.
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;
  void question_answered(admission::Caller caller, QuestionAnswer answer) override;

  /// Swaps what has come against `mail`, which gives its memory back.
  void take(Mail& mail);

 private:
  template <class Put>
  void deliver(Put put);

  const std::function<void()> wake_;
  std::mutex mutex_;
  Mail mail_;           // guarded by mutex_
  bool woken_ = false;  // guarded by mutex_: a wake-up is on its way
};

}  // namespace firstcome::api
