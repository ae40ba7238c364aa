#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firstcome::text {

/// Writes one JSON object. Keys need no escapes.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::int64_t value);
  JsonObject& null(std::string_view key) { return json(key, "null"); }
  JsonObject& truth(std::string_view key, bool value) { return json(key, value ? "true" : "false"); }
  /// `json` is JSON: str() of another object, or a list.
  JsonObject& json(std::string_view key, std::string_view json);
  [[nodiscard]] std::string str() const { return object_ + '}'; }

 private:
  std::string object_ = "{";  ///< without the closing brace
};

/// A JSON array. `of` returns the JSON of an element.
template <class Elements, class Of>
std::string json_list(const Elements& elements, Of of) {
  std::string list;
  for (const auto& element : elements) {
    if (!list.empty()) list += ',';
    list += of(element);
  }
  return '[' + list + ']';
}

/// With quotes and escapes.
std::string json_text(std::string_view text);

}  // namespace firstcome::text
