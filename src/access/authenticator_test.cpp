#include "access/authenticator.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "access/key_secret.h"
#include "test/contract/temporary_folder.h"
#include "test/kits/access/token_signer.h"

namespace firstcome::access {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

const Timestamp kStart = from_millis(1'800'000'000'000);
constexpr std::string_view kAdminSecret = "an-operators-own-key";

Scopes scope(Scope one) {
  Scopes scopes;
  scopes.add(one);
  return scopes;
}

class Authenticating : public testing::Test {
 protected:
  Authenticating() {
    write("keys.toml", shop_.toml);
    write("admin.key", kAdminSecret);
    write("jwks.json", signer_.jwks());
    settings_ = {.keys_file = folder_.file("keys.toml"),
                 .admin_key_file = folder_.file("admin.key"),
                 .jwt_keys_file = folder_.file("jwks.json")};
  }

  void write(const std::string& name, std::string_view content, int mode = 0600) {
    // Beside it and renamed, as editors and Kubernetes do: the inode is another one.
    const std::string path = folder_.file(name);
    std::ofstream(path + ".new", std::ios::binary) << content;
    fs::permissions(path + ".new", fs::perms(mode));
    fs::rename(path + ".new", path);
  }

  void open() {
    auto opened = CredentialSource::open(settings_);
    ASSERT_TRUE(opened) << opened.error().text();
    source_ = std::move(*opened);
    authenticator_ = std::make_unique<Authenticator>(*source_);
  }
  std::string refusal() {
    const auto opened = CredentialSource::open(settings_);
    return opened ? "" : opened.error().text();
  }

  Authenticator::Verification verify(std::string_view credential, Timestamp now = kStart) {
    return authenticator_->verify("Bearer " + std::string(credential), now);
  }
  std::string token(int user, Timestamp expires = kStart + std::chrono::minutes(5)) {
    return signer_.token(fmt::format(R"({{"sub":"{}","exp":{}}})", user, to_millis(expires) / 1000));
  }

  test::TemporaryFolder folder_;
  NewKey shop_ = make_key("shop", scope(Scope::Issue));
  test::TokenSigner signer_{Algorithm::EdDSA};
  CredentialSettings settings_;
  std::unique_ptr<CredentialSource> source_;
  std::unique_ptr<Authenticator> authenticator_;
};

TEST_F(Authenticating, AKeyATokenAndTheAdminKeyAreThreeCallers) {
  open();
  const auto key = verify(shop_.secret);
  ASSERT_NE(key.caller, nullptr);
  EXPECT_EQ(key.caller->kind, Caller::Kind::Key);
  EXPECT_EQ(key.caller->name, "shop");
  EXPECT_EQ(key.caller->scopes, scope(Scope::Issue));
  EXPECT_EQ(key.caller->principal, principal_of_key("shop"));

  const auto user = verify(token(42));
  ASSERT_NE(user.caller, nullptr);
  EXPECT_EQ(user.caller->kind, Caller::Kind::User);
  EXPECT_EQ(user.caller->user, UserId{42});
  EXPECT_TRUE(user.caller->scopes.empty());
  EXPECT_EQ(user.caller->principal, principal_of(UserId{42}));
  EXPECT_NE(principal_of(UserId{42}), principal_of(UserId{43}));

  const auto admin = verify(kAdminSecret);
  ASSERT_NE(admin.caller, nullptr);
  EXPECT_EQ(admin.caller->name, "admin");
  EXPECT_EQ(admin.caller->scopes, Scopes::all());
}

TEST_F(Authenticating, TheSchemeIsBearer) {
  open();
  for (const std::string_view scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "}) {
    EXPECT_NE(authenticator_->verify(std::string(scheme) + shop_.secret, kStart).caller, nullptr) << scheme;
  }
  for (const std::string& other :
       {std::string(), std::string("Bearer"), std::string("Bearer "), shop_.secret, "Basic " + shop_.secret,
        "Bearer" + shop_.secret, "Bearer\t" + shop_.secret, "Bearer " + shop_.secret + " ",
        " Bearer " + shop_.secret, "Bearer " + shop_.secret + "\x7f",
        "Bearer " + shop_.secret + std::string(1, '\0'),
        "Bearer " + std::string(kMaxCredentialBytes + 1, 'x')}) {
    EXPECT_EQ(authenticator_->verify(other, kStart).denial, Denial::Malformed) << other;
  }
}

TEST_F(Authenticating, AWrongCredentialIsDeniedAndNotCached) {
  open();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(verify(make_key("shop", scope(Scope::Issue)).secret).denial, Denial::UnknownKey);
    EXPECT_EQ(verify("fck_a.b.c").denial, Denial::UnknownKey) << "the prefix of keys decides";
    EXPECT_EQ(verify(std::string(kAdminSecret) + "x").denial, Denial::UnknownKey);
    EXPECT_EQ(verify(kAdminSecret.substr(1)).denial, Denial::UnknownKey);
    EXPECT_EQ(verify(token(42) + "A").denial, Denial::BadSignature);
    EXPECT_EQ(verify(token(42) + "=").denial, Denial::Malformed) << "a token that is cut or has padding";
    EXPECT_EQ(verify(std::string(kMaxCredentialBytes, 'x')).denial, Denial::UnknownKey);
  }
}

