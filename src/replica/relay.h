#pragma once

#include <string>
#include <vector>

#include "domain/record.h"
#include "journal/journal.h"
#include "journal/record_seal.h"
#include "replica/decided_log.h"

namespace firstcome::replica {

/// A misrouted record on its way home.
Relay relay_home(const journal::RawRecord& raw, const Record& record, Partition home);

/// An undecodable record on its way to the dead letters. One that would not fit there, which only a
/// compressed batch can bring, is cut: its value first, and the header `firstcome-cut` says how long that
/// was.
Relay relay_to_dead_letters(const journal::RawRecord& raw, const std::string& reason);

/// Says of a dead letter that it is not all of the record; its value is the length of the record's, in
/// decimal.
inline constexpr std::string_view kCutHeader = "firstcome-cut";
/// What the headers begin with that say where a dead letter comes from.
inline constexpr std::string_view kDeadLetterHeaders = "kafka_dlt-";

/// What dead letters say they come from.
struct RelaySource {
  std::string topic = "coupon-issue-request";
  std::string group = "coupon-issue-group";
};

/// Makes the records that relays become. A misrouted one is canonical JSON with where it stood in the header
/// `origin` and a MAC. A dead letter has key, value and headers as they were, and behind them the headers of
/// Spring Kafka's DeadLetterPublishingRecoverer, names and binary forms.
class RelayWriter {
 public:
  RelayWriter(Partition self, const journal::RecordSeal& seal, RelaySource source);
  /// Valid until the next call, and no longer than the relay.
  journal::Append write(const Relay& relay);

 private:
  void add(std::string_view name, std::string value);
  void write_home(const Relay& relay, journal::Append& append);
  void write_dead_letter(const Relay& relay, journal::Append& append);

  const Partition self_;
  const journal::RecordSeal seal_;
  const RelaySource source_;
  std::string key_;
  std::string value_;
  std::vector<std::string> texts_;  ///< of headers made here; does not grow while one is made
  std::vector<journal::Header> headers_;
};

}  // namespace firstcome::replica
