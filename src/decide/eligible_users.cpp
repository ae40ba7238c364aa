#include "decide/eligible_users.h"

#include <utility>

#include "decide/growing_slots.h"
#include "decide/parts.h"
#include "domain/check.h"

namespace firstcome::decide {
namespace {

using namespace growing_slots;
using parts::kParts;
using parts::part_of;

/// From this number of users on, there are kParts parts.
constexpr std::size_t kSpreadListFrom = 65'536;

}  // namespace

/// The slot of the user, or the free slot for the user. There is always a free one.
std::size_t EligibleUsers::Part::find(std::uint64_t hash, UserId user) const {
  std::size_t slot = home_of(hash, capacity);
  while (slots[slot].valid() && slots[slot] != user) slot = next(slot, capacity);
  return slot;
}

void EligibleUsers::Part::resize(std::size_t slots_wanted) {
  const std::shared_ptr<UserId[]> old = std::move(slots);
  const std::size_t old_capacity = std::exchange(capacity, slots_wanted);
  slots = std::make_shared<UserId[]>(capacity);
  shared = false;
  for (std::size_t i = 0; i < old_capacity; ++i) {
    if (old[i].valid()) slots[find(IdHash{}(old[i]), old[i])] = old[i];
  }
}

bool EligibleUsers::contains(UserId user) const {
  const std::uint64_t hash = IdHash{}(user);
  const Part& part = parts_[part_of(hash, parts_.size())];
  return part.capacity > 0 && part.slots[part.find(hash, user)].valid();
}

bool EligibleUsers::add(UserId user) {
  const std::uint64_t hash = IdHash{}(user);
  Part& part = parts_[part_of(hash, parts_.size())];
  if (part.capacity > 0 && part.slots[part.find(hash, user)].valid()) return false;
  if (is_full(part.taken + 1, part.capacity)) {
    part.resize(grown(part.capacity));
  } else if (part.shared) {
    part.resize(part.capacity);
  }
  part.slots[part.find(hash, user)] = user;
  ++part.taken;
  frozen_.reset();
  if (++size_ == kSpreadListFrom && parts_.size() == 1) spread();
  return true;
}

void EligibleUsers::spread() {
  const Part all = std::exchange(parts_, std::vector<Part>(kParts)).front();
  const auto shares = parts::shares_of(size_);
  for (std::size_t part = 0; part < kParts; ++part) parts_[part].resize(slots_for(shares[part]));
  for (std::size_t i = 0; i < all.capacity; ++i) {
    if (!all.slots[i].valid()) continue;
    const std::uint64_t hash = IdHash{}(all.slots[i]);
    Part& part = parts_[part_of(hash, parts_.size())];
    if (is_full(part.taken + 1, part.capacity)) part.resize(grown(part.capacity));
    part.slots[part.find(hash, all.slots[i])] = all.slots[i];
    ++part.taken;
  }
}

void EligibleUsers::reserve(std::size_t users) {
  CHECK(size_ == 0);
  if (users < kSpreadListFrom) return parts_.front().resize(slots_for(users));
  parts_ = std::vector<Part>(kParts);
  const auto shares = parts::shares_of(users);
  for (std::size_t part = 0; part < kParts; ++part) parts_[part].resize(slots_for(shares[part]));
}

std::shared_ptr<const EligibleUsers> EligibleUsers::freeze() {
  if (frozen_ == nullptr) {
    for (Part& part : parts_) part.shared = true;
    frozen_ = std::shared_ptr<const EligibleUsers>(new EligibleUsers(*this));
  }
  return frozen_;
}

}  // namespace firstcome::decide
