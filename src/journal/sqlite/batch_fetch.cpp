#include "journal/sqlite/batch_fetch.h"

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
    // The vector may still move its elements, so only the length is correct now; fetch_of() sets the
    // pointers.
    const std::size_t before = headers.size();
    read_headers(frame, headers);
    record.headers = {headers.data(), headers.size() - before};
  }
}

}  // namespace

Fetch fetch_of(std::vector<BatchPointer> batches, Offset& position, Offset end) {
  Fetch fetch;
  if (!batches.empty()) {
    auto memory = std::make_shared<FetchMemory>();
    memory->batches = std::move(batches);
    fetch.records.reserve(static_cast<std::size_t>(memory->batches.back()->end() - position));
    for (const BatchPointer& batch : memory->batches) {
      add_records(*batch, position, fetch.records, memory->headers);
      position = std::max(position, batch->end());
    }
    const Header* headers = memory->headers.data();
    for (RawRecord& record : fetch.records) {
      if (record.headers.empty()) continue;
      record.headers = {headers, record.headers.size()};
      headers += record.headers.size();
    }
    fetch.memory = std::move(memory);
  }
  fetch.position = position;
  fetch.at_end = position >= end;
  return fetch;
}

}  // namespace firstcome::journal
