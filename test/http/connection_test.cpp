#include <gmock/gmock.h>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using Connections = NodeTest;

TEST_F(Connections, PipelinedRequestsAreAnsweredInOrder) {
  const std::string id = create(R"("name":"a","maxCount":1000)");
  std::string requests;
  for (int user = 1; user <= 200; ++user) {
    const std::string body = "{\"userId\":" + std::to_string(user) + "}";
    requests += "POST /v1/policies/" + id +
                "/coupons HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n" +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body + "GET /v1/policies/" +
                id + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  users_->send(requests);
  for (int user = 1; user <= 200; ++user) {
    const Response won = users_->read();
    ASSERT_EQ(won.status, 201);
    ASSERT_EQ(won.json("userId"), std::to_string(user));
    ASSERT_EQ(won.json("sequence"), std::to_string(user)) << "one request of a connection at a time";
    ASSERT_EQ(users_->read().json("id"), id);
  }
}

TEST_F(Connections, RequestsInTwoPiecesAreAnswered) {
  const std::string request = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    users_->send(request.substr(0, cut));
    users_->send(request.substr(cut));
    ASSERT_EQ(users_->read().status, 200);
  }
}

TEST_F(Connections, AHalfClosedClientGetsItsAnswer) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  users_->send_request("POST", "/v1/policies/" + id + "/coupons", R"({"userId":1})");
  users_->finish_sending();
  EXPECT_EQ(users_->read().status, 201);
  EXPECT_TRUE(users_->at_end());
}

TEST_F(Connections, ConnectionCloseIsRespectedAndHttp10IsClosed) {
  EXPECT_EQ(user("GET", "/livez", "", "Connection: close\r\n").header("connection"), "close");
  EXPECT_TRUE(users_->at_end());
  HttpClient old(node_->address());
  old.send("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read().status, 200);
  EXPECT_TRUE(old.at_end());
  HttpClient kept(node_->address());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.read().header("connection"), "keep-alive");
  }
}

TEST_F(Connections, HeadAnswersLikeGetWithoutTheBody) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":1)");
  for (const std::string& path :
       {policy, std::string("/v1/policies"), std::string("/livez"), std::string("/readyz"),
        std::string("/v1/users/1/coupons"), std::string("/nothing")}) {
    const Response get = user("GET", path);
    const Response head = user("HEAD", path);
    EXPECT_EQ(head.status, get.status) << path;
    EXPECT_EQ(head.header("content-length"), get.header("content-length")) << path;
    EXPECT_EQ(head.header("etag"), get.header("etag")) << path;
    EXPECT_EQ(head.body, "");
  }
}

