#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "store/store.h"

namespace firstcome::node {

/// Reads the positions of all partitions of a node with one session, and with one query for all callers that
/// call at about the same time. Callers with the same period are served together once, and therefore call
/// together from then on. Thread-safe.
class PositionSource {
 public:
  /// `callers`: if this number waits, the query begins at once, otherwise after a moment.
  PositionSource(store::Store& store, std::size_t callers) : store_(store), callers_(callers) {}

  /// The query begins after this call. Blocks on the store.
  Result<store::Position> read(Partition partition);

 private:
  using Positions = Result<std::vector<store::Position>>;

  void read_all(std::unique_lock<std::mutex>& lock);
  Positions query();

  store::Store& store_;
  const std::size_t callers_;
  std::mutex mutex_;  // guards everything below except reader_
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
  bool reading_ = false;
  std::uint64_t begun_ = 0;  ///< number of queries
  std::uint64_t done_ = 0;
  std::shared_ptr<const Positions> last_;
  std::unique_ptr<store::Reader> reader_;  ///< used by the reading thread only
};

}  // namespace firstcome::node
