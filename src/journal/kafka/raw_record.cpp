#include "journal/kafka/raw_record.h"

namespace firstcome::journal::kafka {
namespace {

std::optional<std::string_view> text(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(bytes), size);
}

}  // namespace

RawRecord record_of(const rd_kafka_message_t& message) {
  RawRecord record;
  record.offset = message.offset;
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  record.timestamp = from_millis(rd_kafka_message_timestamp(&message, &kind));
  record.log_append_time = kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
  record.key = text(message.key, message.key_len);
  record.value = text(message.payload, message.len);
  return record;
}

void add_headers(const rd_kafka_message_t& message, std::vector<Header>& all) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;  // has none
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    all.push_back({name, text(value, size).value_or(std::string_view{}), value == nullptr});
  }
}

}  // namespace firstcome::journal::kafka
