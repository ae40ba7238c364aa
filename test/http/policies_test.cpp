#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "domain/policy_numbers.h"
#include "test/http/credentials.h"
#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;

class Policies : public NodeTest {
 protected:
  /// Creates a policy with the id that this attempt of the key has; returns it.
  std::string create_keyed(const std::string& key, int attempt) {
    return create(R"("name":"x","maxCount":1,"id":)" + std::to_string(policy_id_of_key(key, attempt).value));
  }
};

TEST_F(Policies, CreateReturnsThePolicyWithLocationAndETag) {
  const Response created =
      admin("POST", "/v1/policies",
            R"({"name":"가을 \"sale\"","maxCount":1000,"issueStartsAt":"2026-11-23T23:00:00+09:00",)"
            R"("issueEndsAt":"2099-11-23T00:00:00Z","validUntil":"2100-01-01T00:00:00Z"})");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.header("content-type"), "application/json");
  EXPECT_EQ(created.header("location"), "/v1/policies/1");
  EXPECT_EQ(created.header("etag"), "\"1\"");
  EXPECT_EQ(created.result(), "ACCEPTED");
  const Response got = user("GET", "/v1/policies/1");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.header("etag"), "\"1\"");
  for (const Response& response : {created, got}) {
    EXPECT_EQ(response.json("id"), "1");
    EXPECT_EQ(response.text("name"), R"(가을 \"sale\")");
    EXPECT_EQ(response.json("maxCount"), "1000");
    EXPECT_EQ(response.json("issuedCount"), "0");
    EXPECT_EQ(response.json("activeCount"), "0");
    EXPECT_EQ(response.json("remaining"), "1000");
    EXPECT_EQ(response.json("perUserLimit"), "1");
    EXPECT_EQ(response.text("state"), "ACTIVE");
    EXPECT_EQ(response.text("issueStartsAt"), "2026-11-23T14:00:00.000Z");
    EXPECT_EQ(response.text("issueEndsAt"), "2099-11-23T00:00:00.000Z");
    EXPECT_EQ(response.json("validFrom"), "null");
    EXPECT_EQ(response.text("validUntil"), "2100-01-01T00:00:00.000Z");
    EXPECT_EQ(response.json("revision"), "1");
    EXPECT_TRUE(parse_rfc3339(response.text("now")));
  }
}

/// Memory has only its id.
TEST_F(Policies, AClosedPolicyIsReadFromTheStore) {
  const std::string id = create(R"("name":"over","maxCount":5)");
  EXPECT_EQ(issue(id, 42).status, 201);
  EXPECT_EQ(admin("POST", "/v1/policies/" + id + "/close", "", kJson).status, 200);
  const std::string open = create(R"("name":"open","maxCount":5)");
  restart();
  const Response got = user("GET", "/v1/policies/" + id);
  EXPECT_EQ(got.status, 200) << got.body;
  EXPECT_EQ(got.text("name"), "over");
  EXPECT_EQ(got.text("state"), "CLOSED");
  EXPECT_EQ(got.json("issuedCount"), "1");
  EXPECT_EQ(got.json("activeCount"), "1");
  EXPECT_EQ(got.header("etag"), "\"2\"");
  const Response list = user("GET", "/v1/policies");
  EXPECT_EQ(list.status, 200);
  EXPECT_THAT(list.body, HasSubstr(R"("name":"over")"));
  EXPECT_THAT(list.body, HasSubstr(R"("name":"open")"));
  const Response first = user("GET", "/v1/policies?limit=1");
  EXPECT_EQ(first.text("nextCursor"), id);
  const Response second = user("GET", "/v1/policies?limit=1&cursor=" + id);
  EXPECT_THAT(second.body, HasSubstr(R"("name":"open")"));
  EXPECT_EQ(second.json("nextCursor"), "null");
  EXPECT_EQ(issue(id, 43).result(), "CLOSED");
  EXPECT_EQ(admin("POST", "/v1/policies", R"({"id":)" + id + R"(,"name":"x","maxCount":1})").result(),
            "EXISTS");
  EXPECT_EQ(create(R"("name":"next","maxCount":1)"), "3");
}

