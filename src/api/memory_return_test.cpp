#include "api/memory_return.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace firstcome::api {
namespace {

constexpr std::size_t kLarge = 60'000;
constexpr std::size_t kSmall = 48;
constexpr std::size_t kBurst = 900 * kLarge;

/// Bytes. Allocates nothing, because that would change what is measured.
std::size_t resident() {
  std::array<char, 128> text{};
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const auto size = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  std::size_t total = 0;
  std::size_t pages = 0;
  if (size <= 0 || std::sscanf(text.data(), "%zu %zu", &total, &pages) != 2) return 0;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Small blocks lie between the burst and the free end of the thread's arena. glibc's "fast bins" would join them with
// both only within malloc_trim(), which does not return the free end.
TEST(MemoryReturn, SmallBlocksBehindABurstDoNotKeepItsMemory) {
  MemoryReturn memory;
  memory.start();
  std::thread([&memory] {
    std::array<void*, 7> cached{};  // as many as the thread's cache takes
    std::array<void*, kBurst / kLarge> burst{};
    std::array<void*, 5> small{};
    for (void*& block : cached) block = std::malloc(kSmall);
    for (void*& block : burst) block = std::memset(std::malloc(kLarge), 1, kLarge);
    for (void*& block : small) block = std::malloc(kSmall);
    const std::size_t before = resident();
    for (void* block : cached) std::free(block);
    for (void* block : burst) std::free(block);
    for (void* block : small) std::free(block);
    memory.freed(kBurst);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (resident() + kBurst / 2 > before && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_LE(resident() + kBurst / 2, before);
  }).join();
  memory.stop();
}

}  // namespace
}  // namespace firstcome::api
