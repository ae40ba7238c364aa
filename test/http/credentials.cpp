#include "test/http/credentials.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <chrono>
#include <fstream>

#include "domain/check.h"

namespace firstcome::test {
namespace {

constexpr std::string_view kSigningKey = "0123456789abcdef0123456789abcdef";

std::string base64url(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the terminator
  return text;
}

}  // namespace

CredentialFiles::CredentialFiles() {
  CHECK(sodium_init() >= 0);
  std::string name = std::filesystem::temp_directory_path() / "firstcome-keys-XXXXXX";
  CHECK(mkdtemp(name.data()) != nullptr);
  folder_ = name;
}

CredentialFiles::~CredentialFiles() { std::filesystem::remove_all(folder_); }

std::string CredentialFiles::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = folder_ / name;
  const std::filesystem::path written = folder_ / (name + ".new");
  std::ofstream(written) << text;
  std::filesystem::permissions(written,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(written, path);
  return path;
}

std::string CredentialFiles::key(const std::string& name, const std::string& scopes,
                                 const std::string& secret, const std::string& more) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  std::string digits;
  for (const unsigned char byte : hash) digits += fmt::format("{:02x}", byte);
  return fmt::format("[[key]]\nname = \"{}\"\nscopes = [{}]\nsha256 = \"{}\"\n{}\n", name, scopes, digits,
                     more);
}

std::string CredentialFiles::jwks() {
  return fmt::format(R"({{"keys":[{{"kty":"oct","kid":"test","alg":"HS256","k":"{}"}}]}})",
                     base64url(kSigningKey));
}

std::string CredentialFiles::token(const std::string& claims) {
  const std::string text = base64url(R"({"alg":"HS256","kid":"test"})") + "." + base64url(claims);
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(reinterpret_cast<unsigned char*>(mac.data()),
                         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                         reinterpret_cast<const unsigned char*>(kSigningKey.data()));
  return text + "." + base64url(mac);
}

std::string CredentialFiles::token_of(std::int64_t user, const std::string& more_claims) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto expires = std::chrono::duration_cast<std::chrono::seconds>(now).count() + 3'600;
  return token(fmt::format(R"({{"sub":"{}","exp":{}{}}})", user, expires, more_claims));
}

std::shared_ptr<access::CredentialSource> open_credentials(access::CredentialSettings settings) {
  auto source = access::CredentialSource::open(std::move(settings));
  if (!source) ADD_FAILURE() << source.error().text();
  return source ? std::shared_ptr<access::CredentialSource>(std::move(*source)) : nullptr;
}

}  // namespace firstcome::test
