#include "api/memory_return.h"

#include <malloc.h>

#include <utility>

namespace firstcome::api {
namespace {

/// Less is not worth the time in which malloc_trim() locks an arena.
constexpr std::size_t kWorthwhile = 16UL * 1024 * 1024;
/// After a return: what was freed since then. So the last part of a burst is returned, too.
constexpr std::size_t kWorthwhileAgain = 1024UL * 1024;
constexpr milliseconds kBetweenReturns{2'000};
/// malloc_trim() does not return the free end of an arena: free() does, above this size. glibc raises it up to 64 MiB per
/// arena as soon as a large block is freed; a fixed value stays (mallopt(3)).
constexpr int kFreeEndMost = 4 * 1024 * 1024;
/// Without it, a fixed kFreeEndMost would give each block from 128 KiB on a mapping of its own.
constexpr int kOwnMapping = 4 * 1024 * 1024;
/// No "fast bins": small freed blocks would be joined with their neighbours only within malloc_trim(), and what is joined
/// with the free end of an arena there stays. Each thread's own cache of small blocks (tcache) is not affected.
constexpr int kFastMost = 0;

}  // namespace

MemoryReturn::MemoryReturn() : thread_("edge-memory", [this] { return step(); }) {
  ::mallopt(M_TRIM_THRESHOLD, kFreeEndMost);
  ::mallopt(M_MMAP_THRESHOLD, kOwnMapping);
  ::mallopt(M_MXFAST, kFastMost);
}

void MemoryReturn::freed(std::size_t bytes) {
  const std::size_t before = bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (before < kWorthwhile && before + bytes >= kWorthwhile) thread_.wake();
}

Instant MemoryReturn::step() {
  if (std::chrono::steady_clock::now() < next_) return next_;
  const std::size_t enough = std::exchange(again_, false) ? kWorthwhileAgain : kWorthwhile;
  if (bytes_.load(std::memory_order_relaxed) < enough) return Instant::max();
  bytes_.store(0, std::memory_order_relaxed);
  ::malloc_trim(0);
  again_ = true;
  next_ = std::chrono::steady_clock::now() + kBetweenReturns;
  return next_;
}

}  // namespace firstcome::api
