#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "access/key_secret.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::access {

/// One [[key]] of a keys file.
struct Key {
  std::string name;
  Scopes scopes;
  Sha256 sha256{};                                        ///< of the secret
  std::shared_ptr<const std::vector<PolicyId>> policies;  ///< sorted; null: every policy
  std::optional<Timestamp> expires;                       ///< from this instant on it is no longer valid
};

/// Reads the text of a keys file (TOML):
///
///     [[key]]
///     name = "shop"
///     scopes = ["issue", "read"]
///     sha256 = "64 hexadecimal digits"
///     policies = [7, 8]                  # optional
///     expires = 2027-01-01T00:00:00Z     # optional
///
/// Unknown members and repeated names or secrets are errors. A file without keys is none. `source` is the name of the
/// file, for errors.
Result<std::vector<Key>> parse_keys(std::string_view toml, const std::string& source);

}  // namespace firstcome::access