TEST_F(Policies, ProposedIdsAreAboveTheHighestAndUnused) {
  EXPECT_EQ(create(R"("name":"a","maxCount":1)"), "1");
  EXPECT_EQ(create(R"("id":41,"name":"b","maxCount":1)"), "41");
  EXPECT_EQ(create(R"("id":"7","name":"c","maxCount":1)"), "7");
  EXPECT_EQ(create(R"("name":"d","maxCount":1)"), "42");
  const Response taken = admin("POST", "/v1/policies", R"({"id":7,"name":"x","maxCount":1})");
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.result(), "EXISTS");
  EXPECT_EQ(taken.header("content-type"), "application/problem+json");
}

TEST_F(Policies, ConcurrentCreatesGetDifferentIds) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::make_unique<HttpClient>(node_->admin_address()));
    clients.back()->send_request("POST", "/v1/policies", R"({"name":"many","maxCount":1})");
  }
  std::set<std::string> ids;
  for (auto& client : clients) {
    const Response created = client->read();
    EXPECT_EQ(created.status, 201) << created.body;
    ids.insert(created.json("id"));
  }
  EXPECT_EQ(ids.size(), clients.size());
}

TEST_F(Policies, TheListHasPages) {
  for (int i = 0; i < 5; ++i) create(R"("name":"a","maxCount":1)");
  const Response all = user("GET", "/v1/policies");
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.json("nextCursor"), "null");
  const Response page = user("GET", "/v1/policies?cursor=1&limit=2");
  EXPECT_THAT(page.body, HasSubstr(R"([{"id":2,)"));
  EXPECT_THAT(page.body, HasSubstr(R"({"id":3,)"));
  EXPECT_THAT(page.body, testing::Not(HasSubstr(R"({"id":4,)")));
  EXPECT_EQ(page.json("nextCursor"), "\"3\"");
  for (const char* cursor : {"x", "0", "-1", ""}) {
    EXPECT_EQ(user("GET", std::string("/v1/policies?cursor=") + cursor).status, 400) << cursor;
  }
  for (const char* limit : {"0", "-1", "x", "1x", ""}) {
    EXPECT_EQ(user("GET", std::string("/v1/policies?limit=") + limit).status, 400) << limit;
  }
}

TEST_F(Policies, ALargerLimitIsClampedToTheMostOfTheListener) {
  for (int i = 0; i < 101; ++i) create(R"("name":"a","maxCount":1)");
  const Response page = user("GET", "/v1/policies?limit=1000");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.json("nextCursor"), "\"100\"");
  const Response all = admin("GET", "/v1/policies?limit=99999999999999999999");
  EXPECT_EQ(all.json("nextCursor"), "null");
  EXPECT_THAT(all.body, HasSubstr(R"({"id":101,)"));
}

