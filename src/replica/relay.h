#pragma once

#include <string>
#include <vector>

#include "domain/record.h"
#include "journal/journal.h"
#include "journal/record_mac.h"
#include "replica/decided_log.h"

namespace firstcome::replica {

/// Relays a misrouted record to its home.
Relay relay_home(const journal::RawRecord& raw, const Record& record, Partition home);

/// Relays an undecodable record to the dead letters. A record that does not fit there, which is possible only
/// in a compressed batch, is cut: its value first. The header `firstcome-cut` then has the full length of the
/// value.
Relay relay_to_dead_letters(const journal::RawRecord& raw, const std::string& reason);

/// Marks a dead letter that was cut. Its value is the length of the record's value, in decimal.
inline constexpr std::string_view kCutHeader = "firstcome-cut";
/// Prefix of the headers with the origin of a dead letter.
inline constexpr std::string_view kDeadLetterHeaders = "kafka_dlt-";

/// The origin that dead letters name.
struct RelaySource {
  std::string topic = "coupon-issue-request";
  std::string group = "coupon-issue-group";
};

/// Writes the record of a relay. A misrouted record becomes canonical JSON, with its offset in the header
/// `origin` and with a MAC. A dead letter keeps its key, value and headers. Behind them it has the headers of
/// Spring Kafka's DeadLetterPublishingRecoverer, with the same names and binary formats.
class RelayWriter {
 public:
  RelayWriter(Partition self, const journal::RecordMac& record_mac, RelaySource source);
  /// The result is valid until the next call, at most as long as `relay`.
  journal::Append write(const Relay& relay);

 private:
  void add(std::string_view name, std::string value);
  void write_home(const Relay& relay, journal::Append& append);
  void write_dead_letter(const Relay& relay, journal::Append& append);

  const Partition self_;
  const journal::RecordMac record_mac_;
  const RelaySource source_;
  std::string key_;
  std::string value_;
  std::vector<std::string> texts_;  ///< of added headers; reserved, so that views into it stay valid
  std::vector<journal::Header> headers_;
};

}  // namespace firstcome::replica
