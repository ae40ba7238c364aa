#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "access/denial.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::access {

class TokenReader;

/// Which credentials a server accepts. An empty file name: none of that kind.
struct CredentialSettings {
  std::string keys_file;       ///< TOML with [[key]] tables
  std::string admin_key_file;  ///< its first line is a key with every scope, named "admin"
  std::string jwt_keys_file;   ///< JWKS, RFC 7517
  std::string jwt_issuer;      ///< compared with `iss`; empty: not compared
  std::string jwt_audience;    ///< must be in `aud`; empty: not compared
  std::string jwt_user_claim = "sub";
  std::string jwt_policies_claim;  ///< the policies that the holder may ask for; empty: every policy
  std::chrono::seconds jwt_leeway{30};

  [[nodiscard]] bool any() const { return !files().empty(); }
  /// The names that are not empty.
  [[nodiscard]] std::vector<std::string> files() const;
};

/// A credential is longer than every token that a server should sign: 8 KB.
inline constexpr std::size_t kMaxCredentialBytes = 8192;

/// The keys and the keys of tokens, as their files had them at one time. Immutable, so any thread may use it.
class Credentials : public std::enable_shared_from_this<Credentials> {
 public:
  /// Reads the files. An error names the file, where it is possible the line, and what to do.
  static Result<std::shared_ptr<const Credentials>> load(const CredentialSettings& settings);
  ~Credentials();

  struct Verified {
    Denial denial = Denial::None;
    Caller caller;        ///< if there is no denial
    Timestamp expires{};  ///< from this instant on it is no longer valid
  };
  /// `credential` is what follows "Bearer ". `reader` keeps the memory of one thread.
  [[nodiscard]] Verified verify(std::string_view credential, Timestamp now, TokenReader& reader) const;

  /// Why no one can send commands, for the log; empty: there is a key for them, or no keys are configured.
  [[nodiscard]] std::string warning(Timestamp now) const;

 private:
  struct Parts;
  [[nodiscard]] Verified verify_token(std::string_view token, Timestamp now, TokenReader& reader) const;
  [[nodiscard]] Verified verify_key(std::string_view secret, Timestamp now) const;
  Credentials(std::unique_ptr<const Parts> parts, std::string keys_file);
  std::unique_ptr<const Parts> parts_;
  const std::string keys_file_;
};

}  // namespace firstcome::access
