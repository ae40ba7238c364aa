#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// Reads single records, by a client that is kept for it: a comparison costs one fetch. Thread-safe; a
/// partition whose leader is away holds up no other.
class RecordReader {
 public:
  static Result<std::unique_ptr<RecordReader>> make(std::shared_ptr<const KafkaSettings> settings,
                                                    std::int32_t partitions);
  /// See JournalReader::checksum_at.
  Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset);

 private:
  RecordReader(std::unique_ptr<Client> client, std::int32_t partitions)
      : client_(std::move(client)), reading_(static_cast<std::size_t>(partitions)) {}

  const std::unique_ptr<Client> client_;
  std::vector<std::mutex> reading_;  ///< one reader a partition at a time
};

}  // namespace firstcome::journal::kafka
