#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/kafka/client.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {

/// The bounds for readers of committed records. Blocks on the network, also while a leader is elected.
Result<Bounds> ask_bounds(const Client& client, Partition partition);
/// Only the end, with one request instead of two.
Result<Offset> ask_end(const Client& client, Partition partition);
Result<Offset> ask_end(const Client& client, Partition partition, milliseconds patience);

/// The error for a position outside the log.
Error outside_the_log(const KafkaSettings& settings, Partition partition, Offset position,
                      const Bounds& bounds);

/// Reads one partition with its own client, from an explicit offset: no group, no seek, no pause, so that no
/// records of an earlier position can remain in a queue. After any error it starts a new client at its
/// position, because the records after an unreadable batch must not look like the next ones.
class KafkaFollower : public Follower {
 public:
  static Result<std::unique_ptr<Follower>> make(std::shared_ptr<const KafkaSettings> settings,
                                                Partition partition, Offset from);
  ~KafkaFollower() override;

  Result<Fetch> poll(milliseconds timeout) override;

 private:
  /// A client that reads the partition. Fetches share it, because it owns the memory of their records.
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
  std::shared_ptr<Reading> reading_;  ///< null: the next poll starts a client
  std::uint64_t interruptions_ = 0;   ///< number of interruptions of the client that fetches have reported
  std::optional<Error> trouble_;      ///< an error after records that the last poll returned
  bool out_of_range_ = false;         ///< trouble_ is a position outside the log
};

}  // namespace firstcome::journal::kafka
