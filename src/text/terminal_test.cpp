#include "text/terminal.h"

#include <gtest/gtest.h>

namespace firstcome::text {
namespace {

TEST(Terminal, ControlCharactersAreEscaped) {
  EXPECT_EQ(for_terminal("a\x1b[2Jb\x07"), "a\\u001b[2Jb\\u0007") << "C0";
  EXPECT_EQ(for_terminal(std::string_view("a\0b\r\n\t", 6)), "a\\u0000b\\u000d\\u000a\\u0009");
  EXPECT_EQ(for_terminal("a\x7f"), "a\\u007f") << "DEL";
  EXPECT_EQ(for_terminal("\u0080\u009b31m\u009f"), "\\u0080\\u009b31m\\u009f") << "C1";
  EXPECT_EQ(for_terminal("\u202a\u202b\u202c\u202d\u202e"), "\\u202a\\u202b\\u202c\\u202d\\u202e")
      << "overrides";
  EXPECT_EQ(for_terminal("\u2066\u2067\u2068\u2069"), "\\u2066\\u2067\\u2068\\u2069") << "isolates";
  EXPECT_EQ(for_terminal("\u2028\u2029"), "\\u2028\\u2029") << "separators";
}

TEST(Terminal, TextOfEveryScriptStays) {
  for (const char* text :
       {"", "Autumn sale", "가을 세일", "Été \u00a0 €", "سَنة", "\U0001f469\u200d\U0001f4bb", "\\u001b"}) {
    EXPECT_EQ(for_terminal(text), text);
    EXPECT_FALSE(has_terminal_controls(text)) << text;
  }
  for (const char* text : {"a\x1b", "\x7f", "\u009b", "\u202e", "\n"})
    EXPECT_TRUE(has_terminal_controls(text));
}

TEST(Terminal, BytesThatAreNoUtf8AreEscapedIfTheyAreC1AndStayOtherwise) {
  EXPECT_EQ(for_terminal("\x9b"
                         "31m"),
            "\\u009b31m");
  EXPECT_EQ(for_terminal("\xc3"), "\xc3");
  EXPECT_EQ(for_terminal("\xe2\x80"), "\xe2\\u0080") << "cut";
  EXPECT_EQ(for_terminal("\xf0\x9f"), "\xf0\\u009f") << "cut";
}

TEST(Terminal, LinesKeepTheirBreaksAndTabs) {
  EXPECT_EQ(lines_for_terminal("{\n\t\"name\": \"\u009b\"}\r\n"), "{\n\t\"name\": \"\\u009b\"}\\u000d\n");
}

}  // namespace
}  // namespace firstcome::text
