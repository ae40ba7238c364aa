#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firstcome::access {

/// Reads JSON as RFC 8725 §2.6 and RFC 7519 §4 want it for tokens: UTF-8, no member twice in an object (also if one is
/// written with escapes), little nesting. Keeps its memory; one per thread. Only for source files of this library.
class StrictJson {
 public:
  static constexpr int kMaxDepth = 8;

  /// Nothing if it is not such an object. What it returns is valid until the next call.
  std::optional<simdjson::dom::object> object(std::string_view text);

 private:
  bool is_strict(simdjson::dom::element element, int depth);
  bool has_a_member_twice(simdjson::dom::object object);

  simdjson::dom::parser parser_;
  std::string padded_;
  std::vector<std::string_view> names_;
};

/// Nothing if there is no such member.
std::optional<simdjson::dom::element> member(simdjson::dom::object object, std::string_view name);
/// Nothing if there is no such member, or another type.
std::optional<std::string_view> text_member(simdjson::dom::object object, std::string_view name);

}  // namespace firstcome::access
