#include "replica/relay.h"

#include <algorithm>
#include <array>

#include "domain/check.h"
#include "journal/record_json.h"

namespace firstcome::replica {
namespace {

/// Maximum number of headers that are added to a record.
constexpr std::size_t kMostAdded = 12;
/// Bytes that a dead letter keeps of a record, including the framing of headers, so that it fits into the 2
/// MiB of that topic. A record that its producer did not compress is always shorter.
constexpr std::size_t kMostKept = (std::size_t{2} << 20) - (std::size_t{16} << 10);
constexpr std::size_t kMostKeptKey = std::size_t{512} << 10;
constexpr std::size_t kMostKeptHeaders = std::size_t{1100} << 10;
constexpr std::size_t kHeaderFrame = 12;

/// The exception that Spring names, too, for a record that the deserializer cannot read.
constexpr std::string_view kException =
    "org.springframework.kafka.support.serializer.DeserializationException";

/// Spring writes numbers as Java's ByteBuffer does: big-endian, 4 or 8 bytes.
template <class Number>
std::string big_endian(Number number) {
  std::string bytes(sizeof number, '\0');
  auto rest = static_cast<std::make_unsigned_t<Number>>(number);
  for (std::size_t i = bytes.size(); i-- > 0; rest = static_cast<decltype(rest)>(rest >> 8)) {
    bytes[i] = static_cast<char>(rest & 0xff);
  }
  return bytes;
}

std::optional<std::string> copy(const std::optional<std::string_view>& bytes, std::size_t most) {
  return bytes ? std::optional<std::string>(bytes->substr(0, most)) : std::nullopt;
}

std::size_t size_of(std::span<const journal::Header> headers) {
  std::size_t bytes = 0;
  for (const auto& header : headers) bytes += header.key.size() + header.value.size() + kHeaderFrame;
  return bytes;
}

}  // namespace

Relay relay_home(const journal::RawRecord& raw, const Record& record, Partition home) {
  Relay relay{.offset = raw.offset, .appended_at = raw.timestamp, .target = home, .trace = record.trace};
  if (const auto* request = std::get_if<IssueRequest>(&record.content)) {
    relay.request = *request;
    return relay;
  }
  RelayedBytes bytes;
  if (const auto* coupon = std::get_if<CouponCommand>(&record.content)) {
    bytes.key = std::to_string(coupon->policy.value);
    bytes.value = journal::encode(*coupon);
    bytes.headers.emplace_back(journal::kKindHeader, journal::kCouponKind);
  } else {
    const auto& command = std::get<PolicyCommand>(record.content);
    bytes.key = std::to_string(command.policy.value);
    bytes.value = journal::encode(command);
    bytes.headers.emplace_back(journal::kKindHeader, journal::kPolicyKind);
  }
  relay.bytes = std::make_shared<const RelayedBytes>(std::move(bytes));
  return relay;
}

Relay relay_to_dead_letters(const journal::RawRecord& raw, const std::string& reason) {
  RelayedBytes bytes{.reason = reason, .log_append_time = raw.log_append_time};
  bytes.key = copy(raw.key, kMostKeptKey);
  std::size_t kept = bytes.key ? bytes.key->size() : 0;
  bool whole = !raw.key || kept == raw.key->size();
  if (const std::size_t size = size_of(raw.headers); size <= kMostKeptHeaders) {
    for (const auto& header : raw.headers) {
      auto& [name, value] = bytes.headers.emplace_back(header.key, std::nullopt);
      if (!header.is_null) value = header.value;
    }
    kept += size;
  } else {
    whole = false;
  }
  bytes.value = copy(raw.value, kMostKept - kept);
  whole = whole && (!raw.value || bytes.value->size() == raw.value->size());
  if (!whole) {
    bytes.headers.emplace_back(kCutHeader, std::to_string(raw.value ? raw.value->size() : 0));
  }
  return {.offset = raw.offset,
          .appended_at = raw.timestamp,
          .dead_letter = true,
          .bytes = std::make_shared<const RelayedBytes>(std::move(bytes))};
}

RelayWriter::RelayWriter(Partition self, const journal::RecordMac& record_mac, RelaySource source)
    : self_(self), record_mac_(record_mac), source_(std::move(source)) {
  texts_.reserve(kMostAdded);
}

journal::Append RelayWriter::write(const Relay& relay) {
  texts_.clear();
  headers_.clear();
  journal::Append append;
  if (relay.bytes) {
    append.key = relay.bytes->key;
    append.value = relay.bytes->value;
    for (const auto& [name, value] : relay.bytes->headers)
      headers_.push_back(journal::header_of(name, value));
  }
  relay.dead_letter ? write_dead_letter(relay, append) : write_home(relay, append);
  append.headers = headers_;
  return append;
}

void RelayWriter::add(std::string_view name, std::string value) {
  CHECK(texts_.size() < kMostAdded);  // growing would invalidate the views of earlier headers
  headers_.push_back({name, texts_.emplace_back(std::move(value))});
}

void RelayWriter::write_home(const Relay& relay, journal::Append& append) {
  append.partition = relay.target;
  add(journal::kOriginHeader, journal::encode(Origin{self_, relay.offset}));
  if (!relay.bytes) {
    key_ = std::to_string(relay.request.policy.value);
    value_.clear();
    journal::encode(relay.request, relay.appended_at, value_);
    append.key = key_;
    append.value = value_;
  }
  if (relay.trace) {
    std::array<journal::Header, journal::kTraceHeaders> carried;
    headers_.insert(headers_.end(), carried.begin(),
                    carried.begin() + journal::write_trace(*relay.trace, carried));
  }
  add(journal::kMacHeader, record_mac_.compute(append.partition, append.key, append.value, headers_));
}

void RelayWriter::write_dead_letter(const Relay& relay, journal::Append& append) {
  append.destination = journal::Destination::DeadLetters;
  add("kafka_dlt-original-topic", source_.topic);
  add("kafka_dlt-original-partition", big_endian(self_));
  add("kafka_dlt-original-offset", big_endian(relay.offset));
  add("kafka_dlt-original-timestamp", big_endian(to_millis(relay.appended_at)));
  add("kafka_dlt-original-timestamp-type", relay.bytes->log_append_time ? "LogAppendTime" : "CreateTime");
  add("kafka_dlt-original-consumer-group", source_.group);
  add("kafka_dlt-exception-fqcn", std::string(kException));
  add("kafka_dlt-exception-message", relay.bytes->reason);
}

}  // namespace firstcome::replica
