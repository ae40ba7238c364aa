#include "node/newest_header.h"

#include <algorithm>

namespace firstcome::node {
namespace {

constexpr milliseconds kPoll{200};
constexpr int kMostPolls = 50;

}  // namespace

/// The end is one past a record, unless a transaction ended there: then what is before it is not looked for.
Result<std::optional<std::string>> newest_header(journal::JournalReader& topic, Partition partition,
                                                 std::string_view name) {
  const auto held = topic.bounds(partition);
  if (!held.ok()) return held.error();
  std::optional<std::string> found;
  if (held->end == held->start) return found;
  auto follower = topic.follow(partition, held->end - 1);
  if (!follower.ok()) return follower.error();
  for (int polls = 0; polls < kMostPolls; ++polls) {
    const auto fetch = (*follower)->poll(kPoll);
    if (!fetch.ok()) return fetch.error();
    for (const journal::RawRecord& record : fetch->records) {
      const auto header = std::ranges::find(record.headers, name, &journal::Header::key);
      if (header != record.headers.end()) found = std::string(header->value);
    }
    if (!fetch->records.empty() || fetch->at_end) return found;
  }
  return Error{Error::Kind::Retryable, "partition " + std::to_string(partition) +
                                           ": the topic of the events does not give its newest record"};
}

}  // namespace firstcome::node