TEST_F(Policies, EveryInvalidFieldHasItsError) {
  const Response wrong = admin("POST", "/v1/policies", R"({"name":"","maxCount":0,"issueEndsAt":"soon"})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.result(), "INVALID");
  const std::string errors = wrong.json("errors");
  for (const char* field : {"name", "maxCount", "issueEndsAt"}) EXPECT_THAT(errors, HasSubstr(field));
  EXPECT_EQ(admin("POST", "/v1/policies", "{").status, 400);
  EXPECT_EQ(admin("POST", "/v1/policies", "[]").status, 422);
}

TEST_F(Policies, AChangeChangesOnlyItsFields) {
  const std::string id = create(R"("name":"a","maxCount":10,"issueEndsAt":"2099-01-01T00:00:00Z")");
  const Response changed = admin("PATCH", "/v1/policies/" + id, R"({"maxCount":20,"issueEndsAt":null})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.header("etag"), "\"2\"");
  EXPECT_EQ(changed.json("maxCount"), "20");
  EXPECT_EQ(changed.json("issueEndsAt"), "null");
  EXPECT_EQ(changed.text("name"), "a");
  EXPECT_EQ(admin("PATCH", "/v1/policies/" + id, "{}").status, 422);
  const Response unknown = admin("PATCH", "/v1/policies/99", R"({"maxCount":20})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.result(), "UNKNOWN_POLICY");
}

TEST_F(Policies, IfMatchRefusesAPolicyThatWasChangedInBetween) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":10)");
  EXPECT_EQ(admin("PATCH", policy, R"({"maxCount":20})", "If-Match: \"1\"\r\n").status, 200);
  const Response stale = admin("PATCH", policy, R"({"maxCount":30})", "If-Match: \"1\"\r\n");
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.result(), "STALE");
  EXPECT_EQ(stale.json("revision"), "2");
  EXPECT_EQ(admin("POST", policy + "/pause", "", kJson + "If-Match: \"1\"\r\n").status, 412);
  EXPECT_EQ(admin("POST", policy + "/pause", "", kJson + "If-Match: *\r\n").status, 200);
  EXPECT_EQ(admin("PATCH", policy, R"({"maxCount":30})", "If-Match: 3\r\n").status, 400);
  const Response listed =
      admin("PATCH", policy, R"({"maxCount":30})", "If-Match: \"1\"\r\nIf-Match: \"3\"\r\n");
  EXPECT_EQ(listed.status, 400) << "two headers are a list, and a list is invalid";
  EXPECT_EQ(user("GET", policy).json("maxCount"), "20");
}

TEST_F(Policies, PauseResumeAndCloseReportIfNothingChanged) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":10)");
  const auto act = [&](const std::string& verb) { return admin("POST", policy + "/" + verb, "", kJson); };
  EXPECT_EQ(act("pause").text("state"), "PAUSED");
  const Response twice = act("pause");
  EXPECT_EQ(twice.status, 200);
  EXPECT_EQ(twice.result(), "UNCHANGED");
  EXPECT_EQ(twice.header("etag"), "\"2\"");
  EXPECT_EQ(act("resume").text("state"), "ACTIVE");
  EXPECT_EQ(act("resume").result(), "UNCHANGED");
  EXPECT_EQ(admin("PATCH", policy, R"({"maxCount":10})").result(), "UNCHANGED");
  EXPECT_EQ(act("close").text("state"), "CLOSED");
  const Response closed = act("resume");
  EXPECT_EQ(closed.status, 409);
  EXPECT_EQ(closed.result(), "CLOSED");
  EXPECT_EQ(admin("PATCH", policy, R"({"maxCount":10})").result(), "CLOSED");
}

/// Also when memory has only its id, and with the revision that the first close was for: its response may be lost.
TEST_F(Policies, ClosingAClosedPolicyReportsThatNothingChanged) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":10)");
  const auto close = [&](const std::string& headers) {
    return admin("POST", policy + "/close", "", kJson + headers);
  };
  EXPECT_EQ(close("If-Match: \"1\"\r\n").result(), "ACCEPTED");
  for (const bool restarts : {false, true}) {
    if (restarts) restart();
    for (const std::string headers : {"", "If-Match: \"1\"\r\n", "If-Match: \"2\"\r\n"}) {
      const Response again = close(headers);
      EXPECT_EQ(again.status, 200) << again.body;
      EXPECT_EQ(again.result(), "UNCHANGED");
      EXPECT_EQ(again.text("name"), "a");
      EXPECT_EQ(again.text("state"), "CLOSED");
      EXPECT_EQ(again.json("revision"), "2");
      EXPECT_EQ(again.header("etag"), "\"2\"");
    }
  }
  EXPECT_EQ(admin("POST", policy + "/pause", "", kJson).result(), "CLOSED");
}

