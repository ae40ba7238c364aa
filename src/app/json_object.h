#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firstcome::app {

/// Writes one flat JSON object.
class JsonObject {
 public:
  JsonObject& text(std::string_view key, std::string_view value);
  JsonObject& number(std::string_view key, std::int64_t value);
  JsonObject& null(std::string_view key);
  [[nodiscard]] std::string str() const { return "{" + members_ + "}"; }

 private:
  void key(std::string_view key);
  std::string members_;
};

}  // namespace firstcome::app
