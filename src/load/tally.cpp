#include "load/tally.h"

namespace firstcome::load {

void Tally::add(const Tally& other) {
  for (std::size_t i = 0; i < kRequestResults; ++i) latencies[i].add(other.latencies[i]);
  service.add(other.service);
  fixed.add(other.fixed);
  fixed_unanswered += other.fixed_unanswered;
  not_kept += other.not_kept;
  commands_forbidden += other.commands_forbidden;
  dropped += other.dropped;
  for (const auto& [what, count] : other.remarks) remarks[what] += count;
}

/// Limits the number of different remarks, because a faulty server could fill the memory.
void Tally::remark(std::string what) {
  constexpr std::size_t kKinds = 20;
  if (remarks.size() >= kKinds && !remarks.contains(what)) what = "others";
  ++remarks[what];
}

std::int64_t Tally::sent() const {
  std::int64_t sum = 0;
  for (const Latencies& of_result : latencies) sum += of_result.count();
  return sum;
}

std::int64_t Tally::answered() const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; is_answer(static_cast<RequestResult>(i)); ++i) sum += latencies[i].count();
  return sum;
}

Latencies Tally::of_answers() const {
  Latencies sum;
  for (std::size_t i = 0; is_answer(static_cast<RequestResult>(i)); ++i) sum.add(latencies[i]);
  return sum;
}

void Interval::add(const Interval& other) {
  for (std::size_t i = 0; i < kRequestResults; ++i) counts[i] += other.counts[i];
  latencies.add(other.latencies);
  fixed.add(other.fixed);
  dropped += other.dropped;
  connected += other.connected;
  waiting += other.waiting;
}

}  // namespace firstcome::load
