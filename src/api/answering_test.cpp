#include "api/answering.h"

#include <gtest/gtest.h>

#include "key/installation_key.h"

namespace firstcome::api {
namespace {

TEST(Answering, EachEarlyRefusalNamesItsOwnPosition) {
  const TicketCodec tickets{InstallationKey{}};
  Answering answering(tickets, 1);
  Exchange exchange;
  const auto as_of = [&](Place place, std::int64_t clock_ms) {
    admission::Reply reply{.policy = PolicyId{7}, .user = UserId{42}};
    reply.decision.code = Code::SoldOut;
    reply.as_of = admission::AsOf{place, from_millis(clock_ms)};
    answering.issue(reply, {}, exchange);
    const std::string& response = exchange.response;
    return response.substr(response.find(R"("asOf")"));
  };

  const std::string first = as_of({2, 17}, 1'000);
  EXPECT_EQ(first, "\"asOf\":{\"partition\":2,\"offset\":17,\"at\":\"1970-01-01T00:00:01.000Z\"}}\n");
  EXPECT_EQ(as_of({2, 17}, 1'000), first);
  EXPECT_EQ(as_of({2, 18}, 1'000),
            "\"asOf\":{\"partition\":2,\"offset\":18,\"at\":\"1970-01-01T00:00:01.000Z\"}}\n");
  EXPECT_EQ(as_of({3, 18}, 1'000),
            "\"asOf\":{\"partition\":3,\"offset\":18,\"at\":\"1970-01-01T00:00:01.000Z\"}}\n");
  EXPECT_EQ(as_of({3, 18}, 2'000),
            "\"asOf\":{\"partition\":3,\"offset\":18,\"at\":\"1970-01-01T00:00:02.000Z\"}}\n");
  EXPECT_EQ(as_of({2, 17}, 1'000), first);
}

TEST(Answering, AResponseNamesTheTraceOfItsRequest) {
  const TicketCodec tickets{InstallationKey{}};
  Answering answering(tickets, 1);
  Exchange exchange;
  const auto header_of = [&](auto&& answer) {
    answer();
    const std::string& response = exchange.response;
    const std::size_t begin = response.find("traceresponse: ");
    return begin == std::string::npos ? "none" : response.substr(begin, response.find('\r', begin) - begin);
  };
  const auto refuse = [&] { answering.problem(Problem::NotFound, {}, exchange); };
  EXPECT_EQ(header_of(refuse), "none");
  constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  exchange.trace = RequestTrace{.context = TraceContext::parse(kParent, "a=1").value()};
  const std::string expected = "traceresponse: " + std::string(kParent);
  EXPECT_EQ(header_of(refuse), expected);
  EXPECT_EQ(header_of([&] { answering.json(200, "{}", exchange); }), expected);
  EXPECT_EQ(header_of([&] { answering.nothing({}, exchange); }), expected);
  EXPECT_EQ(header_of([&] { answering.document("{}", exchange); }), expected);
  exchange.begin();
  EXPECT_EQ(header_of(refuse), "none") << "the next request of the connection";
}

}  // namespace
}  // namespace firstcome::api
