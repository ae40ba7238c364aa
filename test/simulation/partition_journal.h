#pragma once

#include "cluster.h"
#include "journal/journal.h"

namespace firstcome::simulation {

/// The journal of one partition as one node reads it. Can simulate a leader that has lost its quorum, and a
/// bit flip in the memory of the node.
class PartitionJournal : public journal::Journal {
 public:
  PartitionJournal(Cluster& cluster, int node, Partition partition)
      : cluster_(cluster), node_(node), partition_(partition) {}

  /// Until then its leader has no quorum: it returns no new records, and the current end.
  void follow_zombie(Timestamp until);
  /// The end, as the leader of this node returns it.
  Result<Offset> seen_end();
  /// The generation of the topic of the last records.
  [[nodiscard]] int read_generation() const { return read_generation_; }

  std::string identity() override { return cluster_.journal.identity(); }
  std::int32_t partitions() override { return cluster_.journal.partitions(); }
  Result<journal::Bounds> bounds(Partition partition) override { return cluster_.journal.bounds(partition); }
  Result<std::unique_ptr<journal::Follower>> follow(Partition partition, Offset from) override;
  Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset) override;
  std::unique_ptr<journal::Appender> make_appender(journal::AcknowledgementSink& sink) override {
    return cluster_.journal.make_appender(sink);
  }
  std::unique_ptr<journal::GaplessAppender> make_gapless_appender(
      journal::AcknowledgementSink& sink) override {
    return cluster_.journal.make_gapless_appender(sink);
  }

 private:
  class Reader;
  void read_one_wrong(journal::Fetch& fetch);

  Cluster& cluster_;
  const int node_;
  const Partition partition_;
  Timestamp zombie_until_{};
  Offset zombie_end_ = 0;
  int read_generation_ = 0;
  bool has_read_wrong_ = false;
};

}  // namespace firstcome::simulation
