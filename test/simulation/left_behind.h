#pragma once

#include <vector>

#include "check/evidence.h"
#include "check/naive_model.h"
#include "journal/simulated/simulated_journal.h"

namespace firstcome::simulation {

class Cluster;

/// The data of a finished run, as plain values that a test can change.
struct LeftBehind {
  struct Partition {
    std::vector<journal::SimulatedRecord> records;  ///< by offset
    Offset end = 0;
  };
  std::int32_t home_partitions = 0;
  check::WriterKey writer;
  std::vector<Partition> journal;
  std::vector<journal::SimulatedRecord> dead_letters;
  check::Evidence evidence;  ///< history and store; judge() adds the journal
};

LeftBehind gather(const Cluster& cluster);

/// Decides the journal with the naive model.
check::NaiveModel decide_naively(const LeftBehind& left);
check::Report judge(const LeftBehind& left, std::size_t texts_max);
/// Judges with less evidence.
check::Report judge_without_journal(const LeftBehind& left, bool with_store, std::size_t texts_max);

}  // namespace firstcome::simulation
