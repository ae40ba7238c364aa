#include "text/json_text.h"

#include <charconv>

namespace firstcome::text {
void append_number(std::int64_t number, std::string& out) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

void append_quoted(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto plain = [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte >= 0x20 && character != '"' && character != '\\';
  };
  out += '"';
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && plain(text[run])) ++run;
    out.append(text.substr(0, run));
    text.remove_prefix(run);
    if (text.empty()) break;
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += static_cast<char>(byte);
    } else {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  out += '"';
}

void append_time(Timestamp time, std::string& out) {
  out += '"';
  append_rfc3339(time, out);
  out += '"';
}

void append_key(std::string_view key, std::string& out) {
  out += out.ends_with('{') ? "\"" : ",\"";
  out += key;
  out += "\":";
}

void append_member(std::string_view key, std::int64_t value, std::string& out) {
  append_key(key, out);
  append_number(value, out);
}

void append_id(std::string_view key, std::int64_t id, IdForm form, std::string& out) {
  append_key(key, out);
  if (form == IdForm::String) out += '"';
  append_number(id, out);
  if (form == IdForm::String) out += '"';
}

void append_member(std::string_view key, std::string_view value, std::string& out) {
  append_key(key, out);
  append_quoted(value, out);
}

void append_member(std::string_view key, Timestamp value, std::string& out) {
  append_key(key, out);
  append_time(value, out);
}

void append_optional_member(std::string_view key, std::optional<Timestamp> value, std::string& out) {
  if (value) return append_member(key, *value, out);
  append_key(key, out);
  out += "null";
}

}  // namespace firstcome::text
