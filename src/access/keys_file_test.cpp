#include "access/keys_file.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/base64url.h"

namespace firstcome::access {
namespace {

using testing::HasSubstr;

const std::string kHash(64, 'a');

std::string key_table(std::string_view more = "", std::string_view name = "shop", char digit = 'a') {
  return fmt::format("[[key]]\nname = \"{}\"\nscopes = [\"issue\", \"read\"]\nsha256 = \"{}\"\n{}", name,
                     std::string(64, digit), more);
}

std::string refusal_of(std::string_view toml) {
  const auto keys = parse_keys(toml, "keys.toml");
  return keys ? "" : keys.error().text();
}

TEST(KeysFile, HasATableForEachKey) {
  const auto keys = parse_keys("# keys of the shop\n" +
                                   key_table("policies = [8, 7]\nexpires = 2027-01-01T01:00:00+01:00\n") +
                                   "\n" + key_table("", "Metrics.2-b", 'b'),
                               "keys.toml");
  ASSERT_TRUE(keys) << keys.error().text();
  ASSERT_EQ(keys->size(), 2u);
  const Key& shop = keys->front();
  EXPECT_EQ(shop.name, "shop");
  EXPECT_EQ(names_of(shop.scopes), "issue,read");
  EXPECT_EQ(to_hex(shop.sha256), kHash);
  EXPECT_THAT(*shop.policies, testing::ElementsAre(PolicyId{7}, PolicyId{8}));
  EXPECT_EQ(format_rfc3339(*shop.expires), "2027-01-01T00:00:00.000Z");
  EXPECT_EQ(keys->back().name, "Metrics.2-b");
  EXPECT_EQ(keys->back().policies, nullptr);
  EXPECT_EQ(keys->back().expires, std::nullopt);
}

TEST(KeysFile, MayBeEmptyOrBeginWithAByteOrderMark) {
  for (const std::string& text :
       {std::string(), std::string("# no key yet\n"), std::string("\xef\xbb\xbf")}) {
    const auto keys = parse_keys(text, "keys.toml");
    ASSERT_TRUE(keys) << keys.error().text();
    EXPECT_TRUE(keys->empty());
  }
  const auto keys = parse_keys("\xef\xbb\xbf" + key_table(), "keys.toml");
  ASSERT_TRUE(keys) << keys.error().text();
  EXPECT_EQ(keys->size(), 1u);
}

TEST(KeysFile, IsRefusedWithTheLineAndWhatToDo) {
  const auto with = [](std::string_view line) { return key_table(line); };
  const std::vector<std::pair<std::string, std::string>> table = {
      {"name = \"shop\"\n",
       "keys.toml line 1: 'name' is not expected here; each key begins with a line [[key]]"},
      {"key = 7\n", "line 1: 'key' is not expected here"},
      {"key = [7]\n", "line 1: each key begins with a line [[key]]"},
      {"[key]\nname = \"shop\"\n", "line 1: a line that begins with '[' must be [[key]]"},
      {"[[user]]\n", "line 1: a line that begins with '[' must be [[key]]"},
      {"[", "line 1: a line that begins with '['"},
      {"\xc3\xa9 = 1\n", "line 1: a non-ASCII character outside of a string"},
      {"[[key]]\nname = \n", "keys.toml line 2"},
      {with("scope = \"read\"\n"),
       "line 5: 'scope' is not a member of a key; there are name, scopes, sha256"},
      {with("policies = []\n"), "line 5: the list is empty, so the key permits nothing; remove policies"},
      {with("policies = [7, 7]\n"), "line 5: policies must be a list of policy ids, each once"},
      {with("policies = [0]\n"), "line 5: policies must be"},
      {with("policies = [7.0]\n"), "line 5: policies must be"},
      {with("policies = [\"7\"]\n"), "line 5: policies must be"},
      {with("policies = 7\n"), "line 5: policies must be"},
      {with("expires = 2027-01-01\n"), "line 5: expires must be a time with an offset"},
      {with("expires = 2027-01-01T.00:00:00Z\n"),
       "line 5: a time such as 00:00:00Z must follow the T of a date"},
      {with("expires = 2027-01-01T00:00:00\n"), "line 5: expires must be a time with an offset"},
      {with("expires = \"2027-01-01T00:00:00Z\"\n"),
       "line 5: expires must be a time with an offset and without quotes"},
      {with("expires = 9999-12-31T23:59:59-05:00\n"),
       "line 5: expires must be in the years 1 to 9999 of UTC"},
      {with("expires = 0000-12-31T23:59:59Z\n"), "line 5: expires must be in the years 1 to 9999 of UTC"},
      {with("name = \"other\"\n"), "keys.toml line 5"},
      {key_table() + key_table("", "shop", 'b'), "line 5: another key has the name shop"},
      {key_table() + key_table("", "other", 'a'),
       "line 5: key other has the secret of key shop. Run: firstcome key new"},
      {key_table("", ""), "line 2: name must be 1 to 64 letters"},
      {key_table("", "the shop"), "line 2: name must be 1 to 64 letters"},
      {key_table("", std::string(65, 'x')), "line 2: name must be 1 to 64 letters"},
      {key_table("", "sh\xc3\xb6p"), "line 2: name must be 1 to 64 letters"},
      {"[[key]]\nname = 7\n", "line 2: name must be"},
      {"[[key]]\nname = \"shop\"\n", "line 1: the key has no scopes. Run: firstcome key new"},
      {"[[key]]\nscopes = [\"read\"]\nsha256 = \"" + kHash + "\"\n", "line 1: the key has no name"},
      {"[[key]]\nname = \"a\"\nscopes = [\"read\"]\n", "line 1: the key has no sha256"},
      {"[[key]]\nscopes = []\n", "line 2: the key has no scope, so it permits nothing"},
      {"[[key]]\nscopes = [\"write\"]\n",
       "line 2: scopes must be a list of issue, read, use, admin or metrics"},
      {"[[key]]\nscopes = [\"read\", \"read\"]\n", "line 2: scopes must be"},
      {"[[key]]\nscopes = \"read\"\n", "line 2: scopes must be"},
      {"[[key]]\nscopes = [[\"read\"]]\n", "line 2: scopes must be"},
      {"[[key]]\nsha256 = \"abc\"\n",
       "line 2: sha256 must be the SHA-256 of the secret in 64 hexadecimal digits"},
      {"[[key]]\nsha256 = \"" + std::string(64, 'g') + "\"\n", "line 2: sha256 must be"},
      {"[[key]]\nsha256 = \"" + std::string(66, 'a') + "\"\n", "line 2: sha256 must be"},
  };
  for (const auto& [toml, error] : table) EXPECT_THAT(refusal_of(toml), HasSubstr(error)) << toml;
}

TEST(NewKey, IsWrittenAsTheFileReadsIt) {
  Scopes scopes;
  scopes.add(Scope::Issue);
  scopes.add(Scope::Read);
  const NewKey key = make_key("shop-1.eu_a", scopes);
  EXPECT_TRUE(key.secret.starts_with("fck_"));
  EXPECT_EQ(key.secret.size(), 4u + 43u);
  EXPECT_EQ(from_base64url(std::string_view(key.secret).substr(4))->size(), 32u);
  EXPECT_NE(key.secret, make_key("shop", scopes).secret);
  const auto read = parse_keys(key.toml, "keys.toml");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->front().name, "shop-1.eu_a");
  EXPECT_EQ(read->front().scopes, scopes);
  EXPECT_EQ(read->front().sha256, sha256_of(key.secret));
  EXPECT_EQ(key.sha256, to_hex(sha256_of(key.secret)));
  EXPECT_THAT(key.toml, testing::Not(HasSubstr(key.secret)));
}

TEST(Scopes, AreReadFromAList) {
  EXPECT_EQ(names_of(*parse_scopes("read,issue")), "issue,read");
  EXPECT_EQ(*parse_scopes("issue,read,use,admin,metrics"), Scopes::all());
  for (const char* wrong : {"", ",", "issue,", ",issue", "issue,issue", "issue, read", "Issue", "write"}) {
    EXPECT_EQ(parse_scopes(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace firstcome::access
