#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "domain/ids.h"

namespace firstcome::replica {

/// The ids of all policies that there are, eight bytes each: open addressing over atomic words. Any thread
/// finds without a lock, because callers may ask for any number of ids; one thread at a time adds.
class PolicyIds {
 public:
  enum class Known : std::uint8_t {
    No,
    InMemory,
    IdOnly,  ///< closed and saved: the rest is in the store
  };

  PolicyIds();

  /// Any thread.
  [[nodiscard]] Known find(PolicyId policy) const;
  /// Any thread.
  [[nodiscard]] std::size_t id_only() const { return id_only_.load(std::memory_order_relaxed); }
  /// One thread at a time. `known` is not No.
  void set(PolicyId policy, Known known);

 private:
  /// A word is an id, the negative of one of which only the id is known, or 0: free.
  struct Table {
    explicit Table(std::size_t size) : mask(size - 1), words(new std::atomic<std::int64_t>[size] {}) {}
    [[nodiscard]] std::atomic<std::int64_t>& place_of(std::int64_t id) const;
    std::size_t mask;
    std::unique_ptr<std::atomic<std::int64_t>[]> words;
  };
  void grow();

  std::atomic<const Table*> table_;
  std::size_t taken_ = 0;
  std::atomic<std::size_t> id_only_{0};
  /// The last one is in use. Finders may still be in those before it, which together are as large as it is.
  std::vector<std::unique_ptr<const Table>> tables_;
};

}  // namespace firstcome::replica
