#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/peers/gate.h"

namespace firstcome::peers {

/// Where the servers of a peer are, and what it issues.
struct GateSettings {
  std::string redis = "127.0.0.1:6379";  ///< host:port
  std::string postgres;                  ///< postgresql://…
  std::string kafka;                     ///< kafka://…/topic; the topic exists
  PolicyId policy{1};
  std::int64_t max_count = 0;
  int threads = 16;  ///< of a design whose threads wait for servers, each with its own connections
};

/// One Lua script decides: is the user in the set, is there stock, take one, add the user. All requests that wait are sent
/// together, on one connection.
std::unique_ptr<Gate> make_redis_lua_gate(const GateSettings& settings, VerdictSink& sink);

/// A lock in Redis around a sorted set of winners; a batch copies new winners to the database every 3 s.
std::unique_ptr<Gate> make_redis_lock_gate(const GateSettings& settings, VerdictSink& sink);

/// One transaction of PostgreSQL for each request: UPDATE of the policy's count, INSERT of the coupon.
std::unique_ptr<Gate> make_hot_row_gate(const GateSettings& settings, VerdictSink& sink);

/// Reads policy and coupon from PostgreSQL, produces a record with a timestamp as its key, and answers SUCCESS at once. A
/// consumer inserts row by row.
std::unique_ptr<Gate> make_kafka_draft_gate(const GateSettings& settings, VerdictSink& sink);

}  // namespace firstcome::peers
