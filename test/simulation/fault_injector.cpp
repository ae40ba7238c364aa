#include "fault_injector.h"

#include "simulated_node.h"

namespace firstcome::simulation {
namespace {

void crash_some_node(Cluster& cluster) {
  SimulatedNode& node =
      cluster.node(static_cast<int>(cluster.below(static_cast<std::uint64_t>(cluster.nodes()))));
  if (cluster.resting() || !node.alive()) return;
  node.crash();
  cluster.timeline.after(milliseconds{cluster.between(1, 4'000)}, [&node] {
    if (!node.alive()) node.start();
  });
  // The group detects it and assigns the partitions to another node.
  for (Partition p = 0; p < cluster.plan.partitions; ++p) {
    if (cluster.owner(p) != node.number() || cluster.chance(200)) continue;
    cluster.timeline.after(milliseconds{cluster.between(0, 3'000)},
                           [&cluster, p] { cluster.move_ownership(p, cluster.some_issuer()); });
  }
}

void crash_store(Cluster& cluster) {
  if (cluster.resting()) return;
  const std::size_t commits = cluster.store.commits();
  const std::size_t most = cluster.chance(200) ? commits : std::min<std::size_t>(commits, 6);
  const auto lost = static_cast<std::size_t>(cluster.below(most + 1));
  cluster.note("store crash", {static_cast<std::int64_t>(lost)});
  cluster.saw("store crashed");
  if (lost > 0) cluster.saw("commits lost");
  cluster.store.lose_last(lost);
  cluster.store_crashed_at = cluster.timeline.now();
}

void stall_some_thread(Cluster& cluster) {
  SimulatedNode& node =
      cluster.node(static_cast<int>(cluster.below(static_cast<std::uint64_t>(cluster.nodes()))));
  if (cluster.resting() || !node.alive()) return;
  const auto partition =
      static_cast<Partition>(cluster.below(static_cast<std::uint64_t>(cluster.plan.partitions)));
  const milliseconds stall{cluster.between(100, 6'000)};
  cluster.note("stall", {node.number(), partition, stall.count()});
  cluster.saw("thread stalled");
  node.partition(partition).stall(cluster.timeline.now() + stall, cluster.chance(300));
}

void store_outage(Cluster& cluster) {
  if (cluster.resting()) return;
  cluster.note("store down");
  cluster.saw("store down");
  cluster.store.set_down(true);
  cluster.timeline.after(milliseconds{cluster.between(50, 5'000)}, [&cluster] {
    cluster.note("store up");
    cluster.store.set_down(false);
  });
}

void commit_in_flight_repeatedly(Cluster& cluster) {
  if (cluster.resting()) return;
  cluster.store.commit_in_flight();
  cluster.note_commits();
  cluster.timeline.after(milliseconds{cluster.between(1, 1'000)},
                         [&cluster] { commit_in_flight_repeatedly(cluster); });
}

/// Meanwhile some threads may be frozen, and other programs append to the new topic until it is longer than
/// the old one.
void recreate_topic(Cluster& cluster) {
  cluster.note("topic recreated");
  cluster.saw("topic recreated");
  std::vector<Offset> ends;
  for (Partition p = 0; p < cluster.plan.partitions; ++p) ends.push_back(cluster.journal.next_offset(p));
  for (const auto& [partition, position] : cluster.store.tables().positions) {
    if (position.next_offset > 0) cluster.saved_before_recreated = true;
  }
  cluster.journal.recreate();
  for (Partition p = 0; p < cluster.plan.partitions; ++p) {
    const Offset records = ends[static_cast<std::size_t>(p)] + cluster.between(-3, 10);
    for (Offset i = 0; i < records; ++i) append_foreign_record_to(cluster, p);
  }
}

void leader_loses_quorum(Cluster& cluster) {
  SimulatedNode& node =
      cluster.node(static_cast<int>(cluster.below(static_cast<std::uint64_t>(cluster.nodes()))));
  if (cluster.resting() || !node.alive()) return;
  const auto partition =
      static_cast<Partition>(cluster.below(static_cast<std::uint64_t>(cluster.plan.partitions)));
  const milliseconds lasts{cluster.between(1'000, 6'000)};
  cluster.note("zombie leader", {node.number(), partition, lasts.count()});
  cluster.saw("zombie leader");
  node.partition(partition).follow_zombie(cluster.timeline.now() + lasts);
}

void copy_repeatedly(Cluster& cluster) {
  if (cluster.resting()) return;
  copy_newest_record(cluster);
  cluster.timeline.after(milliseconds{cluster.between(1, 40)}, [&cluster] { copy_repeatedly(cluster); });
}

}  // namespace

void plan_faults(Cluster& cluster) {
  const auto length = cluster.plan.length.count();
  const auto sometime = [&](int times, auto what) {
    for (int i = 0; i < times; ++i) {
      cluster.timeline.after(milliseconds{cluster.between(0, length)}, [&cluster, what] { what(cluster); });
    }
  };
  sometime(cluster.plan.node_crashes, crash_some_node);
  sometime(cluster.plan.store_crashes, crash_store);
  sometime(cluster.plan.store_outages, store_outage);
  sometime(cluster.plan.stalls, stall_some_thread);
  sometime(cluster.plan.zombie_leaders, leader_loses_quorum);
  sometime(cluster.plan.foreign_records, append_foreign_record);
  sometime(cluster.plan.ownership_moves, [](Cluster& w) {
    w.move_ownership(static_cast<Partition>(w.below(static_cast<std::uint64_t>(w.plan.partitions))),
                     w.some_issuer());
  });
  if (cluster.plan.topic_recreated) {
    cluster.timeline.after(milliseconds{length / 2}, [&cluster] { recreate_topic(cluster); });
  }
  commit_in_flight_repeatedly(cluster);
  if (cluster.plan.foreign_records > 0) copy_repeatedly(cluster);
}

}  // namespace firstcome::simulation