TEST_F(Connections, OtherMethodsAre405WithAllow) {
  EXPECT_EQ(user("DELETE", "/v1/policies/1").header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(admin("DELETE", "/v1/policies/1").header("allow"), "GET, HEAD, PATCH, OPTIONS");
  EXPECT_EQ(admin("PUT", "/v1/policies").header("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(user("GET", "/v1/policies/1/coupons").header("allow"), "POST, OPTIONS");
  EXPECT_EQ(user("POST", "/v1/requests/x", "{}").status, 405);
}

TEST_F(Connections, OptionsIs204WithAllowAndNothingElse) {
  const auto allow = [&](const std::string& target, bool admin_listener) {
    HttpClient& client = admin_listener ? *admins_ : *users_;
    client.send_request("OPTIONS", target);
    const Response options = client.read(true);
    EXPECT_EQ(options.status, 204) << target;
    EXPECT_EQ(options.header("content-length"), "") << target;
    EXPECT_EQ(options.header("access-control-allow-origin"), "");
    return options.header("allow");
  };
  EXPECT_EQ(allow("/livez", false), "GET, HEAD, OPTIONS");
  EXPECT_EQ(allow("/v1/policies/1/coupons", false), "POST, OPTIONS");
  EXPECT_EQ(allow("/v1/policies/1", false), "GET, HEAD, OPTIONS");
  EXPECT_EQ(allow("/v1/policies/1", true), "GET, HEAD, PATCH, OPTIONS");
  EXPECT_EQ(allow("*", false), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(allow("*", true), "GET, HEAD, POST, PATCH, OPTIONS");
  EXPECT_EQ(user("OPTIONS", "/nothing").status, 404);
  EXPECT_EQ(user("OPTIONS", "/metrics").status, 404) << "only the admin listener has it";
  EXPECT_EQ(user("GET", "/livez").status, 200);
}

TEST_F(Connections, OnlyPagesOfConfiguredOriginsCanReadResponses) {
  const std::string shop = "Origin: https://shop.example\r\n";
  EXPECT_EQ(user("GET", "/livez", "", shop).header("access-control-allow-origin"), "");
  settings_.server.cors_origins = {"https://shop.example", "https://www.shop.example"};
  restart();
  const Response read = user("GET", "/v1/policies", "", shop);
  EXPECT_EQ(read.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(read.header("access-control-expose-headers"), "ETag, Location, Retry-After, traceresponse");
  EXPECT_EQ(read.header("vary"), "Origin");
  const Response wrong = user("POST", "/v1/policies/1/coupons", "{", shop);
  EXPECT_EQ(wrong.header("access-control-allow-origin"), "https://shop.example")
      << "the page can read the error";
  for (const char* origin : {"https://shop.example.evil", "http://shop.example", "null"}) {
    const Response other = user("GET", "/livez", "", "Origin: " + std::string(origin) + "\r\n");
    EXPECT_EQ(other.header("access-control-allow-origin"), "") << origin;
    EXPECT_EQ(other.header("vary"), "Origin");
  }
  const auto preflight = [](HttpClient& client, const std::string& origin) {
    client.send_request("OPTIONS", "/v1/policies/1/coupons", "",
                        origin +
                            "Access-Control-Request-Method: POST\r\n"
                            "Access-Control-Request-Headers: content-type,prefer\r\n");
    return client.read(true);
  };
  const Response allowed = preflight(*users_, shop);
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.header("access-control-allow-origin"), "https://shop.example");
  EXPECT_EQ(allowed.header("access-control-allow-methods"), "GET, HEAD, POST");
  EXPECT_EQ(allowed.header("access-control-allow-headers"),
            "Authorization, Content-Type, Prefer, traceparent, tracestate");
  EXPECT_EQ(allowed.header("access-control-max-age"), "600");
  const Response refused = preflight(*users_, "Origin: https://evil.example\r\n");
  EXPECT_EQ(refused.header("access-control-allow-methods"), "");
  EXPECT_EQ(preflight(*admins_, shop).header("access-control-allow-origin"), "")
      << "never on the admin listener";
  settings_.server.cors_origins = {"*"};
  restart();
  EXPECT_EQ(user("GET", "/livez", "", shop).header("access-control-allow-origin"), "*");
}

TEST_F(Connections, TheDocumentIsServedOnBothListeners) {
  for (const Response& document : {user("GET", "/openapi.json"), admin("GET", "/openapi.json")}) {
    EXPECT_EQ(document.status, 200);
    EXPECT_EQ(document.header("content-type"), "application/json");
    EXPECT_EQ(document.text("openapi"), "3.1.0");
  }
  users_->send_request("HEAD", "/openapi.json");
  EXPECT_EQ(users_->read(true).header("content-length"),
            admin("GET", "/openapi.json").header("content-length"));
}

TEST_F(Connections, AHeaderThatMayAppearOnceIsRefusedIfItAppearsTwice) {
  for (const char* line :
       {"Authorization: Bearer a\r\n", "Origin: http://h\r\n", "Content-Type: application/json\r\n"}) {
    HttpClient client(node_->address());
    EXPECT_EQ(client.ask("GET", "/livez", "", std::string(line) + line).status, 400) << line;
    EXPECT_TRUE(client.at_end());
  }
}

TEST_F(Connections, UnknownPathsAreNotFound) {
  for (const char* path :
       {"/", "/v1", "/v1/", "/v1/policies/", "/v1/policiesx", "/v1/policies/1/other", "/v1/requests/",
        "/v1/users/1", "/v1/users//coupons", "/bench/fixed/1/coupons", "/metrics", "*"}) {
    EXPECT_EQ(user("GET", path).status, 404) << path;
    EXPECT_EQ(user("POST", path, "{}").status, 404) << path;
  }
}

TEST_F(Connections, TheFixedRouteExistsOnlyIfItIsSwitchedOn) {
  settings_.server.fixed_route = true;
  restart();
  EXPECT_EQ(user("POST", "/bench/fixed/1/coupons", R"({"userId":1})").status, 201);
  EXPECT_EQ(user("POST", "/bench/fixed/1/coupons", R"({"userId":0})").status, 422);
}

TEST_F(Connections, ATooLongRequestIsRefusedAndTheConnectionCloses) {
  const Response body = user("POST", "/v1/policies/1/coupons", std::string(70 * 1024, ' '));
  EXPECT_EQ(body.status, 413);
  EXPECT_EQ(body.result(), "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(body.header("connection"), "close");
  EXPECT_TRUE(users_->at_end());
  HttpClient other(node_->address());
  const Response header = other.ask("GET", "/livez", "", "X: " + std::string(9 * 1024, 'x') + "\r\n");
  EXPECT_EQ(header.status, 431);
  EXPECT_TRUE(other.at_end());
}

TEST_F(Connections, BytesThatAreNotHttpAreRefusedAndTheConnectionCloses) {
  const auto first_status = [&](const std::string& bytes) {
    HttpClient client(node_->address());
    client.send(bytes);
    const int status = client.read().status;
    EXPECT_TRUE(client.at_end());
    return status;
  };
  EXPECT_EQ(first_status("\x16\x03\x01 hello\r\n\r\n"), 400);
  EXPECT_EQ(first_status("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(first_status("GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(first_status("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n"), 501);
  EXPECT_EQ(first_status("POST / HTTP/1.1\r\nHost: h\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx"), 417);
  EXPECT_EQ(user("GET", "/livez").status, 200) << "other connections stay open";
}

TEST_F(Connections, AClientThatExpects100GetsIt) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  users_->send("POST /v1/policies/" + id +
               "/coupons HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 12\r\n"
               "Expect: 100-continue\r\n\r\n");
  EXPECT_TRUE(users_->receives("HTTP/1.1 100 Continue\r\n\r\n"));
  users_->send(R"({"userId":1})");
  const Response won = users_->read();
  EXPECT_EQ(won.status, 201);
}

TEST_F(Connections, AnUpgradeToHttp2IsIgnored) {
  EXPECT_EQ(user("GET", "/livez", "",
                 "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n")
                .status,
            200);
}

TEST_F(Connections, ConnectionsOfSlowAndSilentClientsAreClosed) {
  settings_.server.connection.request_timeout = milliseconds{500};
  settings_.server.connection.idle_timeout = milliseconds{750};
  restart();
  HttpClient half(node_->address());
  half.send("GET /livez HTTP/1.1\r\nHost:");
  const Response late = half.read();
  EXPECT_EQ(late.status, 408);
  EXPECT_EQ(late.result(), "REQUEST_TIMEOUT");
  EXPECT_EQ(late.header("connection"), "close");
  EXPECT_TRUE(half.at_end());
  HttpClient bodiless(node_->address());
  bodiless.send("POST /v1/policies/1/coupons HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{");
  EXPECT_EQ(bodiless.read().status, 408);
  EXPECT_TRUE(bodiless.at_end());
  HttpClient silent(node_->address());
  EXPECT_EQ(silent.ask("GET", "/livez").status, 200);
  EXPECT_TRUE(silent.at_end());
}

TEST_F(Connections, AtTheLimitOfConnectionsUsersAreRefusedAndOperatorsAreNot) {
  settings_.server.max_connections = 2;  // the fixture uses one
  restart();
  EXPECT_EQ(user("GET", "/livez").status, 200);
  HttpClient second(node_->address());
  EXPECT_EQ(second.ask("GET", "/livez").status, 200);
  HttpClient third(node_->address());
  EXPECT_TRUE(third.at_end());
  HttpClient operators(node_->admin_address());
  EXPECT_EQ(operators.ask("GET", "/livez").status, 200);
}

TEST_F(Connections, AClientThatReadsLateGetsAllItsResponses) {
  for (int i = 0; i < 100; ++i) create(R"("name":")" + std::string(200, 'n') + R"(","maxCount":1)");
  constexpr int kRequests = 400;  // about 20 MB of responses, far more than the buffers of the sockets
  std::string requests;
  for (int i = 0; i < kRequests; ++i) requests += "GET /v1/policies HTTP/1.1\r\nHost: h\r\n\r\n";
  users_->send(requests);
  for (int i = 0; i < kRequests; ++i) {
    const Response list = users_->read();
    ASSERT_EQ(list.status, 200);
    ASSERT_EQ(list.json("nextCursor"), "null");
  }
}

TEST_F(Connections, ProbesReportThatTheNodeServes) {
  EXPECT_EQ(user("GET", "/livez").body, "{\"live\":true}\n");
  const Response ready = admin("GET", "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(ready.json("ready"), "true");
}

}  // namespace
}  // namespace firstcome::test
