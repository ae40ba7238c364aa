#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "issuer/issuer.h"

namespace firstcome::issuer {

/// An issuer with generated decisions: the hash before offset o is 1000 + o.
class AnIssuer : public testing::Test {
 protected:
  AnIssuer() {
    log_.reset(position_at(0));
    issuer_.set_owner(true);
  }

  static store::Position position_at(Offset offset) {
    store::Position position;
    position.next_offset = offset;
    position.state.state_hash = 1000 + static_cast<std::uint64_t>(offset);
    return position;
  }

  static store::Position with_another_hash(Offset offset) {
    store::Position position = position_at(offset);
    position.state.state_hash = 5;
    return position;
  }

  void decide(Offset records, bool relay = false) {
    auto chunk = std::make_shared<replica::Chunk>();
    chunk->first = log_.end();
    chunk->hash_before = 1000 + static_cast<std::uint64_t>(chunk->first);
    for (Offset o = chunk->first; o < chunk->first + records; ++o) {
      chunk->codes.push_back(static_cast<std::uint8_t>(Code::SoldOut));
      chunk->hashes.push_back(1000 + static_cast<std::uint64_t>(o) + 1);
      if (relay) chunk->relays.push_back({.offset = o});
    }
    chunk->state.state_hash = chunk->hashes.back();
    log_.append(chunk);
  }

  Now at(double second) {
    return {from_millis(0), Instant{} + std::chrono::duration_cast<Instant::duration>(
                                            std::chrono::duration<double>(1000 + second))};
  }
  template <class Wanted>
  std::optional<Wanted> next(double second) {
    Issuer::Action action = issuer_.next(at(second));
    auto* wanted = std::get_if<Wanted>(&action);
    return wanted ? std::optional<Wanted>(std::move(*wanted)) : std::nullopt;
  }
  void read_position(Offset offset, double second) {
    ASSERT_TRUE(next<Issuer::ReadPosition>(second));
    issuer_.on_position(position_at(offset), at(second));
  }
  /// Reads the position, and skips the first comparison of the journal.
  void begin(Offset offset) {
    read_position(offset, 0);
    ASSERT_TRUE(next<Issuer::CheckLog>(0));
    issuer_.on_log_checked(Done{}, at(0));
  }
  /// Not the owner; four decided records wait for ten seconds without progress.
  void see_no_progress() {
    issuer_.set_owner(false);
    read_position(0, 0);
    decide(4);
    EXPECT_TRUE(next<Issuer::Nothing>(0.5));
    for (int second = 1; second < 10; ++second) read_position(0, second + 0.01 * second);
  }

  replica::DecidedLog log_{0, 1000};
  replica::PartitionStatus status_;
  Issuer issuer_{0, log_, status_, {.batch_records = 100, .linger = milliseconds{0}}};
};

}  // namespace firstcome::issuer