TEST_F(Policies, ACreateWithAnIdempotencyKeyIsCarriedOutOnce) {
  const std::string body = R"({"name":"a","maxCount":10})";
  const auto create_with = [&](const std::string& key, const std::string& sent) {
    return admin("POST", "/v1/policies", sent, "Idempotency-Key: " + key + "\r\n");
  };
  const Response first = create_with(R"("8e03978e")", body);
  EXPECT_EQ(first.status, 201) << first.body;
  const std::string id = first.json("id");
  EXPECT_GE(std::stoll(id), 2147483648);
  EXPECT_EQ(create(R"("name":"in order","maxCount":1)"), "1") << "ids of keys do not count";
  EXPECT_EQ(admin("PATCH", "/v1/policies/" + id, R"({"maxCount":20})").status, 200);
  for (const bool closes : {false, true}) {
    if (closes) {
      EXPECT_EQ(admin("POST", "/v1/policies/" + id + "/close", "", kJson).status, 200);
    }
    for (const bool restarts : {false, true}) {
      if (restarts) restart();
      for (const char* key : {R"("8e03978e")", "8e03978e"}) {
        const Response again = create_with(key, R"({ "maxCount": 10, "name": "a" })");
        EXPECT_EQ(again.status, 200) << again.body;
        EXPECT_EQ(again.result(), "UNCHANGED");
        EXPECT_EQ(again.json("id"), id);
        EXPECT_EQ(again.json("maxCount"), "20") << "the policy as it is now";
        EXPECT_EQ(again.header("location"), "/v1/policies/" + id);
        EXPECT_EQ(again.header("etag"), closes ? "\"3\"" : "\"2\"");
      }
      const Response other = create_with("8e03978e", R"({"name":"a","maxCount":11})");
      EXPECT_EQ(other.status, 422) << other.body;
      EXPECT_EQ(other.json("policyId"), id);
      EXPECT_THAT(other.text("detail"), HasSubstr("with another body"));
    }
  }
  EXPECT_EQ(create_with("other", body).status, 201);
}

TEST_F(Policies, ConcurrentCreatesWithOneKeyMakeOnePolicy) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::make_unique<HttpClient>(node_->admin_address()));
    clients.back()->send_request("POST", "/v1/policies", R"({"name":"one","maxCount":1})",
                                 "Idempotency-Key: one\r\n");
  }
  std::set<std::string> ids;
  int created = 0;
  for (auto& client : clients) {
    const Response response = client->read();
    created += response.status == 201 ? 1 : 0;
    EXPECT_TRUE(response.status == 201 || response.status == 200) << response.body;
    ids.insert(response.json("id"));
  }
  EXPECT_EQ(created, 1);
  EXPECT_EQ(ids.size(), 1U);
}

/// Another policy, open or closed, has the id that is computed from the key.
TEST_F(Policies, AKeyWhoseIdIsTakenGetsTheNextOne) {
  const std::string id = create_keyed("taken", 0);
  const std::string second = create_keyed("taken", 1);
  EXPECT_EQ(admin("POST", "/v1/policies/" + second + "/close", "", kJson).status, 200);
  restart();
  for (const int status : {201, 200}) {
    const Response created =
        admin("POST", "/v1/policies", R"({"name":"a","maxCount":10})", "Idempotency-Key: taken\r\n");
    EXPECT_EQ(created.status, status) << created.body;
    EXPECT_EQ(created.json("id"), std::to_string(policy_id_of_key("taken", 2).value));
  }
}

TEST_F(Policies, WrongIdempotencyKeysAreRefused) {
  const std::string body = R"({"name":"a","maxCount":10})";
  for (const std::string& key :
       {std::string(R"("")"), std::string("a b"), std::string(R"("a";x=1)"), std::string(101, 'k')}) {
    EXPECT_EQ(admin("POST", "/v1/policies", body, "Idempotency-Key: " + key + "\r\n").status, 400) << key;
  }
  EXPECT_EQ(
      admin("POST", "/v1/policies", R"({"id":7,"name":"a","maxCount":10})", "Idempotency-Key: k\r\n").status,
      422);
  EXPECT_EQ(admin("POST", "/v1/policies", body, "Idempotency-Key: a\r\nIdempotency-Key: a\r\n").status, 400);
}

