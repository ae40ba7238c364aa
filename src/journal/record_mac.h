#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "journal/journal.h"
#include "key/installation_key.h"

namespace firstcome::journal {

/// Header with 32 hexadecimal digits; proves that the writer of the record has the installation key.
inline constexpr std::string_view kMacHeader = "mac";

/// Computes and verifies the MAC of records that only nodes of this installation may write: policy commands,
/// rules and relayed records. 128 bits of keyed BLAKE2b over the era, the partition, the key, the value and
/// the headers without the MAC, each with its length. The MAC depends on partition and era. A copy in the
/// same partition has the same MAC; it changes nothing (docs/decisions/0023). Immutable, so any thread can
/// use it.
class RecordMac {
 public:
  RecordMac(const InstallationKey& key, Era era);

  [[nodiscard]] std::string compute(Partition target, const std::optional<std::string_view>& key,
                                    const std::optional<std::string_view>& value,
                                    std::span<const Header> headers) const;
  [[nodiscard]] bool is_valid(Partition partition, const RawRecord& record) const;

 private:
  DerivedKey key_;
  Era era_;
};

/// Decides which records are accepted as written by a node. Immutable, so any thread can use it.
class RecordTrust {
 public:
  using Place = std::pair<Partition, Offset>;

  /// `skipped_rules`: rules records that an operator has made all nodes skip.
  RecordTrust(const RecordMac& record_mac, std::set<Place> skipped_rules)
      : record_mac_(record_mac), skipped_rules_(std::move(skipped_rules)) {}
  /// Accepts all records: for rows of the store, and for tests.
  static RecordTrust everything() { return RecordTrust(true); }
  /// Accepts only records without a MAC, for a program that has no key.
  static RecordTrust requests_only() { return RecordTrust(false); }

  [[nodiscard]] bool trusts(Partition partition, const RawRecord& record) const {
    return record_mac_ ? record_mac_->is_valid(partition, record) : without_mac_;
  }
  [[nodiscard]] bool skips_rules(Place place) const { return skipped_rules_.contains(place); }

 private:
  explicit RecordTrust(bool without_mac) : without_mac_(without_mac) {}

  std::optional<RecordMac> record_mac_;
  std::set<Place> skipped_rules_;
  bool without_mac_ = false;
};

}  // namespace firstcome::journal
