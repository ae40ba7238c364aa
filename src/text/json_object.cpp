#include "text/json_object.h"

#include "text/json_text.h"

namespace firstcome::text {

void JsonObject::key(std::string_view key) {
  if (!members_.empty()) members_ += ',';
  append_quoted(key, members_);
  members_ += ':';
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  key(name);
  append_quoted(value, members_);
  return *this;
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
  key(name);
  append_number(value, members_);
  return *this;
}

JsonObject& JsonObject::null(std::string_view name) {
  key(name);
  members_ += "null";
  return *this;
}

JsonObject& JsonObject::truth(std::string_view name, bool value) {
  return json(name, value ? "true" : "false");
}

JsonObject& JsonObject::json(std::string_view name, std::string_view json) {
  key(name);
  members_ += json;
  return *this;
}

std::string json_text(std::string_view text) {
  std::string quoted;
  append_quoted(text, quoted);
  return quoted;
}

}  // namespace firstcome::text
