#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::api {

/// The web pages that may read the responses of the users' listener (CORS, Fetch standard); by default none.
/// firstcome reads no cookies, so no credentials are allowed.
class CrossOrigin {
 public:
  /// Origins as browsers send them, like https://shop.example; or "*" for all.
  explicit CrossOrigin(const std::vector<std::string>& origins);

  /// Header lines for a response to `origin`; a view into this object.
  [[nodiscard]] std::string_view headers(const std::optional<std::string>& origin) const;
  /// Further header lines for a preflight.
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
