#include "net/request_parser.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace firstcome::net {
namespace {

using State = RequestParser::State;

const std::string kPost =
    "POST /v1/policies/7/coupons?x=1 HTTP/1.1\r\nHost: here:8080\r\nContent-Type: application/json; "
    "charset=utf-8\r\n"
    "Prefer: respond-async, wait=5\r\nContent-Length: 13\r\n\r\n{\"userId\":42}";
const std::string kChunked =
    "POST /c HTTP/1.1\r\nHost: h\r\ncontent-type: Application/JSON\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\n{\"use\r\n8;ext=1\r\nrId\":42}\r\n0\r\nTrailer: x\r\n\r\n";
const std::string kGet = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";

/// Feeds bytes as a connection does: the bytes that the parser leaves are passed again with more bytes.
class Feed {
 public:
  explicit Feed(RequestParser::Limits limits = {}) : parser_(limits) { parser_.start(request); }

  /// Returns the state after these bytes. Stops at the end of a request.
  State add(std::string_view bytes) {
    unparsed_ += bytes;
    std::string_view left = unparsed_;
    const State state = left.empty() ? State::NeedMore : parser_.feed(left);
    unparsed_ = std::string(left);
    return state;
  }
  State next() {
    parser_.start(request);
    return add({});
  }
  [[nodiscard]] RequestError error() const { return parser_.error(); }
  [[nodiscard]] std::string_view detail() const { return parser_.detail(); }

  Request request;

 private:
  RequestParser parser_;
  std::string unparsed_;
};

void expect_post(const Request& request) {
  EXPECT_EQ(request.method, Method::Post);
  EXPECT_EQ(request.target, "/v1/policies/7/coupons?x=1");
  EXPECT_EQ(request.host, "here:8080");
  EXPECT_TRUE(request.json);
  EXPECT_TRUE(request.respond_async);
  EXPECT_EQ(request.wait_seconds, 5);
  EXPECT_EQ(request.body, R"({"userId":42})");
  EXPECT_TRUE(request.keep_alive);
}

TEST(RequestParser, DecodesUnreservedCharactersInTheTarget) {
  const auto target_of = [](const std::string& target) {
    Feed feed;
    EXPECT_EQ(feed.add("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"), State::Complete);
    return feed.request.target;
  };
  EXPECT_EQ(target_of("/v1/requests/AQ%2DB%5fc%2e%7E?wait=%31"), "/v1/requests/AQ-B_c.~?wait=1");
  EXPECT_EQ(target_of("/v1/policies/%37/%63oupons"), "/v1/policies/7/coupons");
  EXPECT_EQ(target_of("/a%2Fb%3Fc%25%32%46"), "/a%2Fb%3Fc%252F")
      << "reserved characters stay encoded, and %25 is decoded only once";
  EXPECT_EQ(target_of("/a%"), "/a%");
  EXPECT_EQ(target_of("/a%2"), "/a%2");
  EXPECT_EQ(target_of("/a%2D"), "/a-");
  EXPECT_EQ(target_of("/a%zz%-1%2"), "/a%zz%-1%2");
  EXPECT_EQ(target_of("/%ff%00"), "/%ff%00");
}

TEST(RequestParser, ReadsAWholeRequest) {
  Feed feed;
  ASSERT_EQ(feed.add(kPost), State::Complete);
  expect_post(feed.request);
}

TEST(RequestParser, ReadsTheSameRequestFromAnyTwoPieces) {
  for (std::size_t cut = 1; cut < kPost.size(); ++cut) {
    Feed feed;
    ASSERT_EQ(feed.add(kPost.substr(0, cut)), State::NeedMore) << cut;
    ASSERT_EQ(feed.add(kPost.substr(cut)), State::Complete) << cut;
    expect_post(feed.request);
  }
}

TEST(RequestParser, ReadsByteByByte) {
  for (const std::string& text : {kPost, kChunked, kGet}) {
    Feed feed;
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
      ASSERT_EQ(feed.add(text.substr(i, 1)), State::NeedMore) << i;
    ASSERT_EQ(feed.add(text.substr(text.size() - 1)), State::Complete);
  }
}

TEST(RequestParser, JoinsChunksAndSkipsTrailers) {
  Feed feed;
  ASSERT_EQ(feed.add(kChunked), State::Complete);
  EXPECT_EQ(feed.request.body, R"({"userId":42})");
  EXPECT_TRUE(feed.request.json);
}

TEST(RequestParser, ReadsOnePipelinedRequestAtATime) {
  Feed feed;
  ASSERT_EQ(feed.add(kPost + kChunked + kGet + kPost), State::Complete);
  expect_post(feed.request);
  ASSERT_EQ(feed.next(), State::Complete);
  EXPECT_EQ(feed.request.target, "/c");
  ASSERT_EQ(feed.next(), State::Complete);
  EXPECT_EQ(feed.request.method, Method::Get);
  EXPECT_EQ(feed.request.target, "/livez");
  EXPECT_FALSE(feed.request.json);
  EXPECT_TRUE(feed.request.body.empty());
  ASSERT_EQ(feed.next(), State::Complete);
  expect_post(feed.request);
  EXPECT_EQ(feed.next(), State::NeedMore);
}

TEST(RequestParser, ReadsRandomPipelinesInRandomPieces) {
  std::mt19937 random(7);
  const std::vector<std::string> all{kPost, kChunked, kGet};
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    std::vector<std::string> bodies;
    for (int i = 0; i < 8; ++i) {
      const std::size_t which = random() % all.size();
      bytes += all[which];
      bodies.push_back(which == 2 ? "" : R"({"userId":42})");
    }
    Feed feed;
    std::size_t at = 0;
    State state = State::NeedMore;
    for (const std::string& body : bodies) {
      while (state == State::NeedMore && at < bytes.size()) {
        const std::size_t count = std::min<std::size_t>(1 + random() % 60, bytes.size() - at);
        state = feed.add(bytes.substr(at, count));
        at += count;
      }
      ASSERT_EQ(state, State::Complete);
      ASSERT_EQ(feed.request.body, body);
      state = feed.next();
    }
    EXPECT_EQ(state, State::NeedMore);
  }
}

