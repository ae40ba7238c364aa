#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/kafka/client.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {

/// First held offset and the end for who reads committed records only. Blocks on the network.
Result<Bounds> ask_bounds(const Client& client, Partition partition);
/// The end alone, which is one question instead of two.
Result<Offset> ask_end(const Client& client, Partition partition);

/// Of a position that the log does not hold, for a person.
Error outside_the_log(const KafkaSettings& settings, Partition partition, Offset position,
                      const Bounds& bounds);

/// Reads one partition with a client of its own, from an explicit offset: no group, no seeking, no pausing,
/// so that nothing can be left over from an earlier position. Whatever goes wrong, it begins anew at its
/// position: what would come behind a batch that could not be read must not look like what comes next.
class KafkaFollower : public Follower {
 public:
  static Result<std::unique_ptr<Follower>> make(std::shared_ptr<const KafkaSettings> settings,
                                                Partition partition, Offset from);
  ~KafkaFollower() override;

  Result<Fetch> poll(milliseconds timeout) override;

 private:
  /// A client that reads the partition. Fetches keep it alive, for their records are its memory.
  struct Reading;
  struct Messages;

  KafkaFollower(std::shared_ptr<const KafkaSettings> settings, Partition partition, Offset from)
      : settings_(std::move(settings)), partition_(partition), position_(from) {}
  Status begin();
  void receive(Messages& messages, milliseconds timeout) const;
  Fetch take(std::shared_ptr<Messages> messages);
  Error explain(const Error& trouble, bool out_of_range);

  const std::shared_ptr<const KafkaSettings> settings_;
  const Partition partition_;
  Offset position_;
  std::shared_ptr<Reading> reading_;  ///< empty: to be begun anew
  std::uint64_t interruptions_ = 0;   ///< of its client that a fetch has told of
  std::optional<Error> trouble_;      ///< met behind records that were handed out first
  bool out_of_range_ = false;         ///< trouble_ is a position outside the log
};

}  // namespace firstcome::journal::kafka
