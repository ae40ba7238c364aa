#include "decide/holders.h"

namespace firstcome::decide {
namespace {

const Holding* find_in(const HoldingMap& holdings, UserId user) {
  const auto found = holdings.find(user);
  return found == holdings.end() ? nullptr : &found->second;
}

}  // namespace

const Holding* find(const FrozenHoldings& layers, UserId user) {
  for (const auto& layer : layers) {
    if (const Holding* holding = find_in(*layer, user)) return holding;
  }
  return nullptr;
}

const Holding* Holders::find(UserId user) const {
  if (const Holding* holding = find_in(live_, user)) return holding;
  return frozen_.empty() ? nullptr : decide::find(frozen_, user);
}

const FrozenHoldings& Holders::freeze() {
  if (live_.empty()) return frozen_;
  // A layer at most as large as the one on top of it is merged into it, so layers at least double in
  // size downwards and there are at most log2(holders) of them. Readers may hold the old ones: copy.
  while (!frozen_.empty() && frozen_.back()->size() <= live_.size()) {
    live_.insert(frozen_.back()->begin(), frozen_.back()->end());
    frozen_.pop_back();
  }
  frozen_.push_back(std::make_shared<const HoldingMap>(std::move(live_)));
  live_ = HoldingMap{};
  return frozen_;
}

std::size_t Holders::size() const {
  std::size_t size = live_.size();
  for (const auto& layer : frozen_) size += layer->size();
  return size;
}

void Holders::clear() {
  frozen_.clear();
  live_ = HoldingMap{};
}

}  // namespace firstcome::decide