TEST(RequestParser, KnowsIfTheConnectionStaysOpen) {
  const auto keep_alive = [](const std::string& text) {
    Feed feed;
    EXPECT_EQ(feed.add(text), State::Complete);
    return feed.request.keep_alive;
  };
  EXPECT_TRUE(keep_alive(kGet));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keep_alive("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keep_alive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, IgnoresAnUpgradeToHttp2) {
  Feed feed;
  ASSERT_EQ(
      feed.add("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
               "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n"),
      State::Complete);
  EXPECT_EQ(feed.request.target, "/livez");
  EXPECT_TRUE(feed.request.keep_alive);
}

TEST(RequestParser, AcceptsTheAbsoluteForm) {
  Feed feed;
  ASSERT_EQ(feed.add("GET http://here:1/v1/policies?limit=2 HTTP/1.1\r\nHost: here:1\r\n\r\n"),
            State::Complete);
  EXPECT_EQ(feed.request.target, "/v1/policies?limit=2");
}

TEST(RequestParser, IgnoresAnEmptyLineInTwoPieces) {
  Feed feed;
  ASSERT_EQ(feed.add("\r"), State::NeedMore);
  ASSERT_EQ(feed.add("\n\r"), State::NeedMore);
  ASSERT_EQ(feed.add("\n" + kGet), State::Complete);
}

TEST(RequestParser, IgnoresEmptyLinesBeforeARequest) {
  Feed feed;
  EXPECT_EQ(feed.add("\r\n\r\n" + kGet), State::Complete);
}

TEST(RequestParser, IgnoresExpectOfHttp10) {
  Feed feed;
  EXPECT_EQ(feed.add("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
            State::NeedMore);
  EXPECT_FALSE(feed.request.expects_continue);
  EXPECT_EQ(feed.add("{}"), State::Complete);
}

TEST(RequestParser, ReadsTheFormOfIdsFromAccept) {
  const auto of = [](const std::string& accept) {
    Feed feed;
    EXPECT_EQ(feed.add("GET / HTTP/1.1\r\nHost: h\r\n" + accept + "\r\n"), State::Complete) << accept;
    return feed.request.ids_are_strings;
  };
  EXPECT_EQ(of(""), std::nullopt);
  EXPECT_EQ(of("Accept: */*\r\n"), std::nullopt);
  EXPECT_EQ(of("Accept: application/json;ids=string\r\n"), true);
  EXPECT_EQ(of("Accept: application/json;ids=number\r\n"), false);
  EXPECT_EQ(of("Accept: text/html;q=1, application/json ; q=0.5; Ids=\"STRING\" , */*\r\n"), true);
  EXPECT_EQ(of("Accept: text/html\r\nAccept: application/json;ids=string\r\n"), true);
  EXPECT_EQ(of("Accept: application/json;ids=string, application/json;ids=number\r\n"), true);
  EXPECT_EQ(of("Accept: application/json;ids=strings;ids, ids=string, ;;=;,,;ids=\r\n"), std::nullopt);
}

TEST(RequestParser, KeepsTheFieldsOfATraceAndJoinsSeveral) {
  Feed feed;
  ASSERT_EQ(
      feed.add(
          "GET / HTTP/1.1\r\nHost: h\r\nTraceParent:  00-a \r\nTRACESTATE: a=1\r\ntracestate: b=2\r\n\r\n"),
      State::Complete);
  EXPECT_EQ(feed.request.traceparent, "00-a");
  EXPECT_EQ(feed.request.tracestate, "a=1, b=2");
  EXPECT_EQ(feed.next(), State::NeedMore);
  EXPECT_EQ(feed.request.traceparent, std::nullopt);
  EXPECT_EQ(feed.request.tracestate, std::nullopt);
  // A list is not a valid value of this field.
  ASSERT_EQ(feed.add("GET / HTTP/1.1\r\nHost: h\r\ntraceparent: 00-a\r\ntraceparent: 00-b\r\n\r\n"),
            State::Complete);
  EXPECT_EQ(feed.request.traceparent, "00-a, 00-b");
}

TEST(RequestParser, IgnoresInvalidPreferences) {
  Feed feed;
  ASSERT_EQ(
      feed.add(
          "GET / HTTP/1.1\r\nHost: h\r\nPrefer: wait=-1, wait=soon, handling=lenient;x=1, , wait\r\n\r\n"),
      State::Complete);
  EXPECT_EQ(feed.request.wait_seconds, std::nullopt);
  EXPECT_FALSE(feed.request.respond_async);
}

struct Refused {
  const char* what;
  std::string text;
  RequestError error;
};

class RefusedRequests : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRequests, HaveTheSameErrorWholeAndByteByByte) {
  Feed whole({.header = 512, .body = 64});
  EXPECT_EQ(whole.add(GetParam().text), State::Failed);
  EXPECT_EQ(whole.error(), GetParam().error);
  EXPECT_EQ(whole.add(kGet), State::Failed) << "bytes behind an invalid request are not read";

  Feed pieces({.header = 512, .body = 64});
  State state = State::NeedMore;
  for (const char byte : GetParam().text) {
    state = pieces.add({&byte, 1});
    ASSERT_NE(state, State::Complete);
    if (state == State::Failed) break;
  }
  EXPECT_EQ(state, State::Failed);
  EXPECT_EQ(pieces.error(), GetParam().error);
}

const std::string kHead = "POST / HTTP/1.1\r\nHost: h\r\n";

INSTANTIATE_TEST_SUITE_P(
    All, RefusedRequests,
    testing::Values(
        Refused{"Garbage", "\x16\x03\x01\x02 hello\r\n\r\n", RequestError::BadRequest},
        Refused{"NoVersion", "GET /\r\n\r\n", RequestError::BadRequest},
        Refused{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", RequestError::VersionNotSupported},
        Refused{"Version12", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", RequestError::VersionNotSupported},
        Refused{"NoHost", "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n", RequestError::BadRequest},
        Refused{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", RequestError::BadRequest},
        Refused{"LongHeader", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(600, 'x') + "\r\n\r\n",
                RequestError::HeaderTooLarge},
        Refused{"ManyFields",
                [] {
                  std::string text = "GET / HTTP/1.1\r\nHost: h\r\n";
                  for (int i = 0; i < 100; ++i) text += "X-Field: value\r\n";
                  return text + "\r\n";
                }(),
                RequestError::HeaderTooLarge},
        Refused{"LongTarget", "GET /" + std::string(600, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n",
                RequestError::HeaderTooLarge},
        Refused{"LongBody", kHead + "Content-Length: 65\r\n\r\n" + std::string(65, 'x'),
                RequestError::PayloadTooLarge},
        Refused{"HugeBody", kHead + "Content-Length: 18446744073709551615\r\n\r\n",
                RequestError::PayloadTooLarge},
        Refused{"LongChunk",
                kHead + "Transfer-Encoding: chunked\r\n\r\n41\r\n" + std::string(65, 'x') + "\r\n0\r\n\r\n",
                RequestError::PayloadTooLarge},
        Refused{"ManyChunks",
                [] {
                  std::string text = kHead + "Transfer-Encoding: chunked\r\n\r\n";
                  for (int i = 0; i < 65; ++i) text += "1\r\nx\r\n";
                  return text + "0\r\n\r\n";
                }(),
                RequestError::PayloadTooLarge},
        Refused{"BadChunk", kHead + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", RequestError::BadRequest},
        Refused{"TwoLengths", kHead + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                RequestError::BadRequest},
        Refused{"NegativeLength", kHead + "Content-Length: -1\r\n\r\n", RequestError::BadRequest},
        Refused{"LengthAndChunks", kHead + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                RequestError::BadRequest},
        Refused{"UnknownCoding", kHead + "Transfer-Encoding: gzip\r\n\r\n", RequestError::NotImplemented},
        Refused{"ChunksInAnOlderVersion",
                "POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                RequestError::BadRequest},
        Refused{"CodingAfterChunked", kHead + "Transfer-Encoding: chunked, gzip\r\n\r\n",
                RequestError::NotImplemented},
        Refused{"Expectation", kHead + "Expect: a-miracle\r\nContent-Length: 1\r\n\r\nx",
                RequestError::ExpectationFailed}),
    [](const auto& given) { return given.param.what; });

TEST(RequestParser, EveryRefusalOfGarbageHasADetail) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string text = round % 2 == 0 ? kPost : kChunked;
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = static_cast<char>(random());
    Feed feed({.header = 1024, .body = 1024});
    State state = State::NeedMore;
    for (std::size_t at = 0; at < text.size() && state == State::NeedMore; at += 16) {
      state = feed.add(text.substr(at, 16));
    }
    if (state == State::Failed) {
      EXPECT_FALSE(feed.detail().empty());
    }
  }
}

}  // namespace
}  // namespace firstcome::net
