#include "test/http/credentials.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "access/key_secret.h"
#include "test/kits/access/token_signer.h"

namespace firstcome::test {
namespace {

/// The login of the shop, for all tests of the program.
const TokenSigner& signer() {
  static const TokenSigner signer(access::Algorithm::HS256);
  return signer;
}

}  // namespace

std::string CredentialFiles::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = folder_.file(name);
  const std::filesystem::path written = folder_.file(name + ".new");
  std::ofstream(written) << text;
  std::filesystem::permissions(written,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(written, path);
  return path;
}

std::string CredentialFiles::key(const std::string& name, const std::string& scopes,
                                 const std::string& secret, const std::string& more) {
  return fmt::format("[[key]]\nname = \"{}\"\nscopes = [{}]\nsha256 = \"{}\"\n{}\n", name, scopes,
                     access::to_hex(access::sha256_of(secret)), more);
}

std::string CredentialFiles::jwks() { return signer().jwks(); }

std::string CredentialFiles::token(const std::string& claims) { return signer().token(claims); }

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
