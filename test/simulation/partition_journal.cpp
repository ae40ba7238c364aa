#include "partition_journal.h"

#include <algorithm>
#include <string_view>

namespace firstcome::simulation {

class PartitionJournal::Reader : public journal::Follower {
 public:
  Reader(PartitionJournal& journal, std::unique_ptr<journal::Follower> follower, Offset from)
      : journal_(journal), follower_(std::move(follower)), position_(from) {}

  Result<journal::Fetch> poll(milliseconds timeout) override {
    Cluster& cluster = journal_.cluster_;
    if (cluster.timeline.now() < journal_.zombie_until_ && position_ >= journal_.zombie_end_) {
      return journal::Fetch{.position = position_};
    }
    auto fetch = follower_->poll(timeout);
    if (!fetch.ok()) return fetch;
    position_ = fetch->position;
    journal_.read_generation_ = cluster.journal.generation();
    if (journal_.node_ == cluster.plan.deviant) journal_.read_one_wrong(*fetch);
    return fetch;
  }

 private:
  PartitionJournal& journal_;
  std::unique_ptr<journal::Follower> follower_;
  Offset position_;
};

Result<std::unique_ptr<journal::Follower>> PartitionJournal::follow(Partition partition, Offset from) {
  ASSIGN_OR_RETURN(auto follower, cluster_.journal.follow(partition, from));
  return {std::make_unique<Reader>(*this, std::move(follower), from)};
}

Result<std::optional<std::uint32_t>> PartitionJournal::checksum_at(Partition partition, Offset offset) {
  cluster_.saw("log compared");
  return cluster_.journal.checksum_at(partition, offset);
}

void PartitionJournal::follow_zombie(Timestamp until) {
  zombie_until_ = until;
  zombie_end_ = cluster_.journal.next_offset(partition_);
}

Result<Offset> PartitionJournal::seen_end() {
  ASSIGN_OR_RETURN(const auto bounds, cluster_.journal.bounds(partition_));
  return cluster_.timeline.now() < zombie_until_ ? zombie_end_ : bounds.end;
}

/// Simulates a bit flip of a request in the memory of this node: changes the user.
void PartitionJournal::read_one_wrong(journal::Fetch& fetch) {
  static constexpr std::string_view kUser = R"("userId":)";
  for (journal::RawRecord& record : fetch.records) {
    if (has_read_wrong_ || record.offset < 5 || !record.headers.empty() || !record.value) continue;
    const std::size_t digit = record.value->find(kUser);
    if (digit == std::string_view::npos) continue;
    struct Changed {
      std::shared_ptr<const void> rest;
      std::string value;
    };
    auto changed = std::make_shared<Changed>(Changed{fetch.memory, std::string(*record.value)});
    char& first = changed->value[digit + kUser.size()];
    first = first == '9' ? '1' : static_cast<char>(first + 1);
    record.value = changed->value;
    fetch.memory = changed;
    has_read_wrong_ = true;
    cluster_.saw("request read wrong");
    cluster_.note("read wrong", {node_, partition_, record.offset});
  }
}

}  // namespace firstcome::simulation
