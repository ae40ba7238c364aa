#include "decide/holders.h"

#include <array>
#include <cmath>
#include <utility>

#include "domain/check.h"

namespace firstcome::decide {
namespace {

constexpr std::size_t kShards = 256;
/// From so many holders on they are spread over the shards: moving them takes some milliseconds, and
/// smaller policies need no such number of maps.
constexpr std::size_t kSpreadFrom = 65'536;

/// Which part of all users a shard has: from 1 to 2, evenly on the scale on which maps double.
double weight_of(std::size_t shard) {
  return std::exp2(static_cast<double>(shard) / static_cast<double>(kShards));
}

/// Fourteen bits of a user's hash → shard.
using ShardTable = std::array<std::uint16_t, 16384>;

ShardTable make_shard_table() {
  double all = 0;
  for (std::size_t shard = 0; shard < kShards; ++shard) all += weight_of(shard);
  ShardTable table{};
  double sum = 0;
  for (std::size_t shard = 0, next = 0; shard < kShards; ++shard) {
    sum += weight_of(shard);
    const auto end = static_cast<std::size_t>(std::lround(sum / all * static_cast<double>(table.size())));
    for (; next < end; ++next) table[next] = static_cast<std::uint16_t>(shard);
  }
  return table;
}

const ShardTable shard_table = make_shard_table();

std::size_t shard_of(UserId user, std::size_t shards) {
  // Bits that the maps themselves hardly use: they look at the highest and the lowest.
  return shards == 1 ? 0 : shard_table[IdHash{}(user) >> 12 & (shard_table.size() - 1)];
}

const Holding* find_in(const HoldingMap& holdings, UserId user) {
  const auto found = holdings.find(user);
  return found == holdings.end() ? nullptr : &found->second;
}

const Holding* find_in(const FrozenLayers& layers, UserId user) {
  for (const auto& layer : layers) {
    if (const Holding* holding = find_in(*layer, user)) return holding;
  }
  return nullptr;
}

}  // namespace

// --- a shard -----------------------------------------------------------------------------------------

const Holding* HolderShard::find(UserId user) const {
  if (const Holding* holding = find_in(live_, user)) return holding;
  return find_frozen(user);
}

const Holding* HolderShard::find_frozen(UserId user) const { return find_in(frozen_, user); }

const FrozenLayers& HolderShard::freeze() {
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

// --- all of them -------------------------------------------------------------------------------------

const Holding* FrozenHolders::find(UserId user) const {
  return find_in(shards_[shard_of(user, shards_.size())], user);
}

const Holding* Holders::find(UserId user) const { return shards_[shard_of(user, shards_.size())].find(user); }

const Holding* Holders::find_or_add(UserId user, Holding holding) {
  if (const Holding* held = shards_[shard_of(user, shards_.size())].find_or_add(user, holding)) return held;
  if (frozen_ != nullptr) frozen_.reset();
  if (++size_ == kSpreadFrom && shards_.size() == 1) spread();
  return nullptr;
}

void Holders::spread() {
  std::vector<HolderShard> shards(kShards);
  shards_.front().each([&](UserId user, const Holding& holding) {
    shards[shard_of(user, kShards)].find_or_add(user, holding);
  });
  shards_ = std::move(shards);
}

std::shared_ptr<const FrozenHolders> Holders::freeze() {
  if (frozen_ == nullptr) {
    std::vector<FrozenLayers> shards;
    shards.reserve(shards_.size());
    for (HolderShard& shard : shards_) shards.push_back(shard.freeze());
    frozen_ = std::make_shared<const FrozenHolders>(std::move(shards));
  }
  return frozen_;
}

void Holders::reserve(std::size_t holders) {
  CHECK(size_ == 0);
  if (holders < kSpreadFrom) return shards_.front().reserve(holders);
  spread();
  std::array<std::size_t, kShards> parts{};
  for (const std::uint16_t shard : shard_table) ++parts[shard];
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    shards_[shard].reserve(holders * parts[shard] / shard_table.size());
  }
}

}  // namespace firstcome::decide
