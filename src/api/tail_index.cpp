#include "api/tail_index.h"

#include <algorithm>

namespace firstcome::api {

void TailIndex::follow(const replica::DecidedLog& log) {
  const replica::DecidedLog::Tail tail = log.tail_from(life_, end_);
  take(tail);
  for (const auto& chunk : tail.chunks) {
    for (const Coupon& coupon : chunk->coupons) {
      const std::uint64_t number = first_ + entries_.size();
      std::uint64_t& newest = newest_[coupon.user];
      entries_.push_back({&coupon, newest});
      newest = number;
    }
    end_ = chunk->end();
    chunks_.push_back(chunk);
  }
}

void TailIndex::trim(const replica::DecidedLog& log) {
  if (!chunks_.empty()) take(log.tail_from(life_, INT64_MAX));
}

/// Takes over the beginning of the tail. After a reload of the partition (another life) everything is dropped.
void TailIndex::take(const replica::DecidedLog::Tail& tail) {
  if (tail.life != life_) {
    *this = TailIndex{};
    life_ = tail.life;
    end_ = tail.begin;
  }
  loaded_ = tail.loaded;
  begin_ = tail.begin;
  while (!chunks_.empty() && chunks_.front()->end() <= begin_) {
    for (const Coupon& coupon : chunks_.front()->coupons) {
      const auto newest = newest_.find(coupon.user);
      if (newest->second == first_) newest_.erase(newest);
      entries_.pop_front();
      ++first_;
    }
    chunks_.pop_front();
  }
  if (chunks_.empty()) end_ = std::max(end_, begin_);
}

}  // namespace firstcome::api
