#include "ticket/coupon_code.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "domain/check.h"

namespace firstcome {
namespace {

constexpr std::size_t kMacBytes = crypto_shorthash_BYTES;
static_assert(kMacBytes == sizeof(std::uint64_t));
static_assert(2 * crypto_shorthash_KEYBYTES == sizeof(DerivedKey));
/// Policy and sequence, seven bits a byte.
constexpr std::size_t kIdBytesMost = 9 + 5;
constexpr std::size_t kIdBytesLeast = 2;
constexpr std::size_t kGroup = 4;
constexpr int kDigitBits = 5;

constexpr std::string_view kBase32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::uint8_t kNone = 0xff;
constexpr std::array<std::uint8_t, 256> kBase32Digits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNone);
  const auto set = [&](char letter, std::uint8_t digit) {
    digits[static_cast<unsigned char>(letter)] = digit;
    if (letter >= 'A') digits[static_cast<unsigned char>(letter - 'A' + 'a')] = digit;
  };
  for (std::size_t i = 0; i < kBase32.size(); ++i) set(kBase32[i], static_cast<std::uint8_t>(i));
  set('O', 0);
  set('I', 1);
  set('L', 1);
  return digits;
}();

/// Bytes of a fixed most number.
template <std::size_t most>
class Buffer {
 public:
  void add(unsigned char byte) {
    CHECK(size_ < most);
    bytes_[size_++] = byte;
  }
  template <class Number>
  void add_number(Number number) {
    const auto bits = static_cast<std::uint64_t>(number);
    for (std::size_t i = sizeof number; i-- > 0;) add(static_cast<unsigned char>(bits >> (8 * i)));
  }
  [[nodiscard]] std::span<unsigned char> span() { return {bytes_.data(), size_}; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::array<unsigned char, most> bytes_{};
  std::size_t size_ = 0;
};
using CodeBytes = Buffer<kMacBytes + kIdBytesMost>;

void add_varint(std::int64_t number, CodeBytes& bytes) {
  auto rest = static_cast<std::uint64_t>(number);
  for (; rest >= 0x80; rest >>= 7) bytes.add(static_cast<unsigned char>(rest | 0x80));
  bytes.add(static_cast<unsigned char>(rest));
}

/// Only the shortest form of a number from 1 on.
std::optional<std::int64_t> take_varint(std::span<unsigned char>& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; !bytes.empty() && shift < 63; shift += 7) {
    const unsigned char byte = bytes.front();
    bytes = bytes.subspan(1);
    number |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) != 0) continue;
    if (number == 0 || (byte == 0 && shift > 0)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  return std::nullopt;
}

std::uint64_t hash_of(std::span<const unsigned char> bytes, const unsigned char* key) {
  std::array<unsigned char, kMacBytes> hash;
  crypto_shorthash(hash.data(), bytes.data(), bytes.size(), key);
  std::uint64_t number = 0;
  for (const unsigned char byte : hash) number = number << 8 | byte;
  return number;
}

/// Its own inverse.
void encrypt(std::uint64_t mac, const DerivedKey& key, std::span<unsigned char> ids) {
  for (std::size_t block = 0; block * kMacBytes < ids.size(); ++block) {
    Buffer<kMacBytes + 1> input;
    input.add_number(mac);
    input.add(static_cast<unsigned char>(block));
    const std::uint64_t stream = hash_of(input.span(), key.data() + crypto_shorthash_KEYBYTES);
    const std::size_t end = std::min(ids.size(), (block + 1) * kMacBytes);
    for (std::size_t i = block * kMacBytes; i < end; ++i) {
      ids[i] = static_cast<unsigned char>(ids[i] ^ (stream >> (8 * (i % kMacBytes))));
    }
  }
}

