#include "load/answer_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace firstcome::load {
namespace {

using testing::HasSubstr;

/// As a connection holds what it received: with readable bytes behind it.
class Received {
 public:
  explicit Received(std::string_view text) : size_(text.size()), bytes_(text) {
    bytes_.append(AnswerReader::kPadding, '\0');
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

TEST(AnswerReader, SplitAtEveryByteItIsTheSameAnswer) {
  const Received received(kSuccess);
  AnswerReader reader;
  for (std::size_t count = 0; count < kSuccess.size(); ++count) {
    Answer answer;
    ASSERT_EQ(reader.read(received.first(count), answer), AnswerReader::Read::More) << count;
  }
  Answer answer;
  ASSERT_EQ(reader.read(received.all(), answer), AnswerReader::Read::Whole) << reader.complaint();
  EXPECT_EQ(answer.size, kSuccess.size());
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.outcome, RequestResult::Success);
  EXPECT_EQ(answer.policy, 7);
  EXPECT_EQ(answer.user, 42);
  EXPECT_EQ(answer.sequence, 17);
  EXPECT_EQ(answer.issued_at, parse_rfc3339("2026-11-23T14:00:00.123Z"));
  EXPECT_EQ(answer.ticket, "AQ_-");
  EXPECT_FALSE(answer.as_of);
  EXPECT_FALSE(answer.last);
}

TEST(AnswerReader, AnEarlyRefusalSaysAsOfWhere) {
  const Received received(http(
      "409 Conflict",
      R"({"type":"urn:x","title":"Sold out","status":409,"detail":"All \"gone\".","result":"SOLD_OUT","policyId":7,)"
      R"("userId":42,"asOf":{"partition":2,"offset":1063,"at":"2026-11-24T23:21:07.752Z"},"more":[1,{"a":null}]})",
      "CONNECTION:  Close \r\n"));
  AnswerReader reader;
  Answer answer;
  ASSERT_EQ(reader.read(received.all(), answer), AnswerReader::Read::Whole) << reader.complaint();
  EXPECT_EQ(answer.outcome, RequestResult::SoldOut);
  ASSERT_TRUE(answer.as_of);
  EXPECT_EQ(answer.as_of->partition, 2);
  EXPECT_EQ(answer.as_of->offset, 1063);
  EXPECT_EQ(answer.as_of->at, parse_rfc3339("2026-11-24T23:21:07.752Z"));
  EXPECT_TRUE(answer.last);
  EXPECT_TRUE(answer.ticket.empty());
}

TEST(AnswerReader, ARefusalItDoesNotKnowIsStillAnAnswer) {
  const Received received(http("401 Unauthorized", R"({"result":"UNAUTHORIZED","status":401})"));
  AnswerReader reader;
  Answer answer;
  ASSERT_EQ(reader.read(received.all(), answer), AnswerReader::Read::Whole);
  EXPECT_EQ(answer.outcome, RequestResult::OtherRefusal);
  EXPECT_EQ(answer.result, "UNAUTHORIZED");
}

TEST(AnswerReader, WhatIsNoAnswerOfAFirstcomeIsSaidToBeSo) {
  const std::pair<std::string, std::string> cases[] = {
      {"SSH-2.0-OpenSSH_9.2\r\n", "does not begin as HTTP/1.1"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", "no status line"},
      {"HTTP/1.1 2x0 OK\r\nContent-Length: 2\r\n\r\n{}", "no status line"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "no status line"},
      {"HTTP/1.1 200\r\n\r\n", "no status line"},
      {"HTTP/1.1 200 OK\r\n\r\n{}", "no Content-Length"},
      {"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", "Content-Length is no number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", "Content-Length is no number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", "Content-Length is no number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}", "Content-Length is no number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{}", "longer than any answer"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding"},
      {"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}", "line without a name"},
      {http("200 OK", R"({"result":"SUCCESS"})") + "HTTP", "longer than it says"},
      {http("200 OK", ""), "not the JSON"},
      {http("200 OK", "[]"), "not the JSON"},
      {http("200 OK", R"({"result":"SUCCESS")"), "not the JSON"},
      {http("200 OK", R"({"result":"SUCCESS"}{})"), "goes on behind its end"},
      {http("200 OK", R"({"result":7})"), "not the JSON"},
      {http("200 OK", R"({"result":"SUCCESS","userId":"x"})"), "not the JSON"},
      {http("200 OK", R"({"result":"MAYBE"})"), "result is none we know"},
      {http("200 OK", "{}"), "result is none we know"},
      {"HTTP/1.1 200 OK\r\n" + std::string(AnswerReader::kMost, 'x'), "no end"},
  };
  AnswerReader reader;
  for (const auto& [text, complaint] : cases) {
    const Received received(text);
    Answer answer;
    EXPECT_EQ(reader.read(received.all(), answer), AnswerReader::Read::Wrong) << text;
    EXPECT_THAT(std::string(reader.complaint()), HasSubstr(complaint)) << text;
  }
}

}  // namespace
}  // namespace firstcome::load
