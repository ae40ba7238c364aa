#include "text/json_object.h"

#include "text/json_text.h"

namespace firstcome::text {

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
  append_member(key, value, object_);
  return *this;
}

JsonObject& JsonObject::number(std::string_view key, std::int64_t value) {
  append_member(key, value, object_);
  return *this;
}

JsonObject& JsonObject::json(std::string_view key, std::string_view json) {
  append_key(key, object_);
  object_ += json;
  return *this;
}

std::string json_text(std::string_view text) {
  std::string quoted;
  append_quoted(text, quoted);
  return quoted;
}

}  // namespace firstcome::text
