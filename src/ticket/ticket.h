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

/// A place in the journal that was returned to a caller. Every node with the installation key can look it up without
/// having stored anything.
struct Ticket {
  Era era = 1;
  PolicyId policy;
  UserId user;
  Partition partition = 0;
  Offset offset = 0;
  Incarnations::Id incarnation = 0;  ///< set by open(); append() writes the incarnation of the place

  bool operator==(const Ticket&) const = default;
};

/// Tickets as text: [A-Za-z0-9_-], 63 characters; base64url of version, fields (big endian) and a 64-bit
/// SipHash-2-4 over both, keyed by the installation key. Thread-safe.
class TicketSeal {
 public:
  explicit TicketSeal(const InstallationKey& key, Incarnations incarnations = {})
      : key_(key.derive(KeyPurpose::Tickets)), incarnations_(std::move(incarnations)) {}

  void append(const Ticket& ticket, std::string& out) const;
  [[nodiscard]] std::string text(const Ticket& ticket) const;
  /// Nothing for a ticket of another key.
  [[nodiscard]] std::optional<Ticket> open(std::string_view text) const;
  /// False for a ticket of another history of the data: made after the backup that was restored, or by another copy of
  /// the data. Its place has another request here, or none.
  [[nodiscard]] bool is_of_this_history(const Ticket& ticket) const {
    return ticket.incarnation == incarnations_.at(ticket.era, ticket.partition, ticket.offset);
  }

 private:
  DerivedKey key_;
  Incarnations incarnations_;
};

}  // namespace firstcome
