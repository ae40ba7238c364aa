#include "api/inbox.h"

#include <algorithm>

namespace firstcome::api {

void Inbox::Mail::clear() {
  answers.clear();
  acknowledgements.clear();
  places.clear();
  questions.clear();
}

template <class Put>
void Inbox::deliver(Put put) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    put(mail_);
    wake = !std::exchange(woken_, true);
  }
  if (wake) wake_();
}

void Inbox::answered(std::span<const replica::Answer> answers) {
  deliver([&](Mail& mail) { mail.answers.insert(mail.answers.end(), answers.begin(), answers.end()); });
}

void Inbox::place_decided(Partition, Offset, std::uint64_t token) {
  deliver([&](Mail& mail) { mail.places.push_back(token); });
}

void Inbox::acknowledged(std::span<const journal::Acknowledgement> acknowledgements) {
  const bool all_appended = std::ranges::all_of(
      acknowledgements, [](const auto& one) { return one.outcome == journal::AppendOutcome::Appended; });
  const auto put = [&](Mail& mail) {
    mail.acknowledgements.insert(mail.acknowledgements.end(), acknowledgements.begin(),
                                 acknowledgements.end());
  };
  if (!all_appended) return deliver(put);
  const std::lock_guard lock(mutex_);
  put(mail_);
}

void Inbox::question_answered(admission::Caller caller, QuestionAnswer answer) {
  deliver([&](Mail& mail) { mail.questions.emplace_back(caller, std::move(answer)); });
}

void Inbox::take(Mail& mail) {
  mail.clear();
  const std::lock_guard lock(mutex_);
  std::swap(mail, mail_);
  woken_ = false;
}

}  // namespace firstcome::api
