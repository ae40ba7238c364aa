#include "app/relay_sender.h"

#include <algorithm>

namespace firstcome::app {

std::size_t RelaySender::send(std::span<const replica::Relay> relays, milliseconds most) {
  if (!appender_) appender_ = journal_.make_gapless_appender(*this);
  {
    const std::lock_guard lock(mutex_);
    first_token_ = next_token_;
    fates_.assign(relays.size(), Fate::Open);
  }
  std::size_t taken = 0;
  while (taken < relays.size() && append(relays[taken], next_token_)) {
    ++taken;
    ++next_token_;
  }
  std::unique_lock lock(mutex_);
  fates_.resize(taken);  // the queue was full behind these
  changed_.wait_for(lock, most, [this] { return settled(); });
  const auto durable =
      std::find_if(fates_.begin(), fates_.end(), [](Fate fate) { return fate != Fate::Durable; });
  const auto count = static_cast<std::size_t>(durable - fates_.begin());
  const bool failed = count < taken;
  lock.unlock();
  if (failed) appender_.reset();
  return count;
}

bool RelaySender::append(const replica::Relay& relay, std::uint64_t token) {
  std::vector<journal::Header> headers;
  headers.reserve(relay.headers.size());
  for (const auto& [key, value] : relay.headers) headers.push_back({key, value});
  journal::Append append;
  append.destination = relay.dead_letter ? journal::Destination::DeadLetters : journal::Destination::Requests;
  append.partition = relay.target;
  append.token = token;
  append.key = relay.key;
  append.value = relay.value;
  append.headers = headers;
  return appender_->try_append(append);
}

void RelaySender::acknowledged(std::span<const journal::Acknowledgement> acknowledgements) {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : acknowledgements) {
      if (one.token < first_token_ || one.token - first_token_ >= fates_.size()) continue;
      Fate& fate = fates_[one.token - first_token_];
      if (fate != Fate::Open) continue;
      fate = one.outcome == journal::AppendOutcome::Appended ? Fate::Durable : Fate::Failed;
    }
  }
  changed_.notify_all();
}

bool RelaySender::settled() const {
  return std::none_of(fates_.begin(), fates_.end(), [](Fate fate) { return fate == Fate::Open; }) ||
         std::any_of(fates_.begin(), fates_.end(), [](Fate fate) { return fate == Fate::Failed; });
}

}  // namespace firstcome::app
