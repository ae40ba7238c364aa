#include "net/loopback.h"

#include <gtest/gtest.h>

namespace firstcome::net {
namespace {

TEST(Loopback, IsLocalhostAndTheLoopbackAddressesOnly) {
  for (const char* address : {"localhost", "LocalHost:8081", "127.0.0.1", "127.0.0.1:8081", "127.5.6.7:1",
                              "[::1]", "[::1]:8081", "localhost:"}) {
    EXPECT_TRUE(is_loopback(address)) << address;
  }
  for (const char* address : {"", ":8081", "evil.example", "localhost.evil.example:8081", "127.evil.example",
                              "127.0.0.1.evil.example", "127.0.0.1:80:80", "128.0.0.1:8081", "0.0.0.0:8081",
                              "::1", "[::2]", "[::]:8081", "[fe80::1]", "[::1", "[::1].evil"}) {
    EXPECT_FALSE(is_loopback(address)) << address;
  }
}

}  // namespace
}  // namespace firstcome::net
