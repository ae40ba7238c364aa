#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"

/// How records lie in the bytes of a batch. The format is described in sql/sqlite/journal/V001__journal.sql.
namespace firstcome::journal {

/// The most that goes into one batch: what one read has to bring into memory.
inline constexpr std::size_t kBatchBytesLimit = 1024UL * 1024;
inline constexpr std::size_t kBatchRecordsLimit = 4096;
/// As Kafka's max.message.bytes of the two topics: longer ones are not taken.
inline constexpr std::size_t kRecordBytesLimit = 1024UL * 1024;
inline constexpr std::size_t kDeadLetterBytesLimit = 2UL * 1024 * 1024;

/// Records of one partition that are committed together; immutable once they are.
struct RecordBatch {
  Partition partition = 0;
  Offset base_offset = 0;
  std::int64_t record_count = 0;
  Timestamp appended_at;
  std::string records;  ///< frames

  [[nodiscard]] Offset end() const { return base_offset + record_count; }
  /// Of everything above.
  [[nodiscard]] std::uint32_t checksum() const;
};

std::size_t frame_size(const Append& append);
void write_frame(const Append& append, std::string& out);

/// A record's fields; views into the batch. Headers are passed over until they are read.
struct Frame {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::uint32_t header_count = 0;
  std::string_view header_bytes;
};

/// Takes the first frame off `bytes`. The bytes must be whole: their checksum was verified.
Frame take_frame(std::string_view& bytes);
void skip_frame(std::string_view& bytes);
void read_headers(const Frame& frame, std::vector<Header>& headers);
/// The number of headers and their bytes, as a dead letter keeps them.
std::string headers_as_bytes(const Frame& frame);
/// The way back. These bytes have no checksum: false when they are not what headers_as_bytes() makes.
bool read_headers(std::string_view bytes, std::vector<Header>& headers);

}  // namespace firstcome::journal
