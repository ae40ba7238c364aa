#pragma once

#include <functional>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// Asks for the ends of all partitions of the topic. One call of librdkafka does it, with one request to each
/// leader; but that call waits for all leaders. So a partition that did not answer is asked about by itself,
/// after the others and briefly, until it answers again. For one thread.
class Ends {
 public:
  Ends(const Client& client, std::int32_t partitions)
      : client_(client), silent_(static_cast<std::size_t>(partitions), false) {}

  /// Blocks on the network. While many partitions are silent, not each of them is asked about every time.
  void ask(const std::function<void(Partition, const Result<Offset>&)>& handle);

 private:
  using Handler = std::function<void(Partition, const Result<Offset>&)>;

  /// An error: the call failed as a whole, and nothing was handed over.
  rd_kafka_resp_err_t ask_together(const std::vector<Partition>& partitions, milliseconds patience,
                                   const Handler& handle);
  /// False: no end.
  bool ask_one(Partition partition, const Handler& handle);
  void ask_silent(const std::vector<Partition>& silent, const Handler& handle);
  void hand_over(Partition partition, const Result<Offset>& end, const Handler& handle);

  const Client& client_;
  std::vector<bool> silent_;  ///< by partition: it had no end when it was asked about last
  std::size_t first_ = 0;     ///< which of the silent ones is asked about first; goes round
};

}  // namespace firstcome::journal::kafka
