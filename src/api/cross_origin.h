#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::api {

/// Which web pages may read the answers of the users' listener (CORS, the Fetch standard). None, unless
/// named. No cookies are looked at, so none are asked for.
class CrossOrigin {
 public:
  /// Origins as browsers send them, https://shop.example; or "*" alone for all.
  explicit CrossOrigin(const std::vector<std::string>& origins);

  [[nodiscard]] bool off() const { return allowed_.empty() && !everyone_; }
  /// The lines for an answer to `origin`; views into this.
  [[nodiscard]] std::string_view headers(const std::optional<std::string>& origin) const;
  /// Those that a preflight gets besides.
  [[nodiscard]] static std::string_view preflight();

 private:
  struct Allowed {
    std::string origin;
    std::string headers;
  };
  bool everyone_ = false;
  std::vector<Allowed> allowed_;
};

}  // namespace firstcome::api
