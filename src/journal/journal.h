#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/record.h"
#include "domain/result.h"
#include "domain/time.h"

/// The ordered, durable log that decides who was first. Kafka's terms and guarantees, so that a Kafka
/// topic, a SQLite file and a simulation fit behind the same few calls.
namespace firstcome::journal {

struct Header {
  std::string_view key;
  std::string_view value;
  bool is_null = false;  ///< Kafka's: no value at all. Whoever decides takes it for the empty one
};

/// Views into both.
inline Header header_of(std::string_view key, const std::optional<std::string>& value) {
  return {key, value ? std::string_view(*value) : std::string_view{}, !value};
}

/// A record as the journal holds it. The views live as long as the Fetch they came in.
struct RawRecord {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
};

/// CRC-32C over everything a record carries and its time: tells this log from a recreated one.
std::uint32_t checksum(const RawRecord& record);

/// What one poll brought. `position` is the offset reading goes on from: past the last record and past
/// any hole behind it. `at_end` says that the partition's end was reached; an offset cannot say it.
/// `interrupted`: since the fetch before, something happened behind which the log may be another one (a lost
/// connection, another leader, silence). Before anything of this fetch is believed, the record before it has
/// to be compared: what came before a comparison that agrees is of the same log.
struct Fetch {
  std::vector<RawRecord> records;
  Offset position = 0;
  bool at_end = false;
  bool interrupted = false;
  std::shared_ptr<const void> memory;  ///< owns what the views point at
};

/// Reads one partition in order. Used by one thread.
class Follower {
 public:
  virtual ~Follower() = default;
  /// Waits at most `timeout` for records. A Permanent error means the log itself is wrong.
  virtual Result<Fetch> poll(milliseconds timeout) = 0;
};

enum class AppendOutcome : std::uint8_t {
  Appended,           ///< durable, at `offset` where that is known
  NotPersisted,       ///< certainly not in the journal, and never will be
  PossiblyPersisted,  ///< may be there now or turn up later
};

/// Says how an append ended. May come late, after the record was read back, twice, or never.
struct Acknowledgement {
  std::uint64_t token = 0;
  AppendOutcome outcome = AppendOutcome::Appended;
  std::optional<Offset> offset;
};

/// Takes acknowledgements on a thread of the journal's; must not block.
class AcknowledgementSink {
 public:
  virtual ~AcknowledgementSink() = default;
  virtual void acknowledged(std::span<const Acknowledgement> acknowledgements) = 0;
};

/// Where a record goes: the journal itself, or the topic for what could not be decoded.
enum class Destination : std::uint8_t { Requests, DeadLetters };

/// A record to append. Views need to live only during the call.
struct Append {
  Destination destination = Destination::Requests;
  Partition partition = 0;
  std::uint64_t token = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
};

/// Appends for one sender. `try_append` never blocks; false means the queue is full and nothing was taken.
class Appender {
 public:
  virtual ~Appender() = default;
  virtual bool try_append(const Append& append) = 0;
};

/// An appender whose records reach each partition in order and without gaps, or not at all: after a
/// failure everything behind it fails too (PossiblyPersisted or NotPersisted), until the owner makes a
/// new one and starts again from the first unacknowledged record.
class GaplessAppender : public Appender {};

/// Names a record by its place and content.
struct RecordMark {
  Partition partition = 0;
  Offset offset = 0;
  std::uint32_t checksum = 0;
};

/// First offset still held and the offset the next record will get (or lie behind, where holes are).
struct Bounds {
  Offset start = 0;
  Offset end = 0;
};

/// The log as it can be read. Thread-safe. Outlives everything made from it.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  /// Names this log for ever (Kafka: cluster id and topic id); a recreated log has another.
  virtual std::string identity() = 0;
  virtual std::int32_t partitions() = 0;
  /// More than partitions() once an operator has added some; to follow those, the log is opened anew. May
  /// block on the network.
  virtual Result<std::int32_t> partitions_now() { return partitions(); }
  /// May block on the network.
  virtual Result<Bounds> bounds(Partition partition) = 0;
  /// bounds().end alone, for who asks again and again. May block on the network.
  virtual Result<Offset> end(Partition partition) {
    const auto held = bounds(partition);
    return held.ok() ? Result<Offset>(held->end) : held.error();
  }
  /// Takes the end of one partition, or why it is not known.
  using EndHandler = std::function<void(Partition, const Result<Offset>&)>;
  /// The ends of all partitions in as few questions as there are, each handed over once it is known. A
  /// partition whose broker is silent holds the others up for less than a second, once. May block on the
  /// network. One thread at a time.
  virtual void ends(const EndHandler& handle) {
    for (Partition partition = 0; partition < partitions(); ++partition) handle(partition, end(partition));
  }
  /// Starts reading at `from`, which must lie within bounds(); the first record is at or behind it.
  virtual Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) = 0;
  /// The checksum of the record at this offset; nothing when the log holds none there. May block on the
  /// network.
  virtual Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset);
};

/// The log of those who append to it, too. Thread-safe. Outlives everything made from it.
class Journal : public JournalReader {
 public:
  /// `sink` must outlive the appender; no acknowledgement comes after the appender is destroyed.
  virtual std::unique_ptr<Appender> make_appender(AcknowledgementSink& sink) = 0;
  virtual std::unique_ptr<GaplessAppender> make_gapless_appender(AcknowledgementSink& sink) = 0;
  /// Why records appended to this partition do not become durable now, in words; empty while they do, or
  /// while nothing shows that they do not. It must end by itself once the cause has ended, also while nobody
  /// appends: by this a node is taken out of service. Any thread; does not block.
  virtual std::string append_trouble(Partition /*partition*/) { return {}; }
};

}  // namespace firstcome::journal
