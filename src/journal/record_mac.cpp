#include "journal/record_mac.h"

#include <sodium.h>

#include <array>
#include <cstdint>

#include "domain/check.h"

namespace firstcome::journal {
namespace {

constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kMacDigits = 2 * kMacBytes;
constexpr std::uint64_t kNoValue = UINT64_MAX;  ///< the length of an absent value
static_assert(kMacBytes == crypto_generichash_BYTES_MIN);

using Mac = std::array<unsigned char, kMacBytes>;

class MacState {
 public:
  explicit MacState(const DerivedKey& key) {
    CHECK(crypto_generichash_init(&state_, key.data(), key.size(), kMacBytes) == 0);
  }

  void number(std::uint64_t number) {
    std::array<unsigned char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
    crypto_generichash_update(&state_, bytes.data(), bytes.size());
  }
  void text(const std::optional<std::string_view>& text) {
    number(text ? text->size() : kNoValue);
    if (text) {
      crypto_generichash_update(&state_, reinterpret_cast<const unsigned char*>(text->data()), text->size());
    }
  }
  Mac end() {
    Mac mac;
    crypto_generichash_final(&state_, mac.data(), mac.size());
    return mac;
  }

 private:
  crypto_generichash_state state_{};
};

Mac mac_of(const DerivedKey& key, Era era, Partition target,
           const std::optional<std::string_view>& record_key, const std::optional<std::string_view>& value,
           std::span<const Header> headers) {
  MacState state(key);
  state.number(static_cast<std::uint64_t>(era));
  state.number(static_cast<std::uint64_t>(target));
  state.text(record_key);
  state.text(value);
  for (const Header& header : headers) {
    if (header.key == kMacHeader) continue;
    state.text(header.key);
    state.text(header.is_null ? std::nullopt : std::optional(header.value));
  }
  return state.end();
}

}  // namespace

RecordMac::RecordMac(const InstallationKey& key, Era era)
    : key_(key.derive(KeyPurpose::Records, static_cast<std::uint64_t>(era))), era_(era) {}

std::string RecordMac::compute(Partition target, const std::optional<std::string_view>& key,
                               const std::optional<std::string_view>& value,
                               std::span<const Header> headers) const {
  const Mac mac = mac_of(key_, era_, target, key, value, headers);
  std::array<char, kMacDigits + 1> digits{};
  sodium_bin2hex(digits.data(), digits.size(), mac.data(), mac.size());
  return digits.data();
}

bool RecordMac::is_valid(Partition partition, const RawRecord& record) const {
  const Header* claimed = nullptr;
  for (const Header& header : record.headers) {
    if (header.key == kMacHeader) claimed = &header;
  }
  if (claimed == nullptr || claimed->value.size() != kMacDigits) return false;
  const std::string mac = compute(partition, record.key, record.value, record.headers);
  // Compare in constant time, so that the time does not show how many digits of a forged MAC are correct.
  return sodium_memcmp(mac.data(), claimed->value.data(), kMacDigits) == 0;
}

}  // namespace firstcome::journal
