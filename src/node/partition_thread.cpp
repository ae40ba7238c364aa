#include "node/partition_thread.h"

#include <fmt/core.h>

#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {

PartitionThread::PartitionThread(replica::Replica& replica, replica::PartitionStatus& status,
                                 journal::Journal& journal, store::Store& store,
                                 replica::ReplicaCounters& counters, Callbacks callbacks)
    : partition_(replica.partition()),
      callbacks_(std::move(callbacks)),
      driver_(replica, status, journal, store, counters, *this),
      thread_(fmt::format("partition-{}", partition_), [this] { return driver_.step(now()); }) {}

void PartitionThread::give_up() {
  driver_.give_up();
  thread_.give_up();
}

void PartitionThread::stop() {
  give_up();
  thread_.stop();
}

void PartitionThread::failed(const char* operation, const Error& error) {
  log::warn(fmt::format("partition {}: {} failed and is retried: {}", partition_, operation, error.text()),
            {{"partition", partition_}, {"operation", operation}});
}

void PartitionThread::warned(const std::string& warning) { log::warn(warning, {{"partition", partition_}}); }

}  // namespace firstcome::node
