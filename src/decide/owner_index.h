#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "decide/prefetch.h"
#include "domain/ids.h"

namespace firstcome::decide {

/// Maps the hash of a user to a row number: open addressing over slots of eight bytes, at most three quarters
/// full. A slot has half of the hash and no user, so the caller compares the user in the row.
class OwnerIndex {
 public:
  /// Number of a row, 1-based.
  using Row = std::uint32_t;

  /// The row of the user; 0 if there is none. `is_users` returns true if a row belongs to the user; it is
  /// called for rows with an equal hash.
  template <class IsUsers>
  [[nodiscard]] Row find(std::uint64_t hash, IsUsers is_users) const {
    const Slot* slot = probe(hash, is_users);
    return slot == nullptr ? 0 : slot->row;
  }
  /// As find(); if there is none, adds `row` as the row of the user and returns 0.
  template <class IsUsers>
  Row find_or_add(std::uint64_t hash, Row row, IsUsers is_users) {
    Slot* const slot = probe(hash, is_users);
    if (slot != nullptr && slot->row != 0) return slot->row;
    put(slot, hash, row);
    return 0;
  }
  /// `row` becomes the row of the user. Returns the row before; 0 if there was none.
  template <class IsUsers>
  Row set(std::uint64_t hash, Row row, IsUsers is_users) {
    Slot* slot = probe(hash, is_users);
    if (slot == nullptr || slot->row == 0) {
      put(slot, hash, row);
      return 0;
    }
    if (shared_) {
      resize(bits_);
      slot = probe(hash, is_users);
    }
    return std::exchange(slot->row, row);
  }
  /// The row that most likely belongs to the user, without a comparison of users; 0 if there is none.
  [[nodiscard]] Row guess(std::uint64_t hash) const {
    return find(hash, [](Row) { return true; });
  }
  /// Prefetches the first slot that a search reads.
  void prefetch(std::uint64_t hash) const {
    if (slots_ != nullptr) prefetch_memory(&slots_[home_of(tag_of(hash))]);
  }
  /// The index must be empty.
  void reserve(std::size_t rows);
  /// Call before a copy: the next addition copies the slots, so copies of this index never change.
  void share() { shared_ = true; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    Row row = 0;  ///< 0: free
  };

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  /// Slots are ordered by tag, so a resize reads and writes both tables from front to back.
  [[nodiscard]] std::size_t home_of(std::uint32_t tag) const { return tag >> (32 - bits_); }
  [[nodiscard]] std::size_t next(std::size_t index) const { return (index + 1) & (capacity() - 1); }
  [[nodiscard]] std::size_t capacity() const { return std::size_t{1} << bits_; }

  /// The slot of the user, or the free slot for the user. Null while the table is empty.
  template <class IsUsers>
  [[nodiscard]] Slot* probe(std::uint64_t hash, IsUsers is_users) const {
    if (slots_ == nullptr) return nullptr;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t index = home_of(tag);; index = next(index)) {
      Slot& slot = slots_[index];
      if (slot.row == 0 || (slot.tag == tag && is_users(slot.row))) return &slot;
    }
  }
  void put(Slot* free, std::uint64_t hash, Row row);
  void resize(unsigned bits);

  std::shared_ptr<Slot[]> slots_;
  std::uint32_t taken_ = 0;
  std::uint8_t bits_ = 0;  ///< log2 of the number of slots
  bool shared_ = false;    ///< true if copies use slots_ too
};

}  // namespace firstcome::decide
