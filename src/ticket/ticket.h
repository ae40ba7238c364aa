#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/ids.h"
#include "domain/incarnations.h"
#include "key/installation_key.h"

namespace firstcome {

/// A request in the journal, as its caller can name it. A node that has the installation key can answer a
/// ticket without having stored it.
struct Ticket {
  Era era = 1;
  PolicyId policy;
  UserId user;
  Partition partition = 0;
  Offset offset = 0;
  Incarnations::Id incarnation = 0;  ///< set by decode(); append() ignores it and writes that of the offset
  std::int32_t ordinal = 1;          ///< of the requested coupon; 1 to kOrdinalMost

  bool operator==(const Ticket&) const = default;
};

/// The text of a ticket: 63 characters [A-Za-z0-9_-], base64url of version, fields (big endian) and a MAC of
/// both (64-bit SipHash-2-4 with a key derived from the installation key). A ticket for another coupon than the user's
/// first has another version, which has an ordinal. Thread-safe.
class TicketCodec {
 public:
  explicit TicketCodec(const InstallationKey& key, Incarnations incarnations = {})
      : key_(key.derive(KeyPurpose::Tickets)), incarnations_(std::move(incarnations)) {}

  void append(const Ticket& ticket, std::string& out) const;
  [[nodiscard]] std::string encode(const Ticket& ticket) const;
  /// None if the MAC is not of this key.
  [[nodiscard]] std::optional<Ticket> decode(std::string_view text) const;
  /// False for a ticket of another history of the data: one issued after the backup that was restored, or by
  /// another copy of the data. Its offset has another request here, or none.
  [[nodiscard]] bool is_of_this_history(const Ticket& ticket) const {
    return ticket.incarnation == incarnations_.at(ticket.era, ticket.partition, ticket.offset);
  }

 private:
  DerivedKey key_;
  Incarnations incarnations_;
};

}  // namespace firstcome
