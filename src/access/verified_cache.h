#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "access/credentials.h"

namespace firstcome::access {

/// Credentials that were accepted, by a keyed 128-bit hash of their text, so a caller cannot choose two that collide.
/// Bounded: kEntries of a fixed size, and kMaxPolicyBytes for the lists of policies. Memory is taken at the first
/// insertion. A lookup does not allocate.
class VerifiedCache {
 public:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kSets = 4096;
  static constexpr std::size_t kEntries = kWays * kSets;
  static constexpr std::size_t kMaxPolicyBytes = std::size_t{2} << 20;
  /// Everything that one cache may hold: about 6 MB.
  static std::size_t max_bytes();

  VerifiedCache();

  /// Null if `credential` is not in it, or has expired. Valid until the next call.
  const Caller* find(std::string_view credential, Timestamp now);
  /// After a find() of the same credential that returned null. It takes the place of an expired one or of the oldest of its
  /// set.
  const Caller* insert(Credentials::Verified verified);
  void clear();
  [[nodiscard]] std::size_t bytes() const;

 private:
  using Tag = std::array<std::uint64_t, 2>;
  struct Entry {
    Caller caller;
    Timestamp expires{};
  };
  [[nodiscard]] std::size_t first_of_set() const { return (sought_[0] % kSets) * kWays; }
  void drop(std::size_t at);

  std::array<unsigned char, 16> key_{};
  Tag sought_{};           ///< of the last find()
  std::vector<Tag> tags_;  ///< all zero: free. Apart from entries_, so that a set is two cache lines.
  std::vector<Entry> entries_;
  std::size_t policy_bytes_ = 0;
  unsigned turn_ = 0;  ///< which way is replaced next
};

}  // namespace firstcome::access
