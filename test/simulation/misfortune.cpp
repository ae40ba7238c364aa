#include "misfortune.h"

#include "node.h"

namespace firstcome::simulation {
namespace {

void crash_some_node(World& world) {
  Node& node = world.node(static_cast<int>(world.below(static_cast<std::uint64_t>(world.nodes()))));
  if (world.resting() || !node.alive()) return;
  node.crash();
  world.timeline.after(milliseconds{world.between(1, 4'000)}, [&node] {
    if (!node.alive()) node.start();
  });
  // The group notices, and gives its partitions to somebody else.
  for (Partition p = 0; p < world.plan.partitions; ++p) {
    if (world.owner(p) != node.number() || world.chance(200)) continue;
    world.timeline.after(milliseconds{world.between(0, 3'000)},
                         [&world, p] { world.move_ownership(p, world.some_issuer()); });
  }
}

void crash_store(World& world) {
  if (world.resting()) return;
  const std::size_t commits = world.store.commits();
  const std::size_t most = world.chance(200) ? commits : std::min<std::size_t>(commits, 6);
  const auto lost = static_cast<std::size_t>(world.below(most + 1));
  world.note("store crash", {static_cast<std::int64_t>(lost)});
  world.saw("store crashed");
  if (lost > 0) world.saw("commits lost");
  world.store.lose_last(lost);
  world.store_crashed_at = world.timeline.now();
}

void stall_some_thread(World& world) {
  Node& node = world.node(static_cast<int>(world.below(static_cast<std::uint64_t>(world.nodes()))));
  if (world.resting() || !node.alive()) return;
  const auto partition =
      static_cast<Partition>(world.below(static_cast<std::uint64_t>(world.plan.partitions)));
  const milliseconds stall{world.between(100, 6'000)};
  world.note("stall", {node.number(), partition, stall.count()});
  world.saw("thread stalled");
  node.partition(partition).stall(world.timeline.now() + stall, world.chance(300));
}

void store_outage(World& world) {
  if (world.resting()) return;
  world.note("store down");
  world.saw("store down");
  world.store.set_down(true);
  world.timeline.after(milliseconds{world.between(50, 5'000)}, [&world] {
    world.note("store up");
    world.store.set_down(false);
  });
}

void land_now_and_then(World& world) {
  if (world.resting()) return;
  world.store.land_what_is_under_way();
  world.note_commits();
  world.timeline.after(milliseconds{world.between(1, 1'000)}, [&world] { land_now_and_then(world); });
}

/// Meanwhile some threads may be frozen, and others fill the new topic past where the nodes were.
void make_topic_again(World& world) {
  world.note("topic made again");
  world.saw("topic made again");
  std::vector<Offset> ends;
  for (Partition p = 0; p < world.plan.partitions; ++p) ends.push_back(world.journal.end(p));
  for (const auto& [partition, position] : world.store.tables().positions) {
    if (position.next_offset > 0) world.saved_before_made_again = true;
  }
  world.journal.make_again();
  for (Partition p = 0; p < world.plan.partitions; ++p) {
    const Offset records = ends[static_cast<std::size_t>(p)] + world.between(-3, 10);
    for (Offset i = 0; i < records; ++i) append_foreign_record_to(world, p);
  }
}

void leader_loses_quorum(World& world) {
  Node& node = world.node(static_cast<int>(world.below(static_cast<std::uint64_t>(world.nodes()))));
  if (world.resting() || !node.alive()) return;
  const auto partition =
      static_cast<Partition>(world.below(static_cast<std::uint64_t>(world.plan.partitions)));
  const milliseconds lasts{world.between(1'000, 6'000)};
  world.note("zombie leader", {node.number(), partition, lasts.count()});
  world.saw("zombie leader");
  node.partition(partition).follow_zombie(world.timeline.now() + lasts);
}

void copy_now_and_then(World& world) {
  if (world.resting()) return;
  copy_newest_record(world);
  world.timeline.after(milliseconds{world.between(1, 40)}, [&world] { copy_now_and_then(world); });
}

}  // namespace

void plan_misfortune(World& world) {
  const auto length = world.plan.length.count();
  const auto sometime = [&](int times, auto what) {
    for (int i = 0; i < times; ++i) {
      world.timeline.after(milliseconds{world.between(0, length)}, [&world, what] { what(world); });
    }
  };
  sometime(world.plan.node_crashes, crash_some_node);
  sometime(world.plan.store_crashes, crash_store);
  sometime(world.plan.store_outages, store_outage);
  sometime(world.plan.stalls, stall_some_thread);
  sometime(world.plan.zombie_leaders, leader_loses_quorum);
  sometime(world.plan.foreign_records, append_foreign_record);
  sometime(world.plan.ownership_moves, [](World& w) {
    w.move_ownership(static_cast<Partition>(w.below(static_cast<std::uint64_t>(w.plan.partitions))),
                     w.some_issuer());
  });
  if (world.plan.topic_made_again) {
    world.timeline.after(milliseconds{length / 2}, [&world] { make_topic_again(world); });
  }
  land_now_and_then(world);
  if (world.plan.foreign_records > 0) copy_now_and_then(world);
}

}  // namespace firstcome::simulation
