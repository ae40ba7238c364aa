#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/journal.h"

/// Functions for tests of journals.
namespace firstcome::test {

/// A record that owns its memory.
struct Line {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  bool operator==(const Line&) const = default;
};

struct ReadLine {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::uint32_t checksum = 0;
  Line line;
  bool operator==(const ReadLine&) const = default;
};

inline Line text(std::string value) { return {"7", std::move(value), {}}; }

/// Collects acknowledgements and waits for them.
class Acknowledgements : public journal::AcknowledgementSink {
 public:
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;
  /// Waits for `count` acknowledgements; returns all of them by token.
  std::map<std::uint64_t, journal::Acknowledgement> wait_for(std::size_t count);
  std::size_t count();

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::map<std::uint64_t, journal::Acknowledgement> seen_;  // guarded by mutex_
};

bool try_append(journal::Appender& appender, Partition partition, std::uint64_t token, const Line& line,
                journal::Destination destination = journal::Destination::Requests);

/// Appends with its own appender and waits for the acknowledgements. Returns the offsets in order.
std::vector<Offset> append_all(journal::Journal& journal, Partition partition,
                               const std::vector<Line>& lines);

/// Reads from `from` to the end, or until it has `at_least` records.
std::vector<ReadLine> read_all(journal::Journal& journal, Partition partition, Offset from,
                               std::size_t at_least = 0);
std::vector<ReadLine> read_all(journal::Follower& follower, std::size_t at_least = 0);

/// Polls until the end. Returns the last fetch.
journal::Fetch poll_to_end(journal::Follower& follower);

std::vector<Line> lines_of(const std::vector<ReadLine>& read);

}  // namespace firstcome::test
