#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "replica/policy_snapshots.h"

namespace firstcome::api {

/// Whether this node can answer now. It is ready while it can answer requests of at least one partition. A partition counts
/// as not answered after an obstacle of `unready_after`, and as answered again after `ready_after` without one, so that a
/// short disturbance moves no traffic (docs/decisions/0034-ready-is-what-can-be-answered.md). Thread-safe.
class Readiness {
 public:
  struct Settings {
    milliseconds unready_after{2'000};
    milliseconds ready_after{1'000};
    /// Limit for a working journal to return its end, and for a replica to read more records.
    milliseconds patience{1'000};
    std::int64_t max_unsaved = 1'000'000;  ///< records of a partition; above it requests are refused
  };
  struct Partition {
    replica::Health health = replica::Health::Replaying;
    bool answers = false;
    std::string reason;   ///< why it is not answered, or will not be if the obstacle stays
    Timestamp clock;      ///< the clock of the journal at the decided position
    std::string warning;  ///< a fault that does not prevent answers yet
  };
  struct State {
    bool ready = false;
    std::vector<Partition> partitions;
  };

  Readiness(const replica::PolicySnapshots& snapshots, Settings settings);

  /// Reads the state of the partitions. Call it several times a second.
  void look(Instant now);
  /// The result of the last look().
  [[nodiscard]] State state() const;

 private:
  struct Watched {
    Partition shown;
    std::optional<Instant> serving_since{};
    Offset position = 0;
    Instant position_at{};
    std::optional<Instant> append_trouble_since{};
    std::optional<Instant> unsaved_since{};
    std::optional<Instant> not_serving_since{};
    std::optional<Instant> no_obstacle_since{};
    bool has_answered = false;
  };
  struct Obstacle {
    Instant since;
    std::string reason;
  };
  void look(const replica::PartitionStatus& status, Watched& watched, Instant now) const;
  std::optional<Obstacle> obstacle(const replica::PartitionStatus& status, Watched& watched,
                                   Instant now) const;
  [[nodiscard]] bool is_starting(const replica::PartitionStatus& status, const Watched& watched,
                                 Instant now) const;

  const replica::PolicySnapshots& snapshots_;
  const Settings settings_;
  mutable std::mutex mutex_;  // guards everything below
  std::vector<Watched> watched_;
  std::optional<Instant> first_answers_at_;
  bool has_been_ready_ = false;
  bool ready_ = false;
};

}  // namespace firstcome::api
