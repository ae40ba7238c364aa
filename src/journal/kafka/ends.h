#pragma once

#include <functional>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// Reads the ends of all partitions of the topic. One call of librdkafka sends one request to each leader,
/// but it waits for all leaders. So a partition whose leader did not respond is read separately, after the
/// others and with a short timeout, until its leader responds again. Used by one thread.
class Ends {
 public:
  Ends(const Client& client, std::int32_t partitions)
      : client_(client), silent_(static_cast<std::size_t>(partitions), false) {}

  /// Blocks on the network. If many partitions are silent, a call does not try all of them.
  void ask(const std::function<void(Partition, const Result<Offset>&)>& handle);

 private:
  using Handler = std::function<void(Partition, const Result<Offset>&)>;

  /// Returns an error if the call failed for all partitions; then `handle` was not called.
  rd_kafka_resp_err_t ask_together(const std::vector<Partition>& partitions, milliseconds patience,
                                   const Handler& handle);
  /// False if the end is not known.
  bool ask_one(Partition partition, const Handler& handle);
  void ask_silent(const std::vector<Partition>& silent, const Handler& handle);
  void pass_on(Partition partition, const Result<Offset>& end, const Handler& handle);

  const Client& client_;
  std::vector<bool> silent_;  ///< by partition: the last request had no response
  std::size_t first_ = 0;     ///< index of the silent partition that is tried first; rotates
};

}  // namespace firstcome::journal::kafka
