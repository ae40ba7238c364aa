#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>

namespace firstcome::journal::kafka {

/// Counts what may hide that the topic was made anew, for a client that reads: an answer that failed, a
/// connection that went down, another leader, new metadata (which librdkafka asks for when a leader no longer
/// knows the partition, and every 30 s), and silence, of 300 ms with our settings. librdkafka goes on at its
/// offset after each of them, without a word. It calls this before it reads what an answer holds, so who has
/// a record of that answer in hand sees it counted.
class Interruptions {
 public:
  /// Before the client is made, which this has to outlive.
  void watch(rd_kafka_conf_t* conf);
  [[nodiscard]] std::uint64_t count() const { return count_.load(std::memory_order_acquire); }

 private:
  // librdkafka's interceptors, on threads of its own; they only count.
  static rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t*, void* self, char*, size_t);
  static rd_kafka_resp_err_t on_response(rd_kafka_t*, int, const char*, std::int32_t broker, std::int16_t api,
                                         std::int16_t, std::int32_t, size_t, std::int64_t,
                                         rd_kafka_resp_err_t error, void* self);
  static rd_kafka_resp_err_t on_broker_state(rd_kafka_t*, std::int32_t, const char*, const char*, int,
                                             const char* state, void* self);
  void count_one() { count_.fetch_add(1, std::memory_order_release); }
  void note_fetch(std::int32_t broker);

  std::int64_t silence_ms_ = 0;  ///< set before the client has threads
  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::int32_t> fetched_from_{-1};
  std::atomic<std::int64_t> fetched_at_ms_{0};
};

}  // namespace firstcome::journal::kafka
