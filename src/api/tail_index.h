#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "replica/decided_log.h"

namespace firstcome::api {

/// The coupons of one partition's tail by user, so that a question does not read the whole tail. Used by one thread.
class TailIndex {
 public:
  /// Adds the new decisions of the log, and drops the chunks that the log has dropped.
  void follow(const replica::DecidedLog& log);
  /// Only drops chunks, to free their memory between questions.
  void trim(const replica::DecidedLog& log);
  /// True if it has all decisions from `offset` on.
  [[nodiscard]] bool reaches(Offset offset) const { return loaded_ && offset >= begin_; }
  /// The user's coupons, the newest first.
  template <class Visit>
  void each(UserId user, Visit visit) const {
    const auto newest = newest_.find(user);
    if (newest == newest_.end()) return;
    for (std::uint64_t number = newest->second; number >= first_;) {
      const Entry& entry = entries_[number - first_];
      visit(*entry.coupon);
      number = entry.previous;
    }
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    const Coupon* coupon;
    std::uint64_t previous;  ///< of the same user; below first_: none
  };
  void take(const replica::DecidedLog::Tail& tail);

  bool loaded_ = false;
  std::uint64_t life_ = 0;
  Offset begin_ = 0;
  Offset end_ = 0;                                            ///< all decisions below it were added
  std::deque<std::shared_ptr<const replica::Chunk>> chunks_;  ///< own the coupons
  std::deque<Entry> entries_;                                 ///< in journal order
  std::uint64_t first_ = 1;                                   ///< the number of entries_.front()
  IdMap<UserId, std::uint64_t> newest_;                       ///< the number of each user's newest entry
};

}  // namespace firstcome::api
