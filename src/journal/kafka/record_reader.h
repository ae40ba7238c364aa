#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// Reads single records with its own client, so a comparison needs one fetch. Thread-safe. A partition
/// without a leader does not block the others.
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
  std::vector<std::mutex> reading_;  ///< by partition: one read at a time
};

}  // namespace firstcome::journal::kafka
