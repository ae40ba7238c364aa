#include "journal/kafka/ends.h"

#include <string>

#include "journal/kafka/error.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {
namespace {

constexpr milliseconds kAll{500};
constexpr milliseconds kOne{150};
/// Maximum number of silent partitions that one call waits for.
constexpr int kMostSilent = 2;

Error no_end(rd_kafka_resp_err_t code, Partition partition) {
  return error_of(code, fmt::format("reading the end of partition {}", partition));
}

}  // namespace

void Ends::ask(const Handler& handle) {
  std::vector<Partition> answering;
  std::vector<Partition> silent;
  for (std::size_t i = 0; i < silent_.size(); ++i) {
    (silent_[i] ? silent : answering).push_back(static_cast<Partition>(i));
  }
  if (!answering.empty() && ask_together(answering, kAll, handle) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    for (const Partition partition : answering) ask_one(partition, handle);
  }
  ask_silent(silent, handle);
}

void Ends::ask_silent(const std::vector<Partition>& silent, const Handler& handle) {
  int without_answer = 0;
  for (std::size_t i = 0; i < silent.size() && without_answer < kMostSilent; ++i) {
    if (!ask_one(silent[first_++ % silent.size()], handle)) ++without_answer;
  }
}

bool Ends::ask_one(Partition partition, const Handler& handle) {
  const auto failed = ask_together({partition}, kOne, handle);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) pass_on(partition, no_end(failed, partition), handle);
  return !silent_[static_cast<std::size_t>(partition)];
}

/// Requests the offset at a time (ListOffsets); the protocol's special time -1 is the end.
rd_kafka_resp_err_t Ends::ask_together(const std::vector<Partition>& partitions, milliseconds patience,
                                       const Handler& handle) {
  const PartitionsHandle asked(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const Partition partition : partitions) {
    rd_kafka_topic_partition_list_add(asked.get(), client_.settings().topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_END;
  }
  const auto failed =  // does not wait for a failed leader, as rd_kafka_query_watermark_offsets does
      rd_kafka_offsets_for_times(client_.handle(), asked.get(), static_cast<int>(patience.count()));
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return failed;
  for (int i = 0; i < asked->cnt; ++i) {
    const rd_kafka_topic_partition_t& answer = asked->elems[i];
    auto code = answer.err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && answer.offset < 0) code = RD_KAFKA_RESP_ERR__FAIL;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      pass_on(answer.partition, answer.offset, handle);
    } else {
      pass_on(answer.partition, no_end(code, answer.partition), handle);
    }
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void Ends::pass_on(Partition partition, const Result<Offset>& end, const Handler& handle) {
  silent_[static_cast<std::size_t>(partition)] = !end.ok();
  handle(partition, end);
}

}  // namespace firstcome::journal::kafka
