#include "journal_kit.h"

#include <gtest/gtest.h>

namespace firstcome::test {
namespace {

/// A test that waits longer fails.
constexpr std::chrono::seconds kLongest{60};

ReadLine copy(const journal::RawRecord& record) {
  ReadLine read{record.offset, record.timestamp, record.log_append_time, journal::checksum(record), {}};
  if (record.key) read.line.key = std::string(*record.key);
  if (record.value) read.line.value = std::string(*record.value);
  for (const auto& header : record.headers) read.line.headers.emplace_back(header.key, header.value);
  return read;
}

}  // namespace

void Acknowledgements::acknowledged(std::span<const journal::Acknowledgement> acknowledgements) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : acknowledgements) seen_[one.token] = one;
  more_.notify_all();
}

std::map<std::uint64_t, journal::Acknowledgement> Acknowledgements::wait_for(std::size_t count) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(more_.wait_for(lock, kLongest, [&] { return seen_.size() >= count; }))
      << "only " << seen_.size() << " of " << count << " acknowledgements arrived";
  return seen_;
}

std::size_t Acknowledgements::count() {
  const std::lock_guard lock(mutex_);
  return seen_.size();
}

bool try_append(journal::Appender& appender, Partition partition, std::uint64_t token, const Line& line,
                journal::Destination destination) {
  std::vector<journal::Header> headers;
  for (const auto& [key, value] : line.headers) headers.push_back({key, value});
  return appender.try_append({destination, partition, token, line.key, line.value, headers});
}

std::vector<Offset> append_all(journal::Journal& journal, Partition partition,
                               const std::vector<Line>& lines) {
  Acknowledgements sink;
  const auto appender = journal.make_appender(sink);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_TRUE(try_append(*appender, partition, i, lines[i])) << "the queue is full";
  }
  std::vector<Offset> offsets;
  for (const auto& [token, acknowledgement] : sink.wait_for(lines.size())) {
    EXPECT_EQ(acknowledgement.outcome, journal::AppendOutcome::Appended) << token;
    offsets.push_back(acknowledgement.offset.value_or(-1));
  }
  return offsets;
}

std::vector<ReadLine> read_all(journal::Follower& follower, std::size_t at_least) {
  std::vector<ReadLine> read;
  const auto give_up = std::chrono::steady_clock::now() + kLongest;
  for (;;) {
    const auto fetch = follower.poll(milliseconds{100});
    if (!fetch.ok()) {
      ADD_FAILURE() << fetch.error().text();
      return read;
    }
    for (const auto& record : fetch->records) read.push_back(copy(record));
    if (fetch->at_end && read.size() >= at_least) return read;
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << "only " << read.size() << " records arrived";
      return read;
    }
  }
}

std::vector<ReadLine> read_all(journal::Journal& journal, Partition partition, Offset from,
                               std::size_t at_least) {
  const auto follower = journal.follow(partition, from);
  if (!follower.ok()) {
    ADD_FAILURE() << follower.error().text();
    return {};
  }
  return read_all(**follower, at_least);
}

journal::Fetch poll_to_end(journal::Follower& follower) {
  const auto give_up = std::chrono::steady_clock::now() + kLongest;
  for (;;) {
    auto fetch = follower.poll(milliseconds{100});
    if (!fetch.ok()) {
      ADD_FAILURE() << fetch.error().text();
      return {};
    }
    if (fetch->at_end) return std::move(*fetch);
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << "the end was not reached";
      return {};
    }
  }
}

std::vector<Line> lines_of(const std::vector<ReadLine>& read) {
  std::vector<Line> lines;
  for (const ReadLine& one : read) lines.push_back(one.line);
  return lines;
}

}  // namespace firstcome::test
