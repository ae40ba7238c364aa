#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"

/// The format of the records of a batch. sql/sqlite/journal/V001__journal.sql describes it.
namespace firstcome::journal {

/// Limits of one batch, because a reader needs a complete batch in memory.
inline constexpr std::size_t kBatchBytesLimit = 1024UL * 1024;
inline constexpr std::size_t kBatchRecordsLimit = 4096;
/// Longer records are rejected. Equal to max.message.bytes of the two Kafka topics.
inline constexpr std::size_t kRecordBytesLimit = 1024UL * 1024;
inline constexpr std::size_t kDeadLetterBytesLimit = 2UL * 1024 * 1024;

/// Records of one partition that are committed together. Immutable after the commit.
struct RecordBatch {
  Partition partition = 0;
  Offset base_offset = 0;
  std::int64_t record_count = 0;
  Timestamp appended_at;
  std::string records;  ///< frames

  [[nodiscard]] Offset end() const { return base_offset + record_count; }
  /// Over all members.
  [[nodiscard]] std::uint32_t checksum() const;
};

std::size_t frame_size(const Append& append);
void write_frame(const Append& append, std::string& out);

/// The fields of a record, as views into the batch. read_headers() decodes the headers.
struct Frame {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::uint32_t header_count = 0;
  std::string_view header_bytes;
};

/// Removes the first frame from `bytes`, whose checksum must be verified already.
Frame take_frame(std::string_view& bytes);
void skip_frame(std::string_view& bytes);
void read_headers(const Frame& frame, std::vector<Header>& headers);
/// The number of headers and their bytes, as stored in a dead letter.
std::string headers_as_bytes(const Frame& frame);
/// Decodes the result of headers_as_bytes(). False if the bytes are invalid; a dead letter has no checksum.
bool read_headers(std::string_view bytes, std::vector<Header>& headers);

}  // namespace firstcome::journal
