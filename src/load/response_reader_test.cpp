#include "load/response_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace firstcome::load {
namespace {

using testing::HasSubstr;

/// Received bytes with readable bytes after them, as in a connection's buffer.
class Received {
 public:
  explicit Received(std::string_view text) : size_(text.size()), bytes_(text) {
    bytes_.append(ResponseReader::kPadding, '\0');
  }
  [[nodiscard]] std::string_view first(std::size_t count) const {
    return std::string_view(bytes_).substr(0, count);
  }
  [[nodiscard]] std::string_view all() const { return first(size_); }

 private:
  std::size_t size_;
  std::string bytes_;
};

std::string http(const std::string& status, const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         fields + "\r\n" + body;
}

const std::string kSuccess = http(
    "201 Created",
    R"({"result":"SUCCESS","policyId":7,"userId":42,"sequence":17,"issuedAt":"2026-11-23T14:00:00.123Z","ticket":"AQ_-"})",
    "Date: Mon, 23 Nov 2026 20:45:46 GMT\r\n");

TEST(ResponseReader, IdsMayBeStrings) {
  const std::string body =
      R"({"result":"SUCCESS","policyId":"7","userId":"9223372036854775807","sequence":17})";
  const std::string text =
      "HTTP/1.1 201 Created\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  const Received received(text);
  ResponseReader reader;
  Response response;
  ASSERT_EQ(reader.read(received.all(), response), ResponseReader::Read::Whole) << reader.error();
  EXPECT_EQ(response.policy, 7);
  EXPECT_EQ(response.user, INT64_MAX);
}

TEST(ResponseReader, AResponseSplitAtAnyByteIsTheSame) {
  const Received received(kSuccess);
  ResponseReader reader;
  for (std::size_t count = 0; count < kSuccess.size(); ++count) {
    Response response;
    ASSERT_EQ(reader.read(received.first(count), response), ResponseReader::Read::More) << count;
  }
  Response response;
  ASSERT_EQ(reader.read(received.all(), response), ResponseReader::Read::Whole) << reader.error();
  EXPECT_EQ(response.size, kSuccess.size());
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.result, RequestResult::Success);
  EXPECT_EQ(response.policy, 7);
  EXPECT_EQ(response.user, 42);
  EXPECT_EQ(response.sequence, 17);
  EXPECT_EQ(response.issued_at, parse_rfc3339("2026-11-23T14:00:00.123Z"));
  EXPECT_EQ(response.ticket, "AQ_-");
  EXPECT_FALSE(response.as_of);
  EXPECT_FALSE(response.closes);
}

TEST(ResponseReader, AnEarlyRefusalHasItsAsOf) {
  const Received received(http(
      "409 Conflict",
      R"({"type":"urn:x","title":"Sold out","status":409,"detail":"All \"gone\".","result":"SOLD_OUT","policyId":7,)"
      R"("userId":42,"asOf":{"partition":2,"offset":1063,"at":"2026-11-24T23:21:07.752Z"},"more":[1,{"a":null}]})",
      "CONNECTION:  Close \r\n"));
  ResponseReader reader;
  Response response;
  ASSERT_EQ(reader.read(received.all(), response), ResponseReader::Read::Whole) << reader.error();
  EXPECT_EQ(response.result, RequestResult::SoldOut);
  ASSERT_TRUE(response.as_of);
  EXPECT_EQ(response.as_of->partition, 2);
  EXPECT_EQ(response.as_of->offset, 1063);
  EXPECT_EQ(response.as_of->at, parse_rfc3339("2026-11-24T23:21:07.752Z"));
  EXPECT_TRUE(response.closes);
  EXPECT_TRUE(response.ticket.empty());
}

TEST(ResponseReader, AnUnknownRefusalIsStillAnAnswer) {
  const Received received(http("401 Unauthorized", R"({"result":"UNAUTHORIZED","status":401})"));
  ResponseReader reader;
  Response response;
  ASSERT_EQ(reader.read(received.all(), response), ResponseReader::Read::Whole);
  EXPECT_EQ(response.result, RequestResult::OtherRefusal);
  EXPECT_EQ(response.result_name, "UNAUTHORIZED");
}

TEST(ResponseReader, AResponseThatFirstcomeDoesNotSendIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"SSH-2.0-OpenSSH_9.2\r\n", "does not begin with HTTP/1.1"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "no HTTP/1.1 status line"},
      {"HTTP/1.1 2x0 OK\r\nContent-Length: 2\r\n\r\n{}", "no HTTP/1.1 status line"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "no HTTP/1.1 status line"},
      {"HTTP/1.1 200\r\n\r\n", "no HTTP/1.1 status line"},
      {"HTTP/1.1 200 OK\r\n\r\n{}", "no Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", "Content-Length is not a number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", "Content-Length is not a number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
       "Content-Length is not a number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}", "Content-Length is not a number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{}", "longer than any response"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding"},
      {"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}", "line without a field name"},
      {http("200 OK", R"({"result":"SUCCESS"})") + "HTTP", "longer than its Content-Length"},
      {http("200 OK", ""), "not JSON as firstcome sends it"},
      {http("200 OK", "[]"), "not JSON as firstcome sends it"},
      {http("200 OK", R"({"result":"SUCCESS")"), "not JSON as firstcome sends it"},
      {http("200 OK", R"({"result":"SUCCESS"}{})"), "has bytes after the JSON object"},
      {http("200 OK", R"({"result":7})"), "not JSON as firstcome sends it"},
      {http("200 OK", R"({"result":"SUCCESS","userId":"x"})"), "not JSON as firstcome sends it"},
      {http("200 OK", R"({"result":"MAYBE"})"), "result is not known"},
      {http("200 OK", "{}"), "result is not known"},
      {"HTTP/1.1 200 OK\r\n" + std::string(ResponseReader::kMost, 'x'), "does not end"},
  };
  ResponseReader reader;
  for (const auto& [text, error] : cases) {
    const Received received(text);
    Response response;
    EXPECT_EQ(reader.read(received.all(), response), ResponseReader::Read::Wrong) << text;
    EXPECT_THAT(std::string(reader.error()), HasSubstr(error)) << text;
  }
}

}  // namespace
}  // namespace firstcome::load