void append_base32(std::span<const unsigned char> bytes, std::string& out) {
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t digits = 0;
  const auto put = [&](std::uint32_t digit) {
    if (digits++ % kGroup == 0) out += '-';
    out += kBase32[digit & 31];
  };
  for (const unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= kDigitBits; count -= kDigitBits) put(bits >> (count - kDigitBits));
  }
  if (count > 0) put(bits << (kDigitBits - count));
}

/// Accepts only as many digits as append_base32() writes, with unused bits of 0.
std::optional<CodeBytes> read_base32(std::string_view text) {
  CodeBytes bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char letter : text) {
    if (letter == '-') continue;
    const std::uint8_t digit = kBase32Digits[static_cast<unsigned char>(letter)];
    if (digit == kNone) return std::nullopt;
    bits = bits << kDigitBits | digit;
    count += kDigitBits;
    if (count < 8) continue;
    count -= 8;
    if (bytes.size() == kMacBytes + kIdBytesMost) return std::nullopt;
    bytes.add(static_cast<unsigned char>(bits >> count));
  }
  if (count >= kDigitBits || (bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::uint64_t CouponCodes::mac_of(std::string_view prefix, const CodedCoupon& coupon) const {
  CHECK(prefix.size() <= kCodePrefixLimit);
  Buffer<kCodePrefixLimit + 1 + 4 + 4 * 8> input;
  for (const char c : prefix) input.add(static_cast<unsigned char>(c));
  input.add(static_cast<unsigned char>(prefix.size()));
  input.add_number(coupon.history.era);
  input.add_number(coupon.history.incarnation);
  input.add_number(coupon.policy.value);
  input.add_number(coupon.sequence);
  input.add_number(coupon.user.value);
  return hash_of(input.span(), key_.data());
}

std::string CouponCodes::code_of(const Policy& policy, const CodedCoupon& coupon) const {
  switch (policy.codes) {
    case CodeKind::None:
    case CodeKind::Imported: return {};
    case CodeKind::Generated: return encode(policy.code_prefix, coupon);
  }
  CHECK(false);
}

std::string CouponCodes::encode(std::string_view prefix, const CodedCoupon& coupon) const {
  const std::uint64_t mac = mac_of(prefix, coupon);
  CodeBytes bytes;
  bytes.add_number(mac);
  add_varint(coupon.policy.value, bytes);
  add_varint(coupon.sequence, bytes);
  encrypt(mac, key_, bytes.span().subspan(kMacBytes));
  std::string text(prefix);
  append_base32(bytes.span(), text);
  return text;
}

std::optional<CouponCode> CouponCodes::decode(std::string_view text) const {
  const std::size_t hyphen = text.find('-');
  if (hyphen == std::string_view::npos || hyphen > kCodePrefixLimit) return std::nullopt;
  auto bytes = read_base32(text.substr(hyphen + 1));
  if (!bytes || bytes->size() < kMacBytes + kIdBytesLeast) return std::nullopt;
  CouponCode code;
  for (const char c : text.substr(0, hyphen)) {
    code.prefix += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  for (const unsigned char byte : bytes->span().first(kMacBytes)) code.mac = code.mac << 8 | byte;
  std::span<unsigned char> ids = bytes->span().subspan(kMacBytes);
  encrypt(code.mac, key_, ids);
  const auto policy = take_varint(ids);
  const auto sequence = policy ? take_varint(ids) : std::nullopt;
  if (!sequence || !ids.empty() || *sequence > kMaxCountLimit) return std::nullopt;
  code.policy = PolicyId{*policy};
  code.sequence = *sequence;
  return code;
}

bool CouponCodes::is_of(const CouponCode& code, std::string_view text) const {
  const auto real = decode(text);
  if (!real || code.prefix != real->prefix || code.policy != real->policy) return false;
  // In constant time, so that the time does not show how many bytes of a forged code are right.
  return code.sequence == real->sequence && sodium_memcmp(&real->mac, &code.mac, sizeof code.mac) == 0;
}

}  // namespace firstcome
