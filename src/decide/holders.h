#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome::decide {

/// What a user holds: the sequence number and when it was issued.
struct Holding {
  std::int64_t sequence = 0;
  Timestamp issued_at;
};

using HoldingMap = IdMap<UserId, Holding>;

/// Holdings that will never change, shared with other threads, the newest last.
using FrozenLayers = std::vector<std::shared_ptr<const HoldingMap>>;

/// A part of a policy's holders. Grows by `find_or_add`; `freeze` hands everything over by pointer, and what
/// is added after that goes to a new layer. Layers merge so that there are never more than a few.
class HolderShard {
 public:
  [[nodiscard]] const Holding* find(UserId user) const;
  const Holding* find_or_add(UserId user, Holding holding) {
    if (!frozen_.empty()) {
      if (const Holding* held = find_frozen(user)) return held;
    }
    const auto [place, added] = live_.try_emplace(user, holding);
    return added ? nullptr : &place->second;
  }
  const FrozenLayers& freeze();
  void reserve(std::size_t holders) { live_.reserve(holders); }
  /// `take` is called with each user and holding.
  template <class Take>
  void each(Take take) const {
    for (const auto& layer : frozen_) {
      for (const auto& [user, holding] : *layer) take(user, holding);
    }
    for (const auto& [user, holding] : live_) take(user, holding);
  }

 private:
  [[nodiscard]] const Holding* find_frozen(UserId user) const;

  FrozenLayers frozen_;
  HoldingMap live_;
};

/// The holders of one policy as they were when frozen. Immutable, so any thread may read it.
class FrozenHolders {
 public:
  explicit FrozenHolders(std::vector<FrozenLayers> shards) : shards_(std::move(shards)) {}
  /// Null for a user who holds nothing.
  [[nodiscard]] const Holding* find(UserId user) const;

 private:
  std::vector<FrozenLayers> shards_;
};

/// The holders of one policy. A map that doubles costs 29 to 57 bytes a holder and stands still while
/// millions move. So many holders are in many maps, of sizes that are spread over an octave: at any time few
/// of them have just doubled, a holder costs 43 bytes at most, and what moves at once is less than a
/// hundredth of all.
class Holders {
 public:
  /// Null for a user who holds nothing. Valid until the next one is added.
  [[nodiscard]] const Holding* find(UserId user) const;
  /// What the user holds already, or null: then `holding` is theirs now. One probe for both questions.
  const Holding* find_or_add(UserId user, Holding holding);
  /// Everything added so far, immutable from now on. Costs pointers, but for the merging of small layers.
  std::shared_ptr<const FrozenHolders> freeze();
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Makes room for that many. Only while there are none.
  void reserve(std::size_t holders);
  void clear() { *this = Holders{}; }

 private:
  void spread();

  std::vector<HolderShard> shards_{1};  // one, or as many as large policies have
  std::size_t size_ = 0;
  std::shared_ptr<const FrozenHolders> frozen_;  // null once something was added to what it shows
};

}  // namespace firstcome::decide
