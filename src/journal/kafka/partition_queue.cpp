#include "journal/kafka/partition_queue.h"

#include <algorithm>
#include <iterator>

namespace firstcome::journal::kafka {
namespace {

std::optional<std::string> copy_of(const std::optional<std::string_view>& text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace

const char* data_of(const std::optional<std::string_view>& text) {
  if (!text) return nullptr;
  return text->data() != nullptr ? text->data() : "";
}

HeadersHandle copy_of(std::span<const Header> headers) {
  if (headers.empty()) return nullptr;
  HeadersHandle copy(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    const auto value = header.is_null ? std::nullopt : std::optional(header.value);
    const auto added =
        rd_kafka_header_add(copy.get(), data_of(header.key), static_cast<ssize_t>(header.key.size()),
                            data_of(value), static_cast<ssize_t>(header.value.size()));
    CHECK(added == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  return copy;
}

WaitingRecord::WaitingRecord(const Append& append, std::unique_ptr<Receipt> receipt_of_append)
    : receipt(std::move(receipt_of_append)),
      destination(append.destination),
      partition(append.partition),
      key(copy_of(append.key)),
      value(copy_of(append.value)),
      headers(copy_of(append.headers)) {}

Append WaitingRecord::append() const {
  return {.destination = destination,
          .partition = partition,
          .token = receipt->token,
          .key = key,
          .value = value};
}

bool PartitionQueue::wait(WaitingRecord record) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(record));
  return waiting_.size() == 1 && in_flight_ == 0;
}

void PartitionQueue::settled() {
  const std::lock_guard lock(mutex_);
  --in_flight_;
}

std::vector<WaitingRecord> PartitionQueue::take_batch() {
  const std::lock_guard lock(mutex_);
  if (in_flight_ != 0 || waiting_.empty()) return {};
  std::int64_t size = 0;
  auto end = waiting_.begin();
  while (end != waiting_.end() && end - waiting_.begin() < kBatchRecords) {
    size += end->receipt->bytes;
    if (end != waiting_.begin() && size > kBatchBytes) break;
    ++end;
  }
  std::vector<WaitingRecord> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  in_flight_ = std::ssize(batch);
  return batch;
}

void PartitionQueue::finish_batch(std::vector<WaitingRecord> rest) {
  const std::lock_guard lock(mutex_);
  in_flight_ -= std::ssize(rest);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(rest.begin()),
                  std::make_move_iterator(rest.end()));
}

std::vector<WaitingRecord> PartitionQueue::take_older_than(Instant time) {
  const std::lock_guard lock(mutex_);
  const auto end = std::find_if(waiting_.begin(), waiting_.end(), [&](const WaitingRecord& record) {
    return record.receipt->appended_at >= time;
  });
  std::vector<WaitingRecord> old(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return old;
}

}  // namespace firstcome::journal::kafka
