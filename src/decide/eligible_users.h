#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "domain/ids.h"

namespace firstcome::decide {

/// The users on the list of one policy: a set that only grows, with open addressing over slots of eight bytes. A large set
/// has many parts, each of which grows by an eighth when seven eighths of its slots are taken, so the slots of a user take 9.1
/// to 10.3 bytes, and no pause is long.
class EligibleUsers {
 public:
  EligibleUsers() = default;
  EligibleUsers(EligibleUsers&&) noexcept = default;
  EligibleUsers& operator=(EligibleUsers&&) noexcept = default;
  ~EligibleUsers() = default;

  [[nodiscard]] bool contains(UserId user) const;
  /// False if the user is on the list already.
  bool add(UserId user);
  /// Makes room for this number of users, of which there are none yet.
  void reserve(std::size_t users);
  [[nodiscard]] std::size_t size() const { return size_; }
  /// An immutable copy, which any thread can read. Copies only pointers. Afterwards each part is copied once, before its
  /// next change.
  std::shared_ptr<const EligibleUsers> freeze();

 private:
  struct Part {
    std::shared_ptr<UserId[]> slots;  ///< 0: free
    std::size_t capacity = 0;
    std::size_t taken = 0;
    bool shared = false;  ///< copies use these slots, too

    [[nodiscard]] std::size_t find(std::uint64_t hash, UserId user) const;
    void resize(std::size_t slots_wanted);
  };

  EligibleUsers(const EligibleUsers&) = default;  // only for freeze()
  void spread();

  std::vector<Part> parts_{1};  ///< 1, or parts::kParts of a large set
  std::size_t size_ = 0;
  std::shared_ptr<const EligibleUsers> frozen_;
};

}  // namespace firstcome::decide