TEST_F(Authenticating, WhatIsNotConfiguredIsDenied) {
  settings_ = {.jwt_keys_file = settings_.jwt_keys_file};
  open();
  EXPECT_EQ(verify(shop_.secret).denial, Denial::NotConfigured);
  EXPECT_NE(verify(token(42)).caller, nullptr);
  settings_ = {.keys_file = folder_.file("keys.toml")};
  open();
  EXPECT_EQ(verify(token(42)).denial, Denial::NotConfigured);
  EXPECT_NE(verify(shop_.secret).caller, nullptr);
  settings_ = {};
  open();
  EXPECT_EQ(verify(shop_.secret).denial, Denial::NotConfigured);
}

TEST_F(Authenticating, ACredentialIsVerifiedOnceAndCachedUntilItExpires) {
  write("keys.toml",
        shop_.toml + fmt::format("expires = {}\n", format_rfc3339(kStart + std::chrono::seconds(60))));
  open();
  const std::string user = token(42, kStart + std::chrono::seconds(60));  // 90 s with the leeway
  for (const std::string& credential : {shop_.secret, user}) {
    EXPECT_FALSE(verify(credential).cached);
    EXPECT_TRUE(verify(credential).cached);
  }
  EXPECT_TRUE(verify(shop_.secret, kStart + std::chrono::milliseconds(59'999)).cached);
  EXPECT_EQ(verify(shop_.secret, kStart + std::chrono::seconds(60)).denial, Denial::ExpiredKey);
  EXPECT_TRUE(verify(user, kStart + std::chrono::milliseconds(89'999)).cached);
  EXPECT_EQ(verify(user, kStart + std::chrono::seconds(90)).denial, Denial::ExpiredToken);
}

TEST_F(Authenticating, AReloadDropsWhatWasCached) {
  open();
  ASSERT_NE(verify(shop_.secret).caller, nullptr);
  ASSERT_TRUE(verify(shop_.secret).cached);
  const NewKey next = make_key("shop", scope(Scope::Read));
  write("keys.toml", next.toml);
  EXPECT_NE(verify(shop_.secret).caller, nullptr) << "until it is reloaded";
  ASSERT_TRUE(source_->reload().ok());
  EXPECT_EQ(source_->generation(), 2u);
  EXPECT_EQ(verify(shop_.secret).denial, Denial::UnknownKey);
  const auto rotated = verify(next.secret);
  ASSERT_NE(rotated.caller, nullptr);
  EXPECT_EQ(rotated.caller->principal, principal_of_key("shop")) << "the same principal as before";
}

TEST_F(Authenticating, AReloadThatFailsKeepsTheKeysAndSaysWhy) {
  open();
  write("keys.toml", "[[key]]\nname = \"shop\"\n");
  const Status reloaded = source_->reload();
  ASSERT_FALSE(reloaded.ok());
  EXPECT_THAT(reloaded.error().text(), HasSubstr("keys.toml line 1: the key has no scopes"));
  EXPECT_EQ(source_->generation(), 1u);
  EXPECT_NE(verify(shop_.secret).caller, nullptr);
  fs::remove(folder_.file("keys.toml"));
  EXPECT_THAT(source_->reload().error().text(), HasSubstr("No such file"));
}

TEST_F(Authenticating, AnEmptiedKeysFileRevokesAllKeys) {
  settings_ = {.keys_file = folder_.file("keys.toml")};
  write("keys.toml", make_key("operator", scope(Scope::Admin)).toml + shop_.toml);
  open();
  write("keys.toml", "");
  ASSERT_TRUE(source_->reload().ok());
  EXPECT_EQ(verify(shop_.secret).denial, Denial::UnknownKey);
}

TEST_F(Authenticating, KeysWithoutOneForCommandsAreAWarning) {
  const Timestamp expiry = kStart + std::chrono::hours(1);
  const auto warning = [&](Timestamp now) {
    open();
    return source_->current()->warning(now);
  };
  EXPECT_EQ(warning(kStart), "") << "the key of --admin-key-file";
  settings_.admin_key_file.clear();
  EXPECT_THAT(warning(kStart), HasSubstr("keys.toml: no valid key has the scope admin"));
  write("keys.toml",
        shop_.toml + make_key("operator", scope(Scope::Admin)).toml + "expires = 2027-01-15T09:00:00Z\n");
  EXPECT_EQ(warning(kStart), "");
  EXPECT_THAT(warning(expiry), HasSubstr("no valid key")) << "it has expired";
  settings_.keys_file.clear();
  EXPECT_EQ(warning(kStart), "") << "user tokens only: no key is required";
}

TEST_F(Authenticating, ACallerOutlivesTheFilesItCameFrom) {
  open();
  const Caller caller = *verify(shop_.secret).caller;
  write("keys.toml", "");
  ASSERT_TRUE(source_->reload().ok());
  ASSERT_EQ(verify(shop_.secret).denial, Denial::UnknownKey);
  EXPECT_EQ(caller.name, "shop");
}

TEST_F(Authenticating, AReloadFollowsALinkOfKubernetesThatChanged) {
  for (const char* version : {"1", "2"}) fs::create_directory(folder_.path() / version);
  write("1/keys.toml", shop_.toml);
  write("2/keys.toml", make_key("next", scope(Scope::Issue)).toml);
  fs::create_directory_symlink(folder_.path() / "1", folder_.path() / "..data");
  fs::create_symlink("..data/keys.toml", folder_.path() / "linked.toml");
  settings_ = {.keys_file = folder_.file("linked.toml")};
  open();
  ASSERT_NE(verify(shop_.secret).caller, nullptr);
  fs::create_directory_symlink(folder_.path() / "2", folder_.path() / "..data_tmp");
  fs::rename(folder_.path() / "..data_tmp", folder_.path() / "..data");
  ASSERT_TRUE(source_->reload().ok());
  EXPECT_EQ(verify(shop_.secret).denial, Denial::UnknownKey);
}

TEST_F(Authenticating, FilesThatOthersMayReadAreRefused) {
  write("keys.toml", shop_.toml, 0640);
  EXPECT_THAT(refusal(), HasSubstr("Run: chmod go= " + folder_.file("keys.toml")));
  write("keys.toml", shop_.toml);
  write("admin.key", kAdminSecret, 0604);
  EXPECT_THAT(refusal(), HasSubstr("Run: chmod go= " + folder_.file("admin.key")));
  write("admin.key", kAdminSecret);
  write("jwks.json", signer_.jwks(), 0644);
  EXPECT_EQ(refusal(), "") << "public keys are no secret";
  write("jwks.json", test::TokenSigner(Algorithm::HS256).jwks(), 0644);
  EXPECT_THAT(refusal(), HasSubstr("Run: chmod go= " + folder_.file("jwks.json")));
}

TEST_F(Authenticating, KeysThatContradictEachOtherAreRefused) {
  write("keys.toml", make_key("admin", scope(Scope::Admin)).toml);
  EXPECT_THAT(refusal(), HasSubstr("key admin has the name of the key in"));
  write("keys.toml", fmt::format("[[key]]\nname = \"shop\"\nscopes = [\"issue\"]\nsha256 = \"{}\"\n",
                                 to_hex(sha256_of(kAdminSecret))));
  EXPECT_THAT(refusal(), HasSubstr("key shop has the secret of the key in"));
  write("keys.toml", shop_.toml);
  write("admin.key", "prod.admin.key-1234");
  EXPECT_THAT(refusal(), HasSubstr("as only user tokens have; choose another key"));
  write("admin.key", make_key("x", scope(Scope::Admin)).secret);
  EXPECT_EQ(refusal(), "");
  settings_.keys_file = folder_.file("missing.toml");
  EXPECT_THAT(refusal(), HasSubstr("missing.toml: No such file"));
}

TEST(Denials, HaveANameAndASentence) {
  for (int i = 0; i < kDenials; ++i) {
    const auto denial = static_cast<Denial>(i);
    EXPECT_THAT(name_of(denial), testing::MatchesRegex("[a-z_]+"));
    EXPECT_EQ(explain(denial).empty(), denial == Denial::None);
  }
}

}  // namespace
}  // namespace firstcome::access