TEST_F(Policies, AnIdAtTheEndOfTheRangeDoesNotBlockLaterOnes) {
  for (const char* last : {"9223372036854775807", "9223372036854775806", "2147483648"}) {
    EXPECT_EQ(create(std::string(R"("id":)") + last + R"(,"name":"last","maxCount":1)"), last);
  }
  EXPECT_EQ(create(R"("name":"first","maxCount":1)"), "1");
  EXPECT_EQ(create(R"("id":2147483646,"name":"high","maxCount":1)"), "2147483646");
  EXPECT_EQ(create(R"("name":"next","maxCount":1)"), "2147483647");
  std::set<std::string> ids;
  for (int i = 0; i < 4; ++i) ids.insert(create(R"("name":"chosen","maxCount":1)"));
  EXPECT_EQ(ids.size(), 4U);
  for (const std::string& id : ids) {
    EXPECT_GE(std::stoll(id), 2147483648) << "no id is left in order";
    EXPECT_LT(std::stoll(id), 4294967296);
  }
}

/// Each edge fills in its own revision. If another one is newer, it sends the command again with that one.
TEST_F(Policies, ConcurrentCommandsWithoutIfMatchAreAllCarriedOut) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":10)");
  constexpr int kWriters = 4;
  constexpr int kChanges = 10;
  std::atomic<int> carried_out = 0;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        HttpClient client(node_->admin_address());
        for (int i = 0; i < kChanges; ++i) {
          const std::string body = R"({"maxCount":)" + std::to_string(1'000 + 100 * i + writer) + "}";
          carried_out += client.ask("PATCH", policy, body).result() == "ACCEPTED" ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(carried_out, kWriters * kChanges);
  EXPECT_EQ(user("GET", policy).json("revision"), std::to_string(1 + kWriters * kChanges));
}

TEST_F(Policies, MaxCountCannotGoBelowTheActiveCount) {
  const std::string id = create(R"("name":"a","maxCount":2)");
  EXPECT_EQ(issue(id, 1).status, 201);
  EXPECT_EQ(issue(id, 2).status, 201);
  const Response refused = admin("PATCH", "/v1/policies/" + id, R"({"maxCount":1})");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.result(), "REFUSED");
}

TEST_F(Policies, AnUnknownPolicyIsNotFound) {
  for (const char* id : {"99", "0", "x", "9223372036854775808", "-1", "01"}) {
    EXPECT_EQ(user("GET", std::string("/v1/policies/") + id).status, 404) << id;
  }
}

TEST_F(Policies, OnlyTheAdminListenerServesWrites) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":2)");
  const Response post = user("POST", "/v1/policies", R"({"name":"a","maxCount":2})");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_THAT(
      post.body,
      HasSubstr("This path accepts GET, HEAD, OPTIONS on this listener. Send this method to the admin"));
  EXPECT_EQ(user("PATCH", policy, R"({"maxCount":3})").status, 405);
  for (const char* verb : {"/pause", "/resume", "/close"}) {
    const Response elsewhere = user("POST", policy + verb, "", kJson);
    EXPECT_EQ(elsewhere.status, 404) << verb;
    EXPECT_THAT(elsewhere.body, HasSubstr("on the admin listener"));
  }
  EXPECT_EQ(admin("GET", policy).status, 200) << "the admin listener serves every route";
  EXPECT_EQ(admin("POST", policy + "/coupons", R"({"userId":1})").status, 201);
}

TEST_F(Policies, WritesNeedTheJsonTypeEvenWithoutABody) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":2)");
  EXPECT_EQ(admin("POST", policy + "/pause").status, 415);
  EXPECT_EQ(admin("POST", policy + "/pause", "", "Content-Type: text/plain\r\n").status, 415);
  EXPECT_EQ(admin("POST", policy + "/pause", "", "Content-Type: application/json; charset=utf-8\r\n").status,
            200);
}

