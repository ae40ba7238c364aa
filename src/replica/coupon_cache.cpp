#include "replica/coupon_cache.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <new>
#include <thread>

#include "decide/prefetch.h"

namespace firstcome::replica {
namespace {

constexpr std::size_t kWays = 3;
/// Attempts to read a set that is being changed. A change takes some nanoseconds.
constexpr int kReads = 4;
/// Sets that are prefetched ahead of the one that is written.
constexpr std::size_t kAhead = 8;
constexpr int kTimeBits = 48;
constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << kTimeBits) - 1;

/// Words are written with release and read with acquire, so a reader that sees a word of a change also sees the odd
/// version that the change began with. On x86-64 both are plain moves.
std::uint64_t read(const std::uint64_t& word) {
  return std::atomic_ref(const_cast<std::uint64_t&>(word)).load(std::memory_order_acquire);
}
void write(std::uint64_t& word, std::uint64_t value) {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

}  // namespace

/// Two cache lines. All zero: empty.
struct CouponCache::Set {
  /// A coupon as five words. A policy of 0: none.
  struct Entry {
    std::uint64_t policy;
    std::uint64_t user;
    std::uint64_t ordinal_and_issued_at;  ///< milliseconds up to the year 9999 fit in 48 bits
    std::uint64_t as_of;
    std::uint64_t sequence_and_load;  ///< sequences fit in 32 bits: kMaxCountLimit

    [[nodiscard]] bool is_of(PolicyId of_policy, UserId of_user) const {
      return read(policy) == static_cast<std::uint64_t>(of_policy.value) &&
             read(user) == static_cast<std::uint64_t>(of_user.value);
    }
    void put(const CachedCoupon& coupon) {
      write(policy, static_cast<std::uint64_t>(coupon.policy.value));
      write(user, static_cast<std::uint64_t>(coupon.user.value));
      write(ordinal_and_issued_at, static_cast<std::uint64_t>(coupon.ordinal) << kTimeBits |
                                       static_cast<std::uint64_t>(to_millis(coupon.issued_at)));
      write(as_of, static_cast<std::uint64_t>(coupon.as_of));
      write(sequence_and_load, static_cast<std::uint64_t>(coupon.sequence) << 32 | coupon.load);
    }
    [[nodiscard]] CachedCoupon coupon(PolicyId of_policy, UserId of_user) const {
      const std::uint64_t both = read(sequence_and_load);
      const std::uint64_t ordinal_and_time = read(ordinal_and_issued_at);
      return {.policy = of_policy,
              .user = of_user,
              .sequence = static_cast<std::int64_t>(both >> 32),
              .ordinal = static_cast<std::int32_t>(ordinal_and_time >> kTimeBits),
              .issued_at = from_millis(static_cast<std::int64_t>(ordinal_and_time & kTimeMask)),
              .as_of = static_cast<Offset>(read(as_of)),
              .load = static_cast<std::uint32_t>(both)};
    }
  };

  std::uint64_t version;  ///< odd while a thread changes the set
  std::array<Entry, kWays> entries;

  /// The version before the change; nothing while another thread changes the set.
  std::optional<std::uint64_t> try_begin() {
    std::uint64_t now = std::atomic_ref(version).load(std::memory_order_relaxed);
    if (now % 2 != 0) return std::nullopt;
    if (!std::atomic_ref(version).compare_exchange_strong(now, now + 1, std::memory_order_acquire)) {
      return std::nullopt;
    }
    return now;
  }
  void end(std::uint64_t began_at) { write(version, began_at + 2); }

  Entry* find(PolicyId policy, UserId user) {
    for (Entry& entry : entries) {
      if (entry.is_of(policy, user)) return &entry;
    }
    return nullptr;
  }
};

void CouponCache::Unmap::operator()(Set* sets) const { ::munmap(sets, bytes); }

CouponCache::CouponCache(std::size_t bytes) : count_(bytes / sizeof(Set)) {
  static_assert(sizeof(Set) == 128);
  if (count_ == 0) return;
  void* const memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  sets_ = {static_cast<Set*>(memory), Unmap{bytes}};
}

std::size_t CouponCache::capacity() const { return count_ * kWays; }

/// IdHash has a key of the process, so callers cannot choose users that share a set.
CouponCache::Set& CouponCache::set_of(PolicyId policy, UserId user) const {
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t hash = std::rotl(std::uint64_t{IdHash{}(policy)}, 29) ^ IdHash {}(user);
  return sets_[static_cast<std::size_t>(static_cast<Wide>(hash) * count_ >> 64)];
}

std::optional<CachedCoupon> CouponCache::find(PolicyId policy, UserId user) const {
  if (!enabled()) return std::nullopt;
  Set& set = set_of(policy, user);
  for (int i = 0; i < kReads; ++i) {
    const std::uint64_t version = read(set.version);
    if (version % 2 != 0) continue;
    const Set::Entry* const entry = set.find(policy, user);
    std::optional<CachedCoupon> found;
    if (entry != nullptr) found = entry->coupon(policy, user);
    if (read(set.version) == version) return found;
  }
  return std::nullopt;
}

void CouponCache::put(const CachedCoupon& coupon) {
  if (!enabled()) return;
  Set& set = set_of(coupon.policy, coupon.user);
  const auto version = set.try_begin();
  if (!version) return;
  Set::Entry* entry = set.find(coupon.policy, coupon.user);
  if (entry == nullptr) entry = set.find(PolicyId{}, UserId{});
  if (entry == nullptr) entry = &set.entries[*version / 2 % kWays];
  entry->put(coupon);
  set.end(*version);
}

void CouponCache::put(std::span<const CachedCoupon> coupons) {
  if (!enabled()) return;
  const auto prefetch = [&](std::size_t i) {
    decide::prefetch_memory(&set_of(coupons[i].policy, coupons[i].user), sizeof(Set));
  };
  for (std::size_t i = 0; i < std::min(kAhead, coupons.size()); ++i) prefetch(i);
  for (std::size_t i = 0; i < coupons.size(); ++i) {
    if (i + kAhead < coupons.size()) prefetch(i + kAhead);
    put(coupons[i]);
  }
}

}  // namespace firstcome::replica
