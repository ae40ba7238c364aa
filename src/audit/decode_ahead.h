#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "journal/journal.h"
#include "journal/range_reader.h"
#include "journal/record_json.h"

namespace firstcome::audit {

/// Reads one partition and decodes its records before the caller decides them. Decoding costs most and needs no
/// order: a separate thread does it, and the caller's thread while it would only wait.
class DecodeAhead {
 public:
  struct Chunk {
    journal::Fetch fetch;
    std::vector<Record> records;  ///< decoded, one for each of fetch.records
    std::int32_t rules = 1;       ///< used for decoding; if the rules change, the caller must decode again
  };

  /// Reads `partition` from `from`, the position of the follower, to `until`, which the journal must have.
  DecodeAhead(std::unique_ptr<journal::Follower> follower, const journal::RecordTrust& trust,
              Partition partition, Offset from, Offset until);
  ~DecodeAhead();
  DecodeAhead(const DecodeAhead&) = delete;
  DecodeAhead& operator=(const DecodeAhead&) = delete;

  /// The next chunk, in order, valid until the next call; null at the end. `rules`: the current rules version, used
  /// for decoding from now on.
  Result<const Chunk*> next(std::int32_t rules);

 private:
  struct Work {
    Chunk chunk;
    enum class State : std::uint8_t { Read, Decoding, Decoded } state = State::Read;
  };
  void run();
  void read(std::unique_lock<std::mutex>& lock);
  /// Decodes the first chunk that no thread has begun to decode; false if there is none.
  bool decode_one(std::unique_lock<std::mutex>& lock, journal::RecordDecoder& decoder);

  const std::unique_ptr<journal::Follower> follower_;
  journal::RangeReader reader_;       ///< the thread's
  std::unique_ptr<Work> handed_out_;  ///< the caller's
  journal::RecordDecoder decoder_;    ///< the thread's
  journal::RecordDecoder callers_decoder_;

  std::mutex mutex_;  // guards everything below
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Work>> work_;       ///< in journal order
  std::vector<std::unique_ptr<Work>> finished_;  ///< their memory is reused
  std::int32_t rules_ = 1;
  bool read_all_ = false;
  bool stopping_ = false;
  std::optional<Error> failed_;
  std::thread thread_;  // last, because it uses the members above
};

}  // namespace firstcome::audit
