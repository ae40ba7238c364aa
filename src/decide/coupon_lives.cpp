#include "decide/coupon_lives.h"

#include <cstring>

#include "domain/check.h"

namespace firstcome::decide {
namespace {

/// The bytes of a packed life: a Head, `held_until` if RESERVED, then each reference as two bytes and its text.
struct Head {
  std::uint8_t state : 4;
  std::uint8_t gave_back_place : 4;
  std::uint8_t references;
};
static_assert(sizeof(Head) == 2);

constexpr std::size_t kUnit = sizeof(std::uint64_t);

bool has_hold(const CouponLife& life) { return life.state == CouponState::Reserved; }

std::size_t packed_bytes(const CouponLife& life) {
  std::size_t bytes = sizeof(Head) + (has_hold(life) ? sizeof(std::int64_t) : 0);
  for (const AcceptedReference& reference : life.references) bytes += 2 + reference.text.size();
  return bytes;
}

constexpr std::size_t units_for(std::size_t bytes) { return (bytes + kUnit - 1) / kUnit; }
std::size_t units_of(const CouponLife& life) { return units_for(packed_bytes(life)); }

void pack(const CouponLife& life, std::uint8_t* to) {
  const Head head{.state = static_cast<std::uint8_t>(life.state),
                  .gave_back_place = life.gave_back_place,
                  .references = static_cast<std::uint8_t>(life.references.size())};
  std::memcpy(to, &head, sizeof head);
  to += sizeof head;
  if (has_hold(life)) {
    const std::int64_t held_until = to_millis(life.held_until);
    std::memcpy(to, &held_until, sizeof held_until);
    to += sizeof held_until;
  }
  for (const AcceptedReference& reference : life.references) {
    *to++ = reference.accepted;
    *to++ = static_cast<std::uint8_t>(reference.text.size());
    std::memcpy(to, reference.text.data(), reference.text.size());
    to += reference.text.size();
  }
}

void unpack(const std::uint8_t* from, CouponLife& life) {
  Head head{};
  std::memcpy(&head, from, sizeof head);
  from += sizeof head;
  life.state = static_cast<CouponState>(head.state);
  life.gave_back_place = head.gave_back_place != 0;
  if (has_hold(life)) {
    std::int64_t held_until = 0;
    std::memcpy(&held_until, from, sizeof held_until);
    life.held_until = from_millis(held_until);
    from += sizeof held_until;
  }
  life.references.resize(head.references);
  for (AcceptedReference& reference : life.references) {
    reference.accepted = *from++;
    const std::size_t length = *from++;
    reference.text.assign(reinterpret_cast<const char*>(from), length);
    from += length;
  }
}

/// The units of a packed life, without unpacking it.
std::size_t units_at(const std::uint8_t* const begin) {
  Head head{};
  std::memcpy(&head, begin, sizeof head);
  const std::uint8_t* end = begin + sizeof head;
  if (static_cast<CouponState>(head.state) == CouponState::Reserved) end += sizeof(std::int64_t);
  for (std::uint8_t i = 0; i < head.references; ++i) end += 2 + end[1];
  return units_for(static_cast<std::size_t>(end - begin));
}

}  // namespace

CouponLives::Address CouponLives::address(std::int64_t sequence) const {
  const Address* address = addresses_.find(static_cast<std::size_t>(sequence - 1));
  return address == nullptr ? 0 : *address;
}

CouponLife CouponLives::find(PolicyId policy, std::int64_t sequence) const {
  CouponLife life;
  life.policy = policy;
  life.sequence = sequence;
  if (const Address at = address(sequence); at != 0) {
    unpack(reinterpret_cast<const std::uint8_t*>(&units_[at - 1]), life);
  }
  return life;
}

void CouponLives::put(const CouponLife& life) {
  CHECK(!life.references.empty());
  Address& address = addresses_.at(static_cast<std::size_t>(life.sequence - 1));
  const std::size_t units = units_of(life);
  if (address == 0) {
    ++size_;
    address = take(units);
  } else if (const std::size_t held = units_at(reinterpret_cast<const std::uint8_t*>(&units_[address - 1]));
             held != units) {
    free_[held].push_back(address);
    address = take(units);
  }
  pack(life, reinterpret_cast<std::uint8_t*>(&units_.at(address - 1)));
}

CouponLives::Address CouponLives::take(std::size_t units) {
  if (const auto free = free_.find(units); free != free_.end() && !free->second.empty()) {
    const Address address = free->second.back();
    free->second.pop_back();
    return address;
  }
  while (GrowingRows<std::uint64_t>::left_in_piece(next_unit_) < units) {
    next_unit_ += GrowingRows<std::uint64_t>::left_in_piece(next_unit_);
  }
  const auto address = static_cast<Address>(next_unit_ + 1);
  next_unit_ += units;
  return address;
}

}  // namespace firstcome::decide
