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

/// 32 hexadecimal digits: who wrote the record holds the installation key.
inline constexpr std::string_view kMacHeader = "mac";

/// Makes and checks the MAC of records that only nodes of this installation may write: policy commands, rules
/// and what was moved home. 128 bits of keyed BLAKE2b over the era, the partition, the key, the value and the
/// headers other than the MAC, each with its length. Another partition or era has another MAC; a copy in the
/// same partition has the same one, and changes nothing (docs/decisions/0023). Immutable: any thread.
class RecordSeal {
 public:
  RecordSeal(const InstallationKey& key, Era era);

  [[nodiscard]] std::string mac(Partition target, const std::optional<std::string_view>& key,
                                const std::optional<std::string_view>& value,
                                std::span<const Header> headers) const;
  [[nodiscard]] bool is_valid(Partition partition, const RawRecord& record) const;

 private:
  DerivedKey key_;
  Era era_;
};

/// Which records of a journal are believed. Immutable while it is used: any thread.
class RecordTrust {
 public:
  /// A place in the journal.
  using Place = std::pair<Partition, Offset>;

  /// `skipped_rules`: rules records that an operator has every node skip.
  RecordTrust(const RecordSeal& seal, std::set<Place> skipped_rules)
      : seal_(seal), skipped_rules_(std::move(skipped_rules)) {}
  /// For what the store holds, and for tests of what a record means.
  static RecordTrust everything() { return RecordTrust(true); }
  /// Plain requests alone: for whoever has no key.
  static RecordTrust requests_only() { return RecordTrust(false); }

  [[nodiscard]] bool believes(Partition partition, const RawRecord& record) const {
    return seal_ ? seal_->is_valid(partition, record) : without_mac_;
  }
  [[nodiscard]] bool skips_rules(Place place) const { return skipped_rules_.contains(place); }

 private:
  explicit RecordTrust(bool without_mac) : without_mac_(without_mac) {}

  std::optional<RecordSeal> seal_;
  std::set<Place> skipped_rules_;
  bool without_mac_ = false;
};

}  // namespace firstcome::journal
