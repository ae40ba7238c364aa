#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "decide/prefetch.h"
#include "domain/ids.h"

namespace firstcome::decide {

/// Where a owner's row is, by the user's hash: open addressing over slots of eight bytes, at most three
/// quarters of them taken. A slot keeps half of the hash and no user, so who asks compares the user in the
/// row.
class OwnerIndex {
 public:
  /// A row's number, from 1.
  using Row = std::uint32_t;

  /// The row that `is_users` says is the user's; 0 for none. `is_users` is asked about rows whose hash
  /// agrees.
  template <class IsUsers>
  [[nodiscard]] Row find(std::uint64_t hash, IsUsers is_users) const {
    const Slot* slot = probe(hash, is_users);
    return slot == nullptr ? 0 : slot->row;
  }
  /// The same, but for none `row` is put down as the user's.
  template <class IsUsers>
  Row find_or_add(std::uint64_t hash, Row row, IsUsers is_users) {
    Slot* const slot = probe(hash, is_users);
    if (slot != nullptr && slot->row != 0) return slot->row;
    put(slot, hash, row);
    return 0;
  }
  /// The row whose user is most likely this one, if any; 0 if none.
  [[nodiscard]] Row guess(std::uint64_t hash) const {
    return find(hash, [](Row) { return true; });
  }
  /// Asks the memory for what a search will look at first, without waiting for it.
  void prefetch(std::uint64_t hash) const {
    if (slots_ != nullptr) prefetch_memory(&slots_[home_of(tag_of(hash))]);
  }
  /// Makes room for that many. Only while there are none.
  void reserve(std::size_t rows);
  /// What copies of this index see will not change any more: the next addition makes its own slots.
  void share() { shared_ = true; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    Row row = 0;  ///< 0: free
  };

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  /// Homes follow the tags' order, so moving all slots to a table twice as large goes from front to back.
  [[nodiscard]] std::size_t home_of(std::uint32_t tag) const { return tag >> (32 - bits_); }
  [[nodiscard]] std::size_t next(std::size_t place) const { return (place + 1) & (capacity() - 1); }
  [[nodiscard]] std::size_t capacity() const { return std::size_t{1} << bits_; }

  /// The user's slot, or the free one where they belong. Null while there is no slot at all.
  template <class IsUsers>
  [[nodiscard]] Slot* probe(std::uint64_t hash, IsUsers is_users) const {
    if (slots_ == nullptr) return nullptr;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t place = home_of(tag);; place = next(place)) {
      Slot& slot = slots_[place];
      if (slot.row == 0 || (slot.tag == tag && is_users(slot.row))) return &slot;
    }
  }
  void put(Slot* free, std::uint64_t hash, Row row);
  void resize(unsigned bits);

  std::shared_ptr<Slot[]> slots_;
  std::uint32_t taken_ = 0;
  std::uint8_t bits_ = 0;  ///< of the place in slots_
  bool shared_ = false;    ///< copies use slots_ too
};

}  // namespace firstcome::decide
