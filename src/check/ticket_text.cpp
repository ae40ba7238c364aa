#include <array>

#include "check/history_reader.h"

namespace firstcome::check {
namespace {

// As src/ticket/ticket.cpp writes it: version, era, incarnation, policy, user, partition, offset, MAC; big
// endian, base64url. In version 3 the era has two bytes, after two bytes of the ordinal.
constexpr std::size_t kBytes = 1 + 4 + 8 + 8 + 8 + 2 + 8 + 8;
constexpr std::size_t kCharacters = (kBytes * 8 + 5) / 6;
constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kVersionWithOrdinal = 3;

constexpr std::array<std::int8_t, 256> kDigits = [] {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return digits;
}();

bool decode(std::string_view text, std::array<std::uint8_t, kBytes>& bytes) {
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t filled = 0;
  for (const char character : text) {
    const std::int8_t digit = kDigits[static_cast<unsigned char>(character)];
    if (digit < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[filled++] = static_cast<std::uint8_t>(bits >> count);
  }
  return true;
}

}  // namespace

std::optional<TicketPlace> read_ticket(std::string_view text) {
  std::array<std::uint8_t, kBytes> bytes{};
  if (text.size() != kCharacters || !decode(text, bytes)) return std::nullopt;
  const bool has_ordinal = bytes[0] == kVersionWithOrdinal;
  if (bytes[0] != kVersion && !has_ordinal) return std::nullopt;
  std::size_t next = 1;
  const auto take = [&](std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number = number << 8 | bytes[next++];
    return number;
  };
  TicketPlace ticket;
  if (has_ordinal) ticket.ordinal = static_cast<std::int32_t>(take(2));
  ticket.era = static_cast<Era>(take(has_ordinal ? 2 : 4));
  take(8);  // the incarnation
  ticket.policy = PolicyId{static_cast<std::int64_t>(take(8))};
  ticket.user = UserId{static_cast<std::int64_t>(take(8))};
  ticket.place.partition = static_cast<Partition>(take(2));
  ticket.place.offset = static_cast<Offset>(take(8));
  return ticket;
}

}  // namespace firstcome::check