TEST_F(Policies, WebPagesOfAnotherOriginMayNotWrite) {
  const std::string policy = "/v1/policies/" + create(R"("name":"a","maxCount":2)");
  for (const char* origin :
       {"http://evil.example", "null", "http://localhost:81", "https://localhost.evil"}) {
    const Response refused = admin("POST", policy + "/pause", "", kJson + "Origin: " + origin + "\r\n");
    EXPECT_EQ(refused.status, 403) << origin;
    EXPECT_EQ(refused.result(), "FORBIDDEN");
  }
  EXPECT_EQ(admin("POST", policy + "/pause", "", kJson + "Origin: http://localhost\r\n").status, 200);
}

/// The host name of a web page may resolve to this machine (DNS rebinding).
TEST_F(Policies, WithoutAnAdminKeyTheAdminListenerAcceptsLoopbackHostsOnly) {
  const auto ask = [&](HttpClient& client, const std::string& host, const std::string& call) {
    client.send(call + " HTTP/1.1\r\nHost: " + host + "\r\n" + kJson + "Origin: http://" + host +
                "\r\nContent-Length: 0\r\n\r\n");
    return client.read();
  };
  const std::string pause = "POST /v1/policies/" + create(R"("name":"a","maxCount":2)") + "/pause";
  for (const std::string host :
       {"evil.example", "evil.example:8081", "localhost.evil.example", "127.0.0.1.evil"}) {
    for (const std::string& call : {pause, std::string("GET /metrics"), std::string("GET /v1/policies")}) {
      const Response refused = ask(*admins_, host, call);
      EXPECT_EQ(refused.status, 403) << host << ' ' << call;
      EXPECT_EQ(refused.result(), "FORBIDDEN");
      EXPECT_THAT(refused.text("detail"), HasSubstr("--admin-key-file"));
    }
    EXPECT_EQ(ask(*users_, host, "GET /v1/policies").status, 200) << "the users' listener accepts any host";
  }
  for (const std::string host : {"", "127.0.0.1", "localhost:8081"}) {
    EXPECT_EQ(ask(*admins_, host, "GET /v1/policies").status, 200) << host;
  }
  EXPECT_EQ(ask(*admins_, "localhost:8081", pause).status, 200);
  settings_.server.anonymous.operators = false;
  restart();
  EXPECT_EQ(ask(*admins_, "admin.example", "GET /v1/policies").status, 401) << "a key is required instead";
}

TEST_F(Policies, TheKeyOfAdminKeyFilePermitsEverything) {
  const CredentialFiles files;
  settings_.server.credentials =
      open_credentials({.admin_key_file = files.write("admin", "a-secret-of-16-chars\n")});
  settings_.server.anonymous.operators = false;
  restart();
  const std::string body = R"({"name":"a","maxCount":2})";
  const Response refused = admin("POST", "/v1/policies", body);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("www-authenticate"), "Bearer realm=\"firstcome\"");
  EXPECT_EQ(admin("POST", "/v1/policies", body, bearer("a-secret-of-16-charS")).status, 401);
  EXPECT_EQ(admin("POST", "/v1/policies", body, bearer("a-secret-of-16-chars")).status, 201);
  EXPECT_EQ(admin("POST", "/v1/policies", body, "Authorization: bearer a-secret-of-16-chars\r\n").status,
            201);
  EXPECT_EQ(admin("GET", "/readyz").status, 200);
  EXPECT_EQ(admin("GET", "/v1/policies/1").status, 401);
  EXPECT_EQ(admin("GET", "/v1/policies/1", "", bearer("a-secret-of-16-chars")).status, 200);
  EXPECT_EQ(admin("GET", "/metrics", "", bearer("a-secret-of-16-chars")).status, 200);
}

}  // namespace
}  // namespace firstcome::test
