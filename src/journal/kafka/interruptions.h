#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>

namespace firstcome::journal::kafka {

/// Counts the events after which the topic may be another one, for a client that reads: a failed response, a
/// lost connection, another leader, new metadata (librdkafka requests it every 30 s, and if a leader no
/// longer knows the partition), and a silence of 300 ms with firstcome's settings. After each of them
/// librdkafka continues at its offset without a notification. It calls the interceptor before it parses the
/// response, so a reader of a record of this response sees the new count.
class Interruptions {
 public:
  /// Call before the client is made. Must outlive the client.
  void watch(rd_kafka_conf_t* conf);
  [[nodiscard]] std::uint64_t count() const { return count_.load(std::memory_order_acquire); }

 private:
  // Interceptors, on threads of librdkafka; they only count.
  static rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* self, char*, size_t);
  static rd_kafka_resp_err_t on_response(rd_kafka_t*, int, const char*, std::int32_t broker, std::int16_t api,
                                         std::int16_t, std::int32_t, size_t, std::int64_t,
                                         rd_kafka_resp_err_t error, void* self);
  static rd_kafka_resp_err_t on_broker_state(rd_kafka_t*, std::int32_t, const char*, const char*, int,
                                             const char* state, void* self);
  void count_one() { count_.fetch_add(1, std::memory_order_release); }
  void note_fetch(std::int32_t broker);

  std::int64_t silence_ms_ = 0;  ///< set before the client starts threads
  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::int32_t> fetched_from_{-1};
  std::atomic<std::int64_t> fetched_at_ms_{0};
};

}  // namespace firstcome::journal::kafka
