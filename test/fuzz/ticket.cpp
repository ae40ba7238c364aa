/// A ticket from anybody: never a crash, and only what was sealed with the key is opened.
#include <string>

#include "domain/check.h"
#include "test/fuzz/bytes.h"
#include "ticket/ticket.h"

using namespace firstcome;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TicketSeal seal{InstallationKey{}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto ticket = seal.open(text)) CHECK(seal.text(*ticket) == text);

  // One of ours, with one character changed, is none.
  fuzz::Bytes bytes(data, size);
  const Ticket ours{
      .policy = PolicyId{1 + bytes.byte()}, .user = UserId{1 + bytes.byte()}, .offset = bytes.byte()};
  std::string sealed = seal.text(ours);
  CHECK(seal.open(sealed) == ours);
  char& changed = sealed[bytes.byte() % sealed.size()];
  const char other = static_cast<char>(bytes.byte());
  if (changed == other) return 0;
  changed = other;
  CHECK(!seal.open(sealed));
  return 0;
}
