#include "key/installation_key.h"

#include <gtest/gtest.h>

#include <set>

namespace firstcome {
namespace {

TEST(InstallationKey, IsRandomAndCanBeReadFromItsText) {
  const InstallationKey key = InstallationKey::draw();
  EXPECT_NE(key, InstallationKey::draw());
  EXPECT_EQ(key.hex().size(), 64U);
  EXPECT_EQ(InstallationKey::from_hex(key.hex()), key);
}

TEST(InstallationKey, IsReadOnlyFrom64HexadecimalDigits) {
  const std::string digits(64, 'a');
  EXPECT_TRUE(InstallationKey::from_hex(digits));
  for (const std::string& other : {std::string{}, std::string(32, 'a'), digits + "a", digits.substr(1),
                                   digits.substr(1) + "g", digits.substr(1) + " ", std::string(64, '\0')}) {
    EXPECT_FALSE(InstallationKey::from_hex(other)) << other;
  }
}

TEST(InstallationKey, DerivesAFixedKeyForEachPurposeAndNumber) {
  const InstallationKey key = *InstallationKey::from_hex(std::string(64, 'a'));
  std::set<DerivedKey> keys;
  for (const auto purpose : {KeyPurpose::Tickets, KeyPurpose::Records, KeyPurpose::HashTables}) {
    for (const std::uint64_t number : {0, 1, 2}) {
      EXPECT_TRUE(keys.insert(key.derive(purpose, number)).second);
      EXPECT_EQ(key.derive(purpose, number), InstallationKey(key).derive(purpose, number));
    }
  }
  EXPECT_FALSE(keys.contains(InstallationKey{}.derive(KeyPurpose::Tickets)));
}

TEST(InstallationKey, HasANameThatDoesNotRevealIt) {
  const InstallationKey key = *InstallationKey::from_hex(std::string(64, 'a'));
  EXPECT_EQ(key.name().size(), 16U);
  EXPECT_EQ(key.name(), InstallationKey(key).name());
  EXPECT_NE(key.name(), InstallationKey{}.name());
  EXPECT_FALSE(key.hex().starts_with(key.name()));
}

/// Stored tickets and records depend on the derived keys.
TEST(InstallationKey, DerivedKeysNeverChange) {
  const DerivedKey key = InstallationKey{}.derive(KeyPurpose::Records, 1);
  EXPECT_EQ(InstallationKey(key).hex(), "d3ff804caec7a9f523ae9dd055bac1d63acacd16988dadffe0cd7f662a9ea8a4");
}

}  // namespace
}  // namespace firstcome
