#include "replica/relay.h"

#include "domain/check.h"
#include "journal/record_json.h"

namespace firstcome::replica {
namespace {

constexpr std::string_view kTopic = "coupon-issue-request";

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

std::optional<std::string> copy(const std::optional<std::string_view>& bytes) {
  return bytes ? std::optional<std::string>(*bytes) : std::nullopt;
}

}  // namespace

Relay relay_home(const journal::RawRecord& raw, const Record& record, Partition self, Partition home) {
  Relay relay{.offset = raw.offset, .target = home};
  relay.headers.emplace_back(journal::kOriginHeader, journal::encode(Origin{self, raw.offset}));
  if (const auto* request = std::get_if<IssueRequest>(&record.content)) {
    relay.key = std::to_string(request->policy.value);
    relay.value.emplace();
    journal::encode(*request, raw.timestamp, *relay.value);
  } else {
    const auto& command = std::get<PolicyCommand>(record.content);
    relay.key = std::to_string(command.policy.value);
    relay.value = journal::encode(command);
    relay.headers.emplace_back(journal::kKindHeader, "policy");
  }
  return relay;
}

Relay relay_to_dead_letters(const journal::RawRecord& raw, const std::string& reason, Partition self) {
  Relay relay{.offset = raw.offset, .dead_letter = true, .key = copy(raw.key), .value = copy(raw.value)};
  for (const auto& header : raw.headers) relay.headers.emplace_back(header.key, header.value);
  relay.headers.emplace_back("kafka_dlt-original-topic", kTopic);
  relay.headers.emplace_back("kafka_dlt-original-partition", big_endian(self));
  relay.headers.emplace_back("kafka_dlt-original-offset", big_endian(raw.offset));
  relay.headers.emplace_back("kafka_dlt-original-timestamp", big_endian(to_millis(raw.timestamp)));
  relay.headers.emplace_back("kafka_dlt-original-timestamp-type",
                             raw.log_append_time ? "LogAppendTime" : "CreateTime");
  relay.headers.emplace_back("kafka_dlt-exception-message", reason);
  return relay;
}

}  // namespace firstcome::replica
