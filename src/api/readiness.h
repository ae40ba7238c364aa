#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "replica/policy_snapshots.h"

namespace firstcome::api {

/// Can this node answer now? It is ready while it can answer some partition. A partition counts as not
/// answered once it could not be for `unready_after`, and as answered again once it could be for
/// `ready_after`, so that a short disturbance moves no traffic
/// (docs/decisions/0034-ready-is-what-can-be-answered.md). Thread-safe.
class Readiness {
 public:
  struct Settings {
    milliseconds unready_after{2'000};
    milliseconds ready_after{1'000};
    /// The longest that a journal at work takes to tell its end, and a replica to read on.
    milliseconds patience{1'000};
    std::int64_t max_unsaved = 1'000'000;  ///< records of a partition; past that requests are refused
  };
  struct Partition {
    replica::Health health = replica::Health::Replaying;
    bool answers = false;
    std::string reason;   ///< why it is not answered, or will not be if that lasts
    Timestamp clock;      ///< the journal's, as of what is decided
    std::string warning;  ///< what does not work and keeps nobody from being answered yet
  };
  struct State {
    bool ready = false;
    std::vector<Partition> partitions;
  };

  Readiness(const replica::PolicySnapshots& snapshots, Settings settings);

  /// Looks at the snapshots. Call it several times a second; seldom calls see less and wrongly say nothing.
  void look(Instant now);
  /// As last looked at.
  [[nodiscard]] State state() const;

 private:
  struct Watched {
    Partition shown;
    std::optional<Instant> serving_since{};
    Offset position = 0;
    Instant position_at{};
    std::optional<Instant> append_trouble_since{};
    std::optional<Instant> unsaved_since{};
    std::optional<Instant> unfit_since{};
    std::optional<Instant> well_since{};
    bool has_answered = false;
  };
  struct Obstacle {
    Instant since;
    std::string reason;
  };
  void look(const replica::PartitionStatus& status, Watched& watched, Instant now) const;
  std::optional<Obstacle> obstacle(const replica::PartitionStatus& status, Watched& watched,
                                   Instant now) const;
  [[nodiscard]] bool is_on_its_way(const replica::PartitionStatus& status, const Watched& watched,
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
