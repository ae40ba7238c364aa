#pragma once

#include <functional>
#include <random>

#include "admission/admission.h"
#include "domain/policy.h"
#include "issuer/issuer.h"
#include "journal/simulated/simulated_journal.h"
#include "replica/replica.h"
#include "store/simulated/simulated_store.h"

namespace firstcome::simulation {

/// What one seed makes of the cluster: its size, its settings and how hard it is hit.
struct Plan {
  std::int32_t partitions = 3;
  int nodes = 2;
  int issuers = 2;  ///< the first so many nodes save; the others only answer
  int edges_per_node = 1;
  milliseconds length{10'000};  ///< then the faults stop and everything comes to rest
  std::vector<PolicyId> policies;
  int users = 50;
  int bursts = 6;
  int presses_per_burst = 40;
  int lone_presses = 40;  ///< outside the bursts
  int commands = 10;
  int foreign_records = 10;
  int node_crashes = 1;
  int store_crashes = 1;
  int store_outages = 1;
  int ownership_moves = 2;
  int stalls = 2;                ///< of a partition's thread on one node, for seconds
  milliseconds thread_most{20};  ///< how long a thread may take to get to its work
  milliseconds store_most{30};   ///< how long a call to the database may take, each way
  /// The node that reads one request wrong in each partition and so decides differently; -1: none does.
  int deviant = -1;
  /// In the middle of the run an operator deletes the topic and makes it again.
  bool topic_made_again = false;
  /// So often a node reads from a leader without a quorum for a while: it brings nothing new, and still says
  /// where the partition ends.
  int zombie_leaders = 0;

  admission::Admission::Settings admission;
  issuer::Issuer::Settings issuer;
  replica::Replica::Settings replica;
  std::size_t ring_size = 64;
  journal::SimulatedJournalFaults journal;
  store::SimulatedStoreFaults store;
};

Plan draw_plan(std::mt19937_64& random);
/// What a test changes of the plan that a seed draws.
using AdjustPlan = std::function<void(Plan&)>;

}  // namespace firstcome::simulation
