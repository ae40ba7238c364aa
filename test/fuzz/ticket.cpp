/// Decodes arbitrary bytes as a ticket: must not crash, and must accept only tickets with a valid MAC.
#include <string>

#include "domain/check.h"
#include "test/fuzz/bytes.h"
#include "ticket/ticket.h"

using namespace firstcome;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TicketCodec tickets{InstallationKey{}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto ticket = tickets.decode(text)) CHECK(tickets.encode(*ticket) == text);

  // A valid ticket with one changed character is invalid.
  fuzz::Bytes bytes(data, size);
  const Ticket ours{
      .policy = PolicyId{1 + bytes.byte()}, .user = UserId{1 + bytes.byte()}, .offset = bytes.byte()};
  std::string forged = tickets.encode(ours);
  CHECK(tickets.decode(forged) == ours);
  char& changed = forged[bytes.byte() % forged.size()];
  const char other = static_cast<char>(bytes.byte());
  if (changed == other) return 0;
  changed = other;
  CHECK(!tickets.decode(forged));
  return 0;
}
