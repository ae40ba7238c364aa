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

/// The random parameters of a run: size of the cluster, settings, and faults.
struct SimulationPlan {
  std::int32_t partitions = 3;
  int nodes = 2;
  int issuers = 2;  ///< number of nodes that save; the others only answer
  int edges_per_node = 1;
  milliseconds length{10'000};  ///< then the faults end and the system comes to rest
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
  int stalls = 2;                ///< stalls of a partition thread on one node, for seconds
  milliseconds thread_most{20};  ///< maximum delay of a thread
  milliseconds store_most{30};   ///< maximum delay of a call of the database, in each direction
  /// The node that reads one request wrong in each partition and so decides differently; -1: none.
  int deviant = -1;
  /// In the middle of the run an operator deletes the topic and creates it again.
  bool topic_recreated = false;
  /// How often a node reads from a leader without a quorum, which returns no new records, but still an end.
  int zombie_leaders = 0;
  milliseconds close_expired{0};  ///< issuers close policies that expired this long ago; 0: never

  admission::Admission::Settings admission;
  issuer::Issuer::Settings issuer;
  replica::Replica::Settings replica;
  std::size_t ring_size = 64;
  /// Of the coupons decided last. One set, or so many that no two coupons of a run share one: which ones do depends on a
  /// random number of the process.
  std::size_t cache_bytes = replica::CouponCache::kDefaultBytes;
  journal::SimulatedJournalFaults journal;
  store::SimulatedStoreFaults store;
};

SimulationPlan draw_plan(std::mt19937_64& random);
/// Changes the plan of a seed, for a test.
using AdjustPlan = std::function<void(SimulationPlan&)>;

}  // namespace firstcome::simulation
