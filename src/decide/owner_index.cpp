#include "decide/owner_index.h"

#include <algorithm>
#include <bit>

namespace firstcome::decide {
namespace {

constexpr unsigned kFewestBits = 4;

constexpr std::size_t most_taken(std::size_t capacity) { return capacity / 4 * 3; }

}  // namespace

void OwnerIndex::put(Slot* free, std::uint64_t hash, Row row) {
  const bool full = slots_ == nullptr || taken_ == most_taken(capacity());
  if (full || shared_) {
    resize(slots_ == nullptr ? kFewestBits : bits_ + (full ? 1U : 0U));
    free = probe(hash, [](Row) { return false; });
  }
  *free = {tag_of(hash), row};
  ++taken_;
}

void OwnerIndex::resize(unsigned bits) {
  const std::shared_ptr<Slot[]> old = std::move(slots_);
  const std::size_t old_capacity = old == nullptr ? 0 : capacity();
  bits_ = static_cast<std::uint8_t>(bits);
  slots_ = std::make_shared<Slot[]>(capacity());
  shared_ = false;
  for (std::size_t i = 0; i < old_capacity; ++i) {
    if (old[i].row == 0) continue;
    std::size_t index = home_of(old[i].tag);
    while (slots_[index].row != 0) index = next(index);
    slots_[index] = old[i];
  }
}

void OwnerIndex::reserve(std::size_t rows) {
  if (rows == 0) return;
  unsigned bits = kFewestBits;
  while (most_taken(std::size_t{1} << bits) < rows) ++bits;
  resize(bits);
}

}  // namespace firstcome::decide
