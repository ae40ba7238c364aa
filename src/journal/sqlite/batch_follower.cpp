#include "journal/sqlite/batch_follower.h"

#include <algorithm>

namespace firstcome::journal {
namespace {

struct FetchMemory {
  std::vector<BatchPointer> batches;
  std::vector<Header> headers;
};

/// Adds the records of `batch` from `position` on.
void add_records(const RecordBatch& batch, Offset position, std::vector<RawRecord>& records,
                 std::vector<Header>& headers) {
  std::string_view bytes = batch.records;
  Offset offset = batch.base_offset;
  for (; offset < position; ++offset) skip_frame(bytes);
  for (; offset < batch.end(); ++offset) {
    const Frame frame = take_frame(bytes);
    RawRecord& record = records.emplace_back();
    record.offset = offset;
    record.timestamp = batch.appended_at;
    record.key = frame.key;
    record.value = frame.value;
    if (frame.header_count == 0) continue;
    // The vector still moves: only the length stands, the place is set when all are in.
    const std::size_t before = headers.size();
    read_headers(frame, headers);
    record.headers = {headers.data(), headers.size() - before};
  }
}

}  // namespace

Result<Fetch> BatchFollower::poll(milliseconds timeout) {
  auto found = recent_.read(position_, timeout);
  if (!found.batches.empty()) {
    reader_.reset();
  } else if (position_ < found.end) {
    auto read = read_file(found.end);
    if (!read.ok()) return read.error();
    found.batches = std::move(*read);
  }
  return fetch(std::move(found.batches), found.end);
}

Result<std::vector<BatchPointer>> BatchFollower::read_file(Offset end) {
  if (!reader_) {
    auto opened = BatchReader::open(path_, busy_timeout_);
    if (!opened.ok()) return opened.error();
    reader_.emplace(std::move(*opened));
  }
  return reader_->read(partition_, position_, end);
}

Fetch BatchFollower::fetch(std::vector<BatchPointer> batches, Offset end) {
  Fetch fetch;
  if (!batches.empty()) {
    auto memory = std::make_shared<FetchMemory>();
    memory->batches = std::move(batches);
    fetch.records.reserve(static_cast<std::size_t>(memory->batches.back()->end() - position_));
    for (const BatchPointer& batch : memory->batches) {
      add_records(*batch, position_, fetch.records, memory->headers);
      position_ = std::max(position_, batch->end());
    }
    const Header* headers = memory->headers.data();
    for (RawRecord& record : fetch.records) {
      if (record.headers.empty()) continue;
      record.headers = {headers, record.headers.size()};
      headers += record.headers.size();
    }
    fetch.memory = std::move(memory);
  }
  fetch.position = position_;
  fetch.at_end = position_ >= end;
  return fetch;
}

}  // namespace firstcome::journal
