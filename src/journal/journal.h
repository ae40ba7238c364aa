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

/// The ordered, durable log that defines who is first. The interface has Kafka's terms and guarantees; a
/// Kafka topic, an SQLite file and a simulation implement it.
namespace firstcome::journal {

struct Header {
  std::string_view key;
  std::string_view value;
  bool is_null = false;  ///< Kafka's null value. The decoder treats it as an empty value
};

/// The result has views into both arguments.
inline Header header_of(std::string_view key, const std::optional<std::string>& value) {
  return {key, value ? std::string_view(*value) : std::string_view{}, !value};
}

/// A record of the journal. The views are valid while its Fetch exists.
struct RawRecord {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
};

/// CRC-32C over the content and the time of a record. Distinguishes this log from a recreated one.
std::uint32_t checksum(const RawRecord& record);

/// The result of one poll.
struct Fetch {
  std::vector<RawRecord> records;
  /// The next offset to read: after the last record and after missing offsets that follow it.
  Offset position = 0;
  /// The reader has reached the end of the partition. An offset cannot show this, because offsets may be
  /// missing.
  bool at_end = false;
  /// Since the previous fetch the log may have been replaced (lost connection, new leader, silence). Compare
  /// the record before this fetch with compare_log() before you use these records. If it is equal, all
  /// records before the comparison are of the same log.
  bool interrupted = false;
  std::shared_ptr<const void> memory;  ///< owns the memory of the views
};

/// Reads one partition in order. Used by one thread.
class Follower {
 public:
  virtual ~Follower() = default;
  /// Waits at most `timeout` for records. A Permanent error means that the log is not the expected one.
  virtual Result<Fetch> poll(milliseconds timeout) = 0;
};

enum class AppendOutcome : std::uint8_t {
  Appended,           ///< durable; `offset` is set if it is known
  NotPersisted,       ///< certainly not in the journal, also not later
  PossiblyPersisted,  ///< may be in the journal now or later
};

/// The result of an append. May come late, after a follower got the record, twice, or never.
struct Acknowledgement {
  std::uint64_t token = 0;
  AppendOutcome outcome = AppendOutcome::Appended;
  std::optional<Offset> offset;
};

/// Receives acknowledgements on a thread of the journal; must not block.
class AcknowledgementSink {
 public:
  virtual ~AcknowledgementSink() = default;
  virtual void acknowledged(std::span<const Acknowledgement> acknowledgements) = 0;
};

/// The journal, or the topic for undecodable records.
enum class Destination : std::uint8_t { Requests, DeadLetters };

/// A record to append. The views must be valid only during the call.
struct Append {
  Destination destination = Destination::Requests;
  Partition partition = 0;
  std::uint64_t token = 0;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
};

/// Appends for one sender. `try_append` never blocks. It returns false and does nothing if the queue is full.
class Appender {
 public:
  virtual ~Appender() = default;
  virtual bool try_append(const Append& append) = 0;
};

/// An appender that writes the records of each partition in order and without gaps. After one failure all
/// later records fail too (PossiblyPersisted or NotPersisted). The owner then makes a new appender and
/// appends again, from the first unacknowledged record on.
class GaplessAppender : public Appender {};

/// Identifies a record by its offset and content.
struct RecordMark {
  Partition partition = 0;
  Offset offset = 0;
  std::uint32_t checksum = 0;
};

/// `start`: first offset that still exists. `end`: the next record gets this offset, or a higher one if
/// offsets are missing.
struct Bounds {
  Offset start = 0;
  Offset end = 0;
};

/// The log for reading. Thread-safe. Must outlive all objects made from it.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  /// A constant identity (Kafka: cluster id and topic id); a recreated log has another one.
  virtual std::string identity() = 0;
  virtual std::int32_t partitions() = 0;
  /// Higher than partitions() after an operator has added partitions; to follow them, open the log again. May
  /// block on the network.
  virtual Result<std::int32_t> partitions_now() { return partitions(); }
  /// May block on the network.
  virtual Result<Bounds> bounds(Partition partition) = 0;
  /// bounds().end, for frequent calls. May block on the network.
  virtual Result<Offset> end(Partition partition) {
    ASSIGN_OR_RETURN(const Bounds held, bounds(partition));
    return held.end;
  }
  /// Receives the end of one partition, or the error.
  using EndHandler = std::function<void(Partition, const Result<Offset>&)>;
  /// Reads the ends of all partitions with as few network requests as possible, and calls `handle` for each
  /// as soon as it is known. A broker that does not respond delays the other partitions once, by less than a
  /// second. May block on the network. Used by one thread at a time.
  virtual void ends(const EndHandler& handle) {
    for (Partition partition = 0; partition < partitions(); ++partition) handle(partition, end(partition));
  }
  /// Reads from `from` on, which must be within bounds(). The first record has this offset or a higher one.
  virtual Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) = 0;
  /// The checksum of the record at this offset; none if there is no record. May block on the network.
  virtual Result<std::optional<std::uint32_t>> checksum_at(Partition partition, Offset offset);
};

/// The log for reading and appending. Thread-safe. Must outlive all objects made from it.
class Journal : public JournalReader {
 public:
  /// `sink` must outlive the appender. No acknowledgement comes after the destructor of the appender.
  virtual std::unique_ptr<Appender> make_appender(AcknowledgementSink& sink) = 0;
  virtual std::unique_ptr<GaplessAppender> make_gapless_appender(AcknowledgementSink& sink) = 0;
  /// The reason why appended records of this partition do not become durable now; empty if no such reason is
  /// known. A node with a reason goes out of service, so the reason must disappear after its cause, also if
  /// no record is appended. Any thread; does not block.
  virtual std::string append_trouble(Partition /*partition*/) { return {}; }
};

}  // namespace firstcome::journal
