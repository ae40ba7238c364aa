#include "ticket/ticket.h"

#include <sodium.h>

#include <array>
#include <cstddef>
#include <limits>

#include "domain/check.h"
#include "domain/policy.h"

namespace firstcome {
namespace {

constexpr std::uint8_t kVersion = 2;
/// The upper half of the era's four bytes is the ordinal. An era is a disaster: there are never 65536.
constexpr std::uint8_t kVersionWithOrdinal = 3;
constexpr int kOrdinalShift = 16;
constexpr Era kEraMostWithOrdinal = (Era{1} << kOrdinalShift) - 1;
static_assert(kOrdinalMost < 1 << 16);
constexpr std::size_t kFields = 1 + 4 + 8 + 8 + 8 + 2 + 8;
constexpr std::size_t kBytes = kFields + crypto_shorthash_BYTES;
constexpr std::size_t kCharacters = (kBytes * 8 + 5) / 6;
static_assert(kCharacters <= 64);
static_assert(crypto_shorthash_KEYBYTES <= sizeof(DerivedKey));

using Bytes = std::array<unsigned char, kBytes>;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xff;
constexpr std::array<std::uint8_t, 256> kDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

template <class Number>
unsigned char* put(unsigned char* out, Number number) {
  const auto bits = static_cast<std::uint64_t>(number);
  for (std::size_t i = sizeof number; i-- > 0;) *out++ = static_cast<unsigned char>(bits >> (8 * i));
  return out;
}

template <class Number>
const unsigned char* take(const unsigned char* in, Number& number) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) bits = bits << 8 | *in++;
  number = static_cast<Number>(bits);
  return in;
}

void to_base64url(const Bytes& bytes, char* out) {
  constexpr std::size_t kWhole = kBytes / 3 * 3;
  static_assert(kBytes - kWhole == 2);
  for (std::size_t i = 0; i < kWhole; i += 3) {
    const std::uint32_t bits = static_cast<std::uint32_t>(bytes[i]) << 16 |
                               static_cast<std::uint32_t>(bytes[i + 1]) << 8 | bytes[i + 2];
    *out++ = kAlphabet[bits >> 18];
    *out++ = kAlphabet[bits >> 12 & 63];
    *out++ = kAlphabet[bits >> 6 & 63];
    *out++ = kAlphabet[bits & 63];
  }
  const std::uint32_t bits = static_cast<std::uint32_t>(bytes[kWhole]) << 8 | bytes[kWhole + 1];
  *out++ = kAlphabet[bits >> 10];
  *out++ = kAlphabet[bits >> 4 & 63];
  *out++ = kAlphabet[bits << 2 & 63];
}

/// Accepts only the output of to_base64url(): unused bits must be 0, so a ticket has exactly one text.
bool from_base64url(std::string_view text, Bytes& bytes) {
  if (text.size() != kCharacters) return false;
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t filled = 0;
  for (const char character : text) {
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(character)];
    if (digit == kNoDigit) return false;
    bits = bits << 6 | digit;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[filled++] = static_cast<unsigned char>(bits >> count);
  }
  return (bits & ((1U << count) - 1)) == 0;
}

}  // namespace

void TicketCodec::append(const Ticket& ticket, std::string& out) const {
  const bool has_ordinal = ticket.ordinal != 1;
  CHECK(ticket.ordinal >= 1 && ticket.ordinal <= kOrdinalMost);
  CHECK(!has_ordinal || ticket.era <= kEraMostWithOrdinal);
  CHECK(ticket.partition >= 0 && ticket.partition <= std::numeric_limits<std::uint16_t>::max());
  Bytes bytes;
  unsigned char* end = put(bytes.data(), has_ordinal ? kVersionWithOrdinal : kVersion);
  end = put(end, has_ordinal ? static_cast<Era>(ticket.ordinal) << kOrdinalShift | ticket.era : ticket.era);
  end = put(end, incarnations_.at(ticket.era, ticket.partition, ticket.offset));
  end = put(end, ticket.policy.value);
  end = put(end, ticket.user.value);
  end = put(end, static_cast<std::uint16_t>(ticket.partition));
  end = put(end, ticket.offset);
  crypto_shorthash(end, bytes.data(), kFields, key_.data());
  char text[kCharacters];
  to_base64url(bytes, text);
  out.append(text, sizeof text);
}

std::string TicketCodec::encode(const Ticket& ticket) const {
  std::string out;
  append(ticket, out);
  return out;
}

std::optional<Ticket> TicketCodec::decode(std::string_view text) const {
  Bytes bytes;
  if (!from_base64url(text, bytes)) return std::nullopt;
  unsigned char mac[crypto_shorthash_BYTES];
  crypto_shorthash(mac, bytes.data(), kFields, key_.data());
  // Compare in constant time, so that the time does not show how many bytes of a forged MAC are correct.
  if (sodium_memcmp(mac, bytes.data() + kFields, sizeof mac) != 0) return std::nullopt;
  Ticket ticket;
  std::uint8_t version = 0;
  const unsigned char* in = take(bytes.data(), version);
  if (version != kVersion && version != kVersionWithOrdinal) return std::nullopt;
  in = take(in, ticket.era);
  if (version == kVersionWithOrdinal) {
    ticket.ordinal = static_cast<std::int32_t>(ticket.era >> kOrdinalShift);
    ticket.era &= kEraMostWithOrdinal;
  }
  in = take(in, ticket.incarnation);
  in = take(in, ticket.policy.value);
  in = take(in, ticket.user.value);
  std::uint16_t partition = 0;
  in = take(in, partition);
  ticket.partition = partition;
  take(in, ticket.offset);
  return ticket;
}

}  // namespace firstcome
