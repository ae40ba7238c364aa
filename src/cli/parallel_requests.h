#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include "cli/retrying_client.h"

namespace firstcome::cli {

/// Calls `send` for 0 to `count` - 1, with one thread for each client. After a call that returns false no other begins.
inline void send_in_parallel(std::vector<RetryingClient>& clients, std::size_t count,
                             const std::function<bool(RetryingClient& client, std::size_t number)>& send) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  const auto work = [&](RetryingClient& client) {
    for (std::size_t i = next++; i < count && !failed; i = next++) {
      if (!send(client, i)) failed = true;
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(clients.size(), count); ++i) {
    threads.emplace_back([&, i] { work(clients[i]); });
  }
  work(clients.front());
}

}  // namespace firstcome::cli
