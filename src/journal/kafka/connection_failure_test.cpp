#include "journal/kafka/connection_failure.h"

#include <gtest/gtest.h>

namespace firstcome::journal::kafka {
namespace {

std::string read(std::string_view text) {
  const auto failure = read_connection_failure("FAIL", text);
  return failure ? failure->broker + " | " + failure->cause : "nothing";
}

TEST(AConnectionFailure, HasTheAddressOfTheBrokerForEachOfItsNames) {
  EXPECT_EQ(
      read("[thrd:k1:9092/bootstrap]: k1:9092/2: Connect to ipv4#10.0.0.1:9092 failed: Connection refused "
           "(after 0ms in state CONNECT)"),
      "k1:9092 | connection refused");
  EXPECT_EQ(
      read("[thrd:GroupCoordinator]: GroupCoordinator: k1:9092: 1 request(s) timed out: disconnect (after "
           "9ms in state UP)"),
      "k1:9092 | it accepts connections, but does not respond");
  EXPECT_EQ(read("[thrd:ssl://[::1]:9093/bootstrap]: ssl://[::1]:9093/1: Connection setup timed out in state "
                 "CONNECT (after 3001ms in state CONNECT)"),
            "[::1]:9093 | connection timed out");
}

TEST(AConnectionFailure, DoesNotRepeatMisleadingReasons) {
  const std::string hangs = read(
      "[thrd:k1:9092/1]: k1:9092/1: ApiVersionRequest failed: Local: Timed out: probably due to broker "
      "version < 0.10 (see api.version.request configuration) (after 3002ms in state APIVERSION_QUERY)");
  EXPECT_EQ(hangs, "k1:9092 | it accepts connections, but does not respond");
  const std::string died = read(
      "[thrd:k1:9092/1]: k1:9092/1: Disconnected: verify that security.protocol is correctly configured, "
      "broker might require SASL authentication (after 1198ms in state UP)");
  EXPECT_TRUE(died.starts_with("k1:9092 | it closed the connection")) << died;
}

TEST(AConnectionFailure, KeepsOtherCausesUnchanged) {
  EXPECT_EQ(
      read(
          "[thrd:ssl://k1:9093/bootstrap]: ssl://k1:9093/bootstrap: SSL handshake failed: certificate verify "
          "failed (after 5ms in state SSL_HANDSHAKE)"),
      "k1:9093 | SSL handshake failed: certificate verify failed");
}

TEST(AConnectionFailure, IsNotParsedFromOtherLines) {
  EXPECT_EQ(read("[thrd:main]: Timed out LeaveGroupRequest in flight"), "nothing");
  EXPECT_EQ(read("[thrd:GroupCoordinator]: GroupCoordinator/1: Timed out 1 in-flight"), "nothing");
  EXPECT_EQ(read(""), "nothing");
  EXPECT_FALSE(read_connection_failure("REQTMOUT", "[thrd:k1:9092/1]: k1:9092/1: Timed out 1 in-flight"));
}

}  // namespace
}  // namespace firstcome::journal::kafka
