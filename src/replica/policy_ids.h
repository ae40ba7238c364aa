#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "domain/ids.h"

namespace firstcome::replica {

/// The ids of all policies, eight bytes each: open addressing over atomic words. find() takes no lock,
/// because callers can request any number of ids. One thread at a time adds.
class PolicyIds {
 public:
  enum class Known : std::uint8_t {
    No,
    InMemory,
    IdOnly,  ///< closed and saved: everything else is in the store only
  };

  PolicyIds();

  /// Any thread.
  [[nodiscard]] Known find(PolicyId policy) const;
  /// Any thread.
  [[nodiscard]] std::size_t id_only() const { return id_only_.load(std::memory_order_relaxed); }
  /// One thread at a time. `known` is not No.
  void set(PolicyId policy, Known known);

 private:
  /// A word is an id (InMemory), a negative id (IdOnly), or 0 (free).
  struct Table {
    explicit Table(std::size_t size) : mask(size - 1), words(new std::atomic<std::int64_t>[size] {}) {}
    [[nodiscard]] std::atomic<std::int64_t>& word_of(std::int64_t id) const;
    std::size_t mask;
    std::unique_ptr<std::atomic<std::int64_t>[]> words;
  };
  void grow();

  std::atomic<const Table*> table_;
  std::size_t taken_ = 0;
  std::atomic<std::size_t> id_only_{0};
  /// The last one is in use. Another thread may still read an earlier one; together those are as large as the
  /// last.
  std::vector<std::unique_ptr<const Table>> tables_;
};

}  // namespace firstcome::replica
