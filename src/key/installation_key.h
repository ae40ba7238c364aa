#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firstcome {

/// The purpose of a derived key.
enum class KeyPurpose : std::uint8_t {
  Tickets,     ///< MACs of tickets
  Codes,       ///< MACs of coupons' codes; one key per version
  Records,     ///< MACs of records that only nodes of this installation may write; one key per era
  HashTables,  ///< hashes of ids that come from outside, in memory only
  Name,        ///< public: identifies this installation
};

/// 32 secret bytes; SipHash uses the first 16.
using DerivedKey = std::array<unsigned char, 32>;

/// The secret of an installation: 32 random bytes, drawn when the store is created and stored in its table `setting`.
/// Nothing uses it directly: each use derives its own key, and a derived key reveals nothing about another one or about
/// this one (libsodium's crypto_kdf: keyed BLAKE2b). A plain value. It may be copied but not
/// logged.
class InstallationKey {
 public:
  static constexpr std::size_t kBytes = 32;

  /// All zeros, for tests and for a value that is assigned later.
  InstallationKey() = default;
  explicit InstallationKey(const std::array<unsigned char, kBytes>& bytes) : bytes_(bytes) {}

  static InstallationKey draw();
  /// From 64 hexadecimal digits; nothing for any other text.
  static std::optional<InstallationKey> from_hex(std::string_view text);

  [[nodiscard]] std::string hex() const;
  /// `number` distinguishes keys of one purpose: the era, a version.
  [[nodiscard]] DerivedKey derive(KeyPurpose purpose, std::uint64_t number = 0) const;

  /// 16 hexadecimal digits that identify the installation. Public: they reveal nothing about the key.
  [[nodiscard]] std::string name() const;

  bool operator==(const InstallationKey&) const = default;

 private:
  std::array<unsigned char, kBytes> bytes_{};
};

}  // namespace firstcome
