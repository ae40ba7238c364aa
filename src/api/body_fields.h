#pragma once

#include <simdjson.h>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_body.h"

namespace firstcome::api {

inline constexpr std::string_view kIdRule =
    "must be a whole number from 1 to 9223372036854775807, or such a number as a string";

/// Reads the fields of a body and collects the errors.
class BodyFields {
 public:
  BodyFields(const simdjson::dom::object& object, std::vector<FieldError>& errors)
      : object_(object), errors_(errors) {}

  void wrong(std::string_view field, std::string_view why) {
    errors_.push_back({std::string(field), std::string(why)});
  }

  std::optional<simdjson::dom::element> find(std::string_view name) {
    std::optional<simdjson::dom::element> found;
    for (const auto [key, value] : object_) {
      if (key != name) continue;
      if (found) wrong(name, "appears twice");
      found = value;
    }
    return found;
  }

  /// One of the names of these values.
  template <class Value>
  void choice(std::string_view name, std::optional<Value>& value, std::initializer_list<Value> values) {
    const auto field = find(name);
    if (!field) return;
    std::string_view text;
    const bool is_text = field->get_string().get(text) == simdjson::SUCCESS;
    std::string rule = "must be ";
    for (const Value& one : values) {
      if (is_text && text == name_of(one)) value = one;
      if (&one != values.begin()) rule += &one + 1 == values.end() ? " or " : ", ";
      rule += name_of(one);
    }
    if (!value) wrong(name, rule);
  }

  void boolean(std::string_view name, bool& value) {
    const auto field = find(name);
    if (field && field->get_bool().get(value) != simdjson::SUCCESS) wrong(name, "must be true or false");
  }

  /// A number or a decimal string, from 1 on.
  static std::optional<std::int64_t> id_of(const simdjson::dom::element& value) {
    std::int64_t number = 0;
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) return parse_id(text);
    if (value.get_int64().get(number) != simdjson::SUCCESS || number < 1) return std::nullopt;
    return number;
  }

 private:
  const simdjson::dom::object& object_;
  std::vector<FieldError>& errors_;
};

}  // namespace firstcome::api
