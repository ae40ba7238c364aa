#pragma once

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

/// Holdings that will never change, shared with other threads.
using FrozenHoldings = std::vector<std::shared_ptr<const HoldingMap>>;

const Holding* find(const FrozenHoldings& layers, UserId user);

/// The holders of one policy. Grows by `find_or_add`; `freeze` hands everything over by pointer, and what is
/// added after that goes to a new layer. Layers merge so that there are never more than a few.
class Holders {
 public:
  [[nodiscard]] const Holding* find(UserId user) const;
  /// What the user holds already, or null: then `holding` is theirs now. One probe for both questions.
  [[nodiscard]] const Holding* find_or_add(UserId user, Holding holding) {
    if (!frozen_.empty()) {
      if (const Holding* held = decide::find(frozen_, user)) return held;
    }
    const auto [place, added] = live_.try_emplace(user, holding);
    return added ? nullptr : &place->second;
  }
  /// Everything added so far, immutable from now on. O(1) but for the merging of small layers.
  const FrozenHoldings& freeze();
  [[nodiscard]] std::size_t size() const;
  void reserve(std::size_t holders) { live_.reserve(holders); }
  void clear();

 private:
  FrozenHoldings frozen_;
  HoldingMap live_;
};

}  // namespace firstcome::decide
