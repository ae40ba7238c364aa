#include "text/host_port.h"

#include <gtest/gtest.h>

#include <string>

namespace firstcome::text {
namespace {

std::string read(std::string_view text, BareIpv6 bare = BareIpv6::Refused) {
  const auto parts = parse_host_port(text, bare);
  if (!parts) return "nothing";
  return std::string(parts->host) + (parts->port ? " " + std::to_string(*parts->port) : "");
}

TEST(HostPort, HasAHostAndMayHaveAPort) {
  EXPECT_EQ(read("a.example:8080"), "a.example 8080");
  EXPECT_EQ(read("127.0.0.1:0"), "127.0.0.1 0");
  EXPECT_EQ(read("[::1]:65535"), "::1 65535");
  EXPECT_EQ(read("a"), "a");
  EXPECT_EQ(read("a:"), "a");
  EXPECT_EQ(read("[::1]"), "::1");
}

TEST(HostPort, RefusesEverythingElse) {
  for (const char* bad : {"", ":", ":80", "a:x", "a:80x", "a:-1", "a:65536", "a:80:80", "::1", "::1:8080",
                          "[::1", "[::1]x", "[a]:80", "[]:80"}) {
    EXPECT_EQ(read(bad), "nothing") << bad;
  }
}

TEST(HostPort, AcceptsAnIpv6AddressWithoutBracketsIfAsked) {
  EXPECT_EQ(read("::1:9092", BareIpv6::Accepted), "::1 9092");
  EXPECT_EQ(read("[::1]:9092", BareIpv6::Accepted), "::1 9092");
  EXPECT_EQ(read("a:9092", BareIpv6::Accepted), "a 9092");
  EXPECT_EQ(read("no address", BareIpv6::Accepted), "no address");
}

}  // namespace
}  // namespace firstcome::text
