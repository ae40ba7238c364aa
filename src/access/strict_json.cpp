#include "access/strict_json.h"

#include <algorithm>

#include "text/byte_order_mark.h"

namespace firstcome::access {

namespace dom = simdjson::dom;

std::optional<dom::object> StrictJson::object(std::string_view text) {
  if (text.starts_with(text::kByteOrderMark)) return std::nullopt;
  padded_.assign(text);
  padded_.append(simdjson::SIMDJSON_PADDING, ' ');
  dom::element root;
  dom::object object;
  if (parser_.parse(padded_.data(), text.size(), false).get(root) != simdjson::SUCCESS) return std::nullopt;
  if (root.get(object) != simdjson::SUCCESS || !is_strict(root, 1)) return std::nullopt;
  return object;
}

bool StrictJson::is_strict(dom::element element, int depth) {
  if (depth > kMaxDepth) return false;
  dom::object object;
  dom::array array;
  if (element.get(object) == simdjson::SUCCESS) {
    if (has_a_member_twice(object)) return false;
    return std::all_of(object.begin(), object.end(),
                       [&](const auto& field) { return is_strict(field.value, depth + 1); });
  }
  if (element.get(array) == simdjson::SUCCESS) {
    return std::all_of(array.begin(), array.end(),
                       [&](const auto& value) { return is_strict(value, depth + 1); });
  }
  return true;
}

bool StrictJson::has_a_member_twice(dom::object object) {
  names_.clear();
  for (const auto& field : object) names_.push_back(field.key);
  std::ranges::sort(names_);
  return std::ranges::adjacent_find(names_) != names_.end();
}

std::optional<dom::element> member(dom::object object, std::string_view name) {
  dom::element value;
  if (object.at_key(name).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::string_view> text_member(dom::object object, std::string_view name) {
  std::string_view text;
  if (object.at_key(name).get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

}  // namespace firstcome::access
