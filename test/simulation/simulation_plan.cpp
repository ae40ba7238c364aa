#include "simulation_plan.h"

#include <algorithm>

namespace firstcome::simulation {
namespace {

class Draw {
 public:
  explicit Draw(std::mt19937_64& random) : random_(random) {}

  int between(int least, int most) {
    return least + static_cast<int>(random_() % static_cast<std::uint64_t>(most - least + 1));
  }
  milliseconds ms(int least, int most) { return milliseconds{between(least, most)}; }
  /// Zero in half of the runs, so that each fault also occurs without the others.
  int rate(int most) { return between(0, 1) == 0 ? 0 : between(1, most); }

 private:
  std::mt19937_64& random_;
};

void draw_settings(Draw& draw, SimulationPlan& plan) {
  plan.issuer.batch_records = static_cast<std::size_t>(draw.between(1, 120));
  plan.issuer.linger = draw.ms(0, 60);
  plan.issuer.keep = draw.ms(100, 5'000);
  plan.issuer.watch_every = draw.ms(100, 1'000);
  plan.issuer.takeover_after = draw.ms(800, 4'000);
  plan.issuer.retry_first = draw.ms(5, 50);
  plan.issuer.retry_most = draw.ms(100, 1'500);
  plan.issuer.check_log_every = draw.ms(500, 5'000);
  plan.issuer.check_log_again = plan.issuer.retry_most;
  plan.ring_size = static_cast<std::size_t>(draw.between(0, 120));
  if (draw.between(0, 9) == 0) {
    plan.admission.max_unsaved = draw.between(5, 60);
    plan.replica.max_unsaved = plan.admission.max_unsaved;
  }
  if (draw.between(0, 9) == 0)
    plan.admission.max_pending_policy = static_cast<std::size_t>(draw.between(3, 30));
  if (draw.between(0, 9) == 0)
    plan.admission.max_pending_partition = static_cast<std::size_t>(draw.between(3, 40));
}

void draw_faults(Draw& draw, SimulationPlan& plan) {
  journal::SimulatedJournalFaults& j = plan.journal;
  j.queue_full = draw.rate(20);
  j.not_persisted = draw.rate(30);
  j.possibly_persisted = draw.rate(40);
  j.appended_again = draw.rate(60);
  j.again_most = draw.ms(1, 6'000);
  j.acknowledgement_lost = draw.rate(60);
  j.acknowledgement_doubled = draw.rate(60);
  j.acknowledgement_without_offset = draw.rate(60);
  j.hole = draw.rate(100);
  j.clock_backwards = draw.rate(100);
  j.sender_stamped = draw.rate(40);
  j.poll_fails = draw.rate(30);
  j.bounds_fail = draw.rate(50);
  j.end_hidden = draw.rate(300);
  j.small_fetch = draw.rate(500);
  j.interrupted = draw.rate(100);
  j.append_most = draw.ms(0, 150);
  j.acknowledge_most = draw.ms(0, 300);
  j.late_most = draw.ms(0, 4'000);
  plan.store.save_fails = draw.rate(80);
  plan.store.reply_lost = draw.rate(80);
  plan.store.reads_fail = draw.rate(80);
}

}  // namespace

SimulationPlan draw_plan(std::mt19937_64& random) {
  Draw draw(random);
  SimulationPlan plan;
  plan.partitions = draw.between(1, 3);
  plan.nodes = draw.between(1, 4);
  plan.edges_per_node = draw.between(1, 2);
  plan.length = draw.ms(3'000, 12'000);
  for (int i = draw.between(1, 5); i > 0; --i) {
    const PolicyId id{draw.between(0, 9) == 0 ? INT64_MAX - i : draw.between(1, 40)};
    if (std::find(plan.policies.begin(), plan.policies.end(), id) == plan.policies.end())
      plan.policies.push_back(id);
  }
  plan.users = draw.between(3, 120);
  plan.bursts = draw.between(1, 8);
  plan.presses_per_burst = draw.between(5, 90);
  plan.lone_presses = draw.between(0, 150);
  plan.commands = draw.between(0, 24);
  plan.foreign_records = draw.rate(60);
  plan.node_crashes = draw.rate(5);
  plan.store_crashes = draw.rate(4);
  plan.store_outages = draw.rate(2);
  plan.ownership_moves = draw.rate(6);
  plan.stalls = draw.rate(8);
  plan.thread_most = draw.ms(1, 40);
  plan.store_most = draw.ms(0, 80);
  draw_settings(draw, plan);
  draw_faults(draw, plan);
  plan.issuers = draw.between(1, plan.nodes);
  if (draw.between(0, 2) == 0) plan.cache_bytes = 128;  // three coupons
  if (draw.between(0, 3) == 0) plan.close_expired = draw.ms(1, 2'000);
  return plan;
}

}  // namespace firstcome::simulation
