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

/// The content of a relay that is not a request (rare): the bytes of an undecodable record, or a misrouted
/// command.
struct RelayedBytes {
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
  std::string reason{};  ///< why it cannot be decoded
  bool log_append_time = true;
};

/// A record that the partition's owner appends elsewhere before the position moves past it: a misrouted one
/// to its home, an undecodable one to the dead letters. Small, because every issuer keeps it, also one that
/// does not own the partition. RelayWriter writes the record.
struct Relay {
  Offset offset = 0;
  Timestamp appended_at{};
  bool dead_letter = false;
  Partition target = 0;                         ///< the home of a misrouted record
  IssueRequest request{};                       ///< if `bytes` is null
  std::shared_ptr<const TraceContext> trace{};  ///< of a misrouted record
  std::shared_ptr<const RelayedBytes> bytes{};
};

/// A closed range of decisions with everything that is needed to save it. Immutable, so any thread may read
/// it.
struct Chunk {
  Offset first = 0;                   ///< = the previous chunk's end
  std::vector<std::uint8_t> codes;    ///< one per offset
  std::vector<std::uint64_t> hashes;  ///< state hash after each offset
  std::uint64_t hash_before = 0;      ///< state hash at `first`
  std::vector<Coupon> coupons;
  std::vector<store::PolicyChangeRow> changes;
  std::vector<CouponChange> coupon_changes;
  std::vector<Policy> policies;   ///< after-images at the end
  std::vector<CouponLife> lives;  ///< after-images at the end
  std::vector<ListedUser> listed;
  std::vector<ImportedCode> imported_codes;
  std::vector<store::RecordTrace> traces;
  PartitionState state;        ///< at the end
  std::uint32_t checksum = 0;  ///< of the last record
  std::vector<Relay> relays;
  Instant closed_at{};

  [[nodiscard]] Offset end() const { return first + static_cast<Offset>(codes.size()); }
};

/// The decisions of one partition in memory: the tail (chunks that are not known to be saved, or are so only
/// for some seconds) and a longer ring of codes. Thread-safe: the partition's thread appends, the issuer
/// saves from it and reports what is saved, the edge looks up decisions.
class DecidedLog {
 public:
  /// `ring_size`: minimum number of codes kept; more while the tail is longer.
  DecidedLog(Partition partition, std::size_t ring_size);

  /// Clears the log. It begins and ends at this position of the store.
  void reset(const store::Position& position);
  /// The chunk must begin at end().
  void append(std::shared_ptr<const Chunk> chunk);

  // --- the issuer's side
  /// The next batch to save from `from` on: whole chunks until they have `max_records` records or coupons
  /// (one import record has up to 1,000). Nothing at end(), and nothing if `from` is outside the tail.
  std::optional<store::Batch> batch_from(Offset from, std::size_t max_records) const;
  std::vector<Relay> relays_in(Offset from, Offset end) const;
  /// The state hash at an offset of the tail.
  std::optional<std::uint64_t> hash_at(Offset offset) const;
  /// The store has this position. Drops the chunks that were saved at least `keep` ago.
  void saw_saved(Offset next_offset, Instant now, milliseconds keep);
  [[nodiscard]] Era era() const;       ///< of the position of reset(); 0 before
  [[nodiscard]] Offset begin() const;  ///< first offset of the tail
  [[nodiscard]] Offset end() const;    ///< next offset to be decided
  [[nodiscard]] Offset saved() const;  ///< as last seen
  [[nodiscard]] std::int64_t unsaved() const;
  /// All values as of one moment.
  struct Figures {
    Offset begin = 0;
    Offset end = 0;
    Offset saved = 0;
    std::size_t ring = 0;                     ///< codes in memory
    std::optional<Instant> oldest_unsaved{};  ///< when the oldest unsaved chunk was closed
  };
  [[nodiscard]] Figures figures() const;
  /// Bytes of the relays in the tail.
  [[nodiscard]] std::size_t relay_bytes() const;
  /// Coupons in the tail.
  [[nodiscard]] std::size_t coupons() const;

  // --- the edge's side
  enum class Held : std::uint8_t {
    NotYet,  ///< not decided yet
    Here,
    Below,  ///< older than the ring: only the store may have it
  };
  struct Lookup {
    Held held = Held::NotYet;
    Code code = Code::None;
    std::optional<Coupon> coupon;  ///< SUCCESS, while it is in the tail
  };
  [[nodiscard]] Lookup find(Offset offset) const;
  /// The chunks with all decisions from `from` on; nothing if `from` is before the tail.
  [[nodiscard]] std::optional<std::vector<std::shared_ptr<const Chunk>>> chunks_from(Offset from) const;
  /// The tail for a reader that follows it. `life` identifies the calls of reset().
  struct Tail {
    bool loaded = false;
    std::uint64_t life = 0;  ///< changes with each reset()
    Offset begin = 0;
    std::vector<std::shared_ptr<const Chunk>> chunks;
  };
  /// The chunks from `from` on, which is the end of a chunk; all chunks if `life` is not the current one.
  [[nodiscard]] Tail tail_from(std::uint64_t life, Offset from) const;
  /// Calls `sink` once `offset` is decided; within this call if it is decided already. Survives reset().
  /// `sink` is called with the log's lock held and must not call back.
  void notify_at(Offset offset, AnswerSink& sink, std::uint64_t token);
  /// Cancels the notify_at() with the same arguments.
  void forget(Offset offset, AnswerSink& sink, std::uint64_t token);
  /// Cancels all of this sink.
  void forget(AnswerSink& sink);
  /// Pending notifications.
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
  /// Returns the dropped chunks, which the caller frees without the lock, because that takes long.
  [[nodiscard]] Chunks trim(Instant now, milliseconds keep);

  const Partition partition_;
  const std::size_t ring_size_;
  mutable std::mutex mutex_;  // guards everything below
  std::uint64_t life_ = 0;    ///< counts the calls of reset()
  bool loaded_ = false;       ///< reset() was called: the values below are valid
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
