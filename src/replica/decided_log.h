#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "domain/code.h"
#include "domain/record.h"
#include "replica/answer.h"
#include "store/store.h"

namespace firstcome::replica {

/// What a relay carries that is no request, which is rare: an undecodable record as it stood, or a misrouted
/// policy command.
struct RelayedBytes {
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
  std::string reason{};  ///< why it could not be read
  bool log_append_time = true;
};

/// A record the partition's owner appends somewhere else before its position moves past it: a misrouted
/// one to its home, an undecodable one to the dead letters. Small, because nodes that will not relay it keep
/// it, too; RelayWriter makes the record of it.
struct Relay {
  Offset offset = 0;
  Timestamp appended_at{};
  bool dead_letter = false;
  Partition target = 0;    ///< where a misrouted record belongs
  IssueRequest request{};  ///< while there are no bytes
  std::shared_ptr<const RelayedBytes> bytes{};
};

/// A sealed run of decisions with everything needed to save it. Immutable, so any thread may read it.
struct Chunk {
  Offset first = 0;                   ///< = the previous chunk's end
  std::vector<std::uint8_t> codes;    ///< one an offset
  std::vector<std::uint64_t> hashes;  ///< state hash after each offset
  std::uint64_t hash_before = 0;      ///< state hash at `first`
  std::vector<Coupon> coupons;
  std::vector<store::PolicyChangeRow> changes;
  std::vector<Policy> policies;  ///< after-images at the end
  PartitionState state;          ///< at the end
  std::uint32_t checksum = 0;    ///< of the last record
  std::vector<Relay> relays;
  Instant sealed_at{};

  [[nodiscard]] Offset end() const { return first + static_cast<Offset>(codes.size()); }
};

/// The decisions of one partition that are still in memory: the tail (chunks not yet known saved, and some
/// seconds longer) and, longer than that, a ring of their codes. Thread-safe: the partition's thread
/// appends, the issuer saves from it and reports back, the edge looks things up.
class DecidedLog {
 public:
  /// `ring_size`: codes kept, at least; more while the tail is longer.
  DecidedLog(Partition partition, std::size_t ring_size);

  /// Starts over at a position of the store: nothing is decided beyond it, nothing before it is held.
  void reset(const store::Position& position);
  /// The chunk begins where the log ends.
  void append(std::shared_ptr<const Chunk> chunk);

  // --- the issuer's side
  /// The next batch to save from `from` on: sealed chunks up to about `max_records`, or as many coupons (a
  /// record of an import brings up to a thousand). Nothing when all is saved, and nothing when `from` is
  /// outside the tail (see holds()).
  std::optional<store::Batch> batch_from(Offset from, std::size_t max_records) const;
  std::vector<Relay> relays_in(Offset from, Offset end) const;
  /// The state hash at an offset, while the tail reaches there.
  std::optional<std::uint64_t> hash_at(Offset offset) const;
  /// The store was seen at this position. Trims what has been saved for `keep` already.
  void saw_saved(Offset next_offset, Instant now, milliseconds keep);
  [[nodiscard]] Era era() const;       ///< of the position it was reset to; 0 before that
  [[nodiscard]] Offset begin() const;  ///< first offset of the tail
  [[nodiscard]] Offset end() const;    ///< next offset to be decided
  [[nodiscard]] Offset saved() const;  ///< as last seen
  [[nodiscard]] std::int64_t unsaved() const;
  /// All of these as of one moment.
  struct Figures {
    Offset begin = 0;
    Offset end = 0;
    Offset saved = 0;
    std::size_t ring = 0;                     ///< codes in memory
    std::optional<Instant> oldest_unsaved{};  ///< when what waits longest to be saved was decided
  };
  [[nodiscard]] Figures figures() const;
  /// Bytes of records waiting to be relayed that the tail keeps in memory.
  [[nodiscard]] std::size_t relay_bytes() const;
  /// Coupons that the tail keeps in memory.
  [[nodiscard]] std::size_t coupons() const;

  // --- the edge's side
  enum class Held : std::uint8_t { NotYet, Here, Below };
  struct Lookup {
    Held held = Held::NotYet;
    Code code = Code::None;
    std::optional<Coupon> coupon;  ///< SUCCESS, while the tail holds it
  };
  [[nodiscard]] Lookup find(Offset offset) const;
  /// Chunks holding everything decided from `from` on; nothing when the tail begins behind it.
  [[nodiscard]] std::optional<std::vector<std::shared_ptr<const Chunk>>> chunks_from(Offset from) const;
  /// The tail for a reader that follows it.
  struct Tail {
    bool loaded = false;
    std::uint64_t life = 0;  ///< another one after each reset()
    Offset begin = 0;
    std::vector<std::shared_ptr<const Chunk>> chunks;
  };
  /// Its chunks from `from` on, where a chunk ends; all of them if the reader has seen another life.
  [[nodiscard]] Tail tail_from(std::uint64_t life, Offset from) const;
  /// Tells `sink` once `offset` is decided; at once, within the call, if it is. Survives reset().
  /// `sink` is called with the log's lock held and must not call back.
  void notify_at(Offset offset, AnswerSink& sink, std::uint64_t token);
  /// Takes back what was asked for by notify_at() with the same arguments.
  void forget(Offset offset, AnswerSink& sink, std::uint64_t token);
  void forget(AnswerSink& sink);
  /// Those that wait to be told of a place.
  [[nodiscard]] std::size_t watchers() const;

 private:
  struct Seen {
    Instant at;
    Offset saved = 0;
  };
  struct Watcher {
    AnswerSink* sink = nullptr;
    std::uint64_t token = 0;
  };
  // All with mutex_ held:
  [[nodiscard]] Offset end_locked() const;
  [[nodiscard]] bool tail_reaches(Offset offset) const;
  /// The chunk that holds the decision at `offset`, which the tail must hold.
  [[nodiscard]] std::deque<std::shared_ptr<const Chunk>>::const_iterator chunk_at(Offset offset) const;
  using Chunks = std::vector<std::shared_ptr<const Chunk>>;
  /// Returns what is held no longer: freeing it takes long enough for others to wait for the lock.
  [[nodiscard]] Chunks trim(Instant now, milliseconds keep);

  const Partition partition_;
  const std::size_t ring_size_;
  mutable std::mutex mutex_;  // guards everything below
  std::uint64_t life_ = 0;    ///< counts the calls of reset()
  bool loaded_ = false;       ///< reset() has been called: the numbers below mean something
  Offset begin_ = 0;
  std::uint64_t hash_at_begin_ = 0;
  Offset saved_ = 0;
  std::deque<std::shared_ptr<const Chunk>> chunks_;
  std::deque<std::uint8_t> ring_;  ///< codes of [ring_begin_, end)
  Offset ring_begin_ = 0;
  std::deque<Seen> seen_;
  std::multimap<Offset, Watcher> watchers_;
  std::size_t relay_bytes_ = 0;
  std::size_t coupons_ = 0;
  Era era_ = 1;
};

}  // namespace firstcome::replica
