#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firstcome {

/// What a derived key is for.
enum class KeyPurpose : std::uint8_t {
  Tickets,     ///< MACs of tickets
  Records,     ///< MACs of records that only nodes of this installation may write; one key an era
  HashTables,  ///< hashes of ids that come from outside, in memory only
  Name,        ///< public: tells this installation from others
};

/// 32 secret bytes; SipHash takes the first 16.
using DerivedKey = std::array<unsigned char, 32>;

/// The one secret of an installation: 32 random bytes, drawn when the store is made, kept in its table
/// `setting`. Nothing uses it directly; each use derives a key of its own, and no derived key says anything
/// about another or about this one (libsodium's crypto_kdf: keyed BLAKE2b). A plain value; copies are fine,
/// logs are not.
class InstallationKey {
 public:
  static constexpr std::size_t kBytes = 32;

  /// All zeros: for tests, and for a value that is read later.
  InstallationKey() = default;
  explicit InstallationKey(const std::array<unsigned char, kBytes>& bytes) : bytes_(bytes) {}

  static InstallationKey draw();
  /// 64 hexadecimal digits; nothing for any other text.
  static std::optional<InstallationKey> from_hex(std::string_view text);

  [[nodiscard]] std::string hex() const;
  /// `number` tells keys of one purpose apart: the era, a version.
  [[nodiscard]] DerivedKey derive(KeyPurpose purpose, std::uint64_t number = 0) const;

  /// 16 hexadecimal digits that name the installation, for anyone to read. They say nothing about the key.
  [[nodiscard]] std::string name() const;

  bool operator==(const InstallationKey&) const = default;

 private:
  std::array<unsigned char, kBytes> bytes_{};
};

}  // namespace firstcome
