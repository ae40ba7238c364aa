#include "api/cross_origin.h"

namespace firstcome::api {
namespace {

constexpr std::string_view kExpose =
    "Access-Control-Expose-Headers: ETag, Location, Retry-After, traceresponse\r\n";
constexpr std::string_view kForEveryone =
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag, Location, Retry-After, traceresponse\r\n";
/// The response depends on the origin, so caches must keep one for each.
constexpr std::string_view kVary = "Vary: Origin\r\n";

}  // namespace

CrossOrigin::CrossOrigin(const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    if (origin == "*") {
      everyone_ = true;
    } else {
      allowed_.push_back({origin, "Access-Control-Allow-Origin: " + origin + "\r\n" + std::string(kExpose) +
                                      std::string(kVary)});
    }
  }
}

std::string_view CrossOrigin::headers(const std::optional<std::string>& origin) const {
  if (everyone_) return kForEveryone;
  for (const Allowed& allowed : allowed_) {
    if (origin && *origin == allowed.origin) return allowed.headers;
  }
  return allowed_.empty() ? std::string_view{} : kVary;
}

std::string_view CrossOrigin::preflight() {
  return "Access-Control-Allow-Methods: GET, HEAD, POST\r\n"
         "Access-Control-Allow-Headers: Authorization, Content-Type, Prefer, traceparent, tracestate\r\n"
         "Access-Control-Max-Age: 600\r\n";
}

}  // namespace firstcome::api
