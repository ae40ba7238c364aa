#include "journal/kafka/interruptions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <string_view>

#include "domain/check.h"

namespace firstcome::journal::kafka {
namespace {

constexpr const char* kName = "firstcome";
// https://kafka.apache.org/protocol#protocol_api_keys
constexpr std::int16_t kFetch = 1;
constexpr std::int16_t kMetadata = 3;
/// At the end of a partition the leader responds every fetch.wait.max.ms, 100 ms with firstcome's settings.
/// Silence begins after three missing responses.
constexpr std::int64_t kMissedAnswers = 3;
constexpr std::int64_t kLeastWaitMs = 100;

/// A clock that includes the time while the machine is suspended.
std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
}

std::int64_t fetch_wait_ms(const rd_kafka_conf_t* conf) {
  std::array<char, 32> text{};
  std::size_t size = text.size();
  CHECK(rd_kafka_conf_get(conf, "fetch.wait.max.ms", text.data(), &size) == RD_KAFKA_CONF_OK);
  std::int64_t ms = 0;
  CHECK(std::from_chars(text.data(), text.data() + std::strlen(text.data()), ms).ec == std::errc{});
  return ms;
}

}  // namespace

void Interruptions::watch(rd_kafka_conf_t* conf) {
  rd_kafka_conf_interceptor_add_on_new(conf, kName, on_new, this);
}

rd_kafka_resp_err_t Interruptions::on_new(rd_kafka_t* client, const rd_kafka_conf_t* conf, void* self, char*,
                                          size_t) {
  static_cast<Interruptions*>(self)->silence_ms_ =
      kMissedAnswers * std::max(kLeastWaitMs, fetch_wait_ms(conf));
  const auto code = rd_kafka_interceptor_add_on_response_received(client, kName, on_response, self);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
  return rd_kafka_interceptor_add_on_broker_state_change(client, kName, on_broker_state, self);
}

rd_kafka_resp_err_t Interruptions::on_response(rd_kafka_t*, int, const char*, std::int32_t broker,
                                               std::int16_t api, std::int16_t, std::int32_t, size_t,
                                               std::int64_t, rd_kafka_resp_err_t error, void* self) {
  auto& interruptions = *static_cast<Interruptions*>(self);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || api == kMetadata) {
    interruptions.count_one();
  } else if (api == kFetch) {
    interruptions.note_fetch(broker);
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void Interruptions::note_fetch(std::int32_t broker) {
  const std::int64_t now = now_ms();
  const bool other_leader = fetched_from_.exchange(broker, std::memory_order_relaxed) != broker;
  const bool silence = now - fetched_at_ms_.exchange(now, std::memory_order_relaxed) > silence_ms_;
  if (other_leader || silence) count_one();
}

rd_kafka_resp_err_t Interruptions::on_broker_state(rd_kafka_t*, std::int32_t, const char*, const char*, int,
                                                   const char* state, void* self) {
  if (state == std::string_view("DOWN")) static_cast<Interruptions*>(self)->count_one();
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace firstcome::journal::kafka
