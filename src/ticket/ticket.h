#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "key/installation_key.h"

namespace firstcome {

/// A place in the journal that a caller was told of. Whoever holds the key can answer it without having
/// remembered anything.
struct Ticket {
  Era era = 1;
  PolicyId policy;
  UserId user;
  Partition partition = 0;
  Offset offset = 0;

  bool operator==(const Ticket&) const = default;
};

/// Tickets as text: [A-Za-z0-9_-], 55 characters; base64url of version, fields (big endian) and a 64-bit
/// SipHash-2-4 over both, keyed by the installation key. Thread-safe.
class TicketSeal {
 public:
  explicit TicketSeal(const InstallationKey& key) : key_(key.derive(KeyPurpose::Tickets)) {}

  void append(const Ticket& ticket, std::string& out) const;
  [[nodiscard]] std::string text(const Ticket& ticket) const;
  /// Nothing for a ticket that was not sealed with this key.
  [[nodiscard]] std::optional<Ticket> open(std::string_view text) const;

 private:
  DerivedKey key_;
};

}  // namespace firstcome
