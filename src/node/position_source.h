#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "store/store.h"

namespace firstcome::node {

/// Reads where the store is, for all partitions of a node: one session, and one query for everyone who asks
/// at about the same time. Those that ask once a turn are served together once, and so ask together from then
/// on. Thread-safe.
class PositionSource {
 public:
  /// `askers`: when so many wait, the query begins at once; else after a moment.
  PositionSource(store::Store& store, std::size_t askers) : store_(store), askers_(askers) {}

  /// As of a moment after the call began. Blocks on the store.
  Result<store::Position> read(Partition partition);

 private:
  using Positions = Result<std::vector<store::Position>>;

  void read_all(std::unique_lock<std::mutex>& lock);
  Positions query();

  store::Store& store_;
  const std::size_t askers_;
  std::mutex mutex_;  // guards everything below, but what belongs to the reading thread
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
  bool reading_ = false;
  std::uint64_t begun_ = 0;  ///< queries
  std::uint64_t done_ = 0;
  std::shared_ptr<const Positions> last_;
  std::unique_ptr<store::Reader> reader_;  ///< the reading thread's
};

}  // namespace firstcome::node
