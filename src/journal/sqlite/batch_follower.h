#pragma once

#include <optional>
#include <string>

#include "journal/sqlite/batch_reader.h"
#include "journal/sqlite/recent_batches.h"

namespace firstcome::journal {

/// Follows one partition: reads the newest batches from memory and older ones from the file.
class BatchFollower : public Follower {
 public:
  BatchFollower(std::string path, milliseconds busy_timeout, RecentBatches& recent, Partition partition,
                Offset from)
      : path_(std::move(path)),
        busy_timeout_(busy_timeout),
        recent_(recent),
        partition_(partition),
        position_(from) {}

  Result<Fetch> poll(milliseconds timeout) override;

 private:
  Result<std::vector<BatchPointer>> read_file(Offset end);

  const std::string path_;
  const milliseconds busy_timeout_;
  RecentBatches& recent_;
  const Partition partition_;
  Offset position_;
  std::optional<BatchReader> reader_;  ///< set while it reads from the file
};

}  // namespace firstcome::journal
