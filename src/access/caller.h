#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"

namespace firstcome::access {

/// What a key permits.
enum class Scope : std::uint8_t {
  Issue,    ///< ask for coupons, for any user
  Read,     ///< read coupons, tickets and policies of any user
  Use,      ///< use, cancel and restore coupons
  Admin,    ///< everything on the admin listener
  Metrics,  ///< read the metrics
};
inline constexpr int kScopes = 5;

/// "issue", "read", …: as in a keys file.
std::string_view name_of(Scope scope);
std::optional<Scope> parse_scope(std::string_view name);

/// A set of scopes.
class Scopes {
 public:
  constexpr Scopes() = default;
  static constexpr Scopes all() { return Scopes{(1U << kScopes) - 1}; }

  constexpr void add(Scope scope) { bits_ = static_cast<std::uint8_t>(bits_ | bit(scope)); }
  [[nodiscard]] constexpr bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const Scopes&) const = default;

 private:
  explicit constexpr Scopes(unsigned bits) : bits_(static_cast<std::uint8_t>(bits)) {}
  static constexpr unsigned bit(Scope scope) { return 1U << static_cast<unsigned>(scope); }
  std::uint8_t bits_ = 0;
};

/// From a text such as "issue,read". Nothing if it is empty or contains an unknown or repeated name.
std::optional<Scopes> parse_scopes(std::string_view text);
/// "issue,read"
std::string names_of(Scopes scopes);

/// Who sends a request.
struct Caller {
  enum class Kind : std::uint8_t {
    Anonymous,  ///< without a credential
    User,       ///< with a user token
    Key,        ///< a service or an operator, with a key
  };
  Kind kind = Kind::Anonymous;
  UserId user{};  ///< Kind::User: the only user that it acts for
  Scopes scopes;  ///< Kind::Key
  std::string_view
      name;  ///< Kind::Key: the name of the key, for the history and the access log; `owner` keeps it valid
  std::shared_ptr<const std::vector<PolicyId>> policies;  ///< sorted; null: every policy
  std::shared_ptr<const void> owner;
  /// Identifies the key or the user for limits: a hash with a key of the process, so the same in all its threads
  /// and after a reload. 0: anonymous.
  std::uint64_t principal = 0;

  [[nodiscard]] bool may_use(PolicyId policy) const;
};

/// "anonymous", "user", "key": for the access log and metrics.
std::string_view name_of(Caller::Kind kind);

/// The value of Caller::principal.
std::uint64_t principal_of(UserId user);
std::uint64_t principal_of_key(std::string_view name);

}  // namespace firstcome::access
