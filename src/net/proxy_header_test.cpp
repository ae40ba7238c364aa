#include "net/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

namespace firstcome::net {
namespace {

using HeaderState = ProxyHeader::State;

/// A header of version 2.
std::string binary(int version_and_command, int family, const std::string& addresses) {
  std::string header("\r\n\r\n\0\r\nQUIT\n", 12);
  header += static_cast<char>(version_and_command);
  header += static_cast<char>(family);
  header += static_cast<char>(addresses.size() / 256);
  header += static_cast<char>(addresses.size() % 256);
  return header + addresses;
}

const std::string kIpv4 =
    std::string("\xcb\x00\x71\x09\xc6\x33\x64\x01", 8) + std::string("\x30\x39\x01\xbb", 4);
const std::string kIpv6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x09" +
                          std::string(16, '\0') + std::string("\x30\x39\x01\xbb", 4);

TEST(ProxyHeader, NamesTheClientInBothVersions) {
  const std::pair<std::string, const char*> headers[] = {
      {"PROXY TCP4 203.0.113.9 198.51.100.1 12345 443\r\n", "203.0.113.9"},
      {"PROXY TCP6 2001:db8::9 2001:db8::1 12345 443\r\n", "2001:db8::9"},
      {binary(0x21, 0x11, kIpv4), "203.0.113.9"},
      {binary(0x21, 0x21, kIpv6), "2001:db8::9"},
      {binary(0x21, 0x11, kIpv4 + std::string(300, 'x')), "203.0.113.9"},  // with extensions
  };
  for (const auto& [header, client] : headers) {
    const auto parsed = ProxyHeader::parse(header + "GET / HTTP/1.1\r\n");
    ASSERT_EQ(parsed.state, HeaderState::Complete) << header;
    EXPECT_EQ(parsed.bytes, header.size());
    EXPECT_EQ(parsed.client.value().text(), client);
    for (std::size_t bytes = 0; bytes < header.size(); ++bytes) {
      EXPECT_EQ(ProxyHeader::parse(header.substr(0, bytes)).state, HeaderState::Incomplete) << bytes;
    }
  }
}

TEST(ProxyHeader, MayNameNoClient) {
  for (const std::string& header :
       {std::string("PROXY UNKNOWN\r\n"), std::string("PROXY UNKNOWN ff ff 1 2\r\n"), binary(0x20, 0x00, ""),
        binary(0x20, 0x11, kIpv4), binary(0x21, 0x31, std::string(216, '\0')), binary(0x21, 0x00, "")}) {
    const auto parsed = ProxyHeader::parse(header);
    EXPECT_EQ(parsed.state, HeaderState::Complete) << header;
    EXPECT_EQ(parsed.bytes, header.size());
    EXPECT_FALSE(parsed.client);
  }
}

TEST(ProxyHeader, IsRefusedIfItIsNone) {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n"), std::string("\x16\x03\x01", 3), std::string("PROXX"),
        std::string("\r\n\r\nX"), std::string("PROXY TCP4 203.0.113.9\r\n"),
        std::string("PROXY TCP4 2001:db8::9 2001:db8::1 1 2\r\n"),
        std::string("PROXY TCP5 203.0.113.9 198.51.100.1 1 2\r\n"), std::string("PROXY TCP4 x y 1 2\r\n"),
        "PROXY TCP4 " + std::string(100, '1'), "PROXY UNKNOWN " + std::string(100, '1') + "\r\n",
        binary(0x11, 0x11, kIpv4), binary(0x22, 0x11, kIpv4), binary(0x21, 0x11, "short"),
        binary(0x21, 0x21, kIpv4), binary(0x21, 0x11, std::string(4000, '\0'))}) {
    EXPECT_EQ(ProxyHeader::parse(bytes).state, HeaderState::Invalid) << bytes;
  }
}

}  // namespace
}  // namespace firstcome::net
