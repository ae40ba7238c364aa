#pragma once

#include <memory>
#include <string>

#include "access/credential_source.h"
#include "test/contract/temporary_folder.h"

namespace firstcome::test {

/// The files of credentials for tests, in a folder that is removed at the end.
class CredentialFiles {
 public:
  /// Writes a file with mode 0600; returns its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;
  /// A [[key]] table. `secret`: what callers send. `more`: further lines.
  static std::string key(const std::string& name, const std::string& scopes, const std::string& secret,
                         const std::string& more = {});
  /// A JWKS with one HS256 key, and a token that is signed with it. `claims`: JSON.
  static std::string jwks();
  static std::string token(const std::string& claims);
  /// A token of this user that is valid for an hour.
  static std::string token_of(std::int64_t user, const std::string& more_claims = {});

 private:
  TemporaryFolder folder_;
};

/// The header line that sends a credential.
inline std::string bearer(const std::string& credential) {
  return "Authorization: Bearer " + credential + "\r\n";
}

std::shared_ptr<access::CredentialSource> open_credentials(access::CredentialSettings settings);

}  // namespace firstcome::test
