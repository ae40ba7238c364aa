#include "text/json_text.h"

#include <charconv>

namespace firstcome::text {
namespace {

template <int kDigits>
char* put_digits(char* out, unsigned number) {
  for (int i = kDigits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return out + kDigits;
}

}  // namespace

void append_number(std::int64_t number, std::string& out) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

void append_quoted(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto plain = [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte >= 0x20 && byte != 0x7f && character != '"' && character != '\\';
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
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) {
    append_quoted(format_rfc3339(time), out);
    return;
  }
  auto rest = static_cast<unsigned>((time - day).count());
  char text[26];
  char* end = text;
  *end++ = '"';
  end = put_digits<4>(end, static_cast<unsigned>(year));
  *end++ = '-';
  end = put_digits<2>(end, static_cast<unsigned>(date.month()));
  *end++ = '-';
  end = put_digits<2>(end, static_cast<unsigned>(date.day()));
  *end++ = 'T';
  end = put_digits<2>(end, rest / 3'600'000);
  rest %= 3'600'000;
  *end++ = ':';
  end = put_digits<2>(end, rest / 60'000);
  rest %= 60'000;
  *end++ = ':';
  end = put_digits<2>(end, rest / 1'000);
  *end++ = '.';
  end = put_digits<3>(end, rest % 1'000);
  *end++ = 'Z';
  *end++ = '"';
  out.append(text, static_cast<std::size_t>(end - text));
}

}  // namespace firstcome::text
