#include <gmock/gmock.h>

#include <set>

#include "test/http/node_test.h"
#include "test/http/prometheus_text.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;

class Metrics : public NodeTest {
 protected:
  PrometheusText scrape() { return PrometheusText(admin("GET", "/metrics").body); }
  double requests(const PrometheusText& page, const std::string& call, const std::string& result) {
    return page.value("firstcome_requests_total", {{"call", call}, {"result", result}});
  }
  /// Scrapes until `true_of` is true, because the counters of other threads appear a moment later.
  template <class TrueOf>
  PrometheusText scrape_until(TrueOf true_of) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (true) {
      PrometheusText page = scrape();
      if (true_of(page)) return page;
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "the page never has the expected values";
        return page;
      }
    }
  }
};

TEST_F(Metrics, TheCountersHaveTheNumberOfRequestsOfEachKind) {
  const std::string id = create(R"("name":"a","maxCount":3)");
  for (std::int64_t user_id = 1; user_id <= 3; ++user_id) EXPECT_EQ(issue(id, user_id).status, 201);
  Response won;
  for (int i = 0; i < 2; ++i) won = issue(id, 1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(issue(id, 9).status, 409);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(issue("99", 9).status, 404);
  EXPECT_EQ(user("POST", "/v1/policies/" + id + "/coupons", "{}").status, 422);
  EXPECT_EQ(user("POST", "/v1/policies/" + id + "/coupons", "{").status, 400);
  EXPECT_EQ(user("GET", "/v1/policies/" + id).status, 200);
  EXPECT_EQ(user("GET", "/v1/users/1/coupons").status, 200);
  EXPECT_EQ(user("GET", "/v1/requests/nonsense").status, 404);
  EXPECT_EQ(user("GET", "/livez").status, 200);
  EXPECT_EQ(user("GET", "/nowhere").status, 404);

  const PrometheusText page = scrape();
  EXPECT_EQ(requests(page, "issue", "SUCCESS"), 3);
  EXPECT_EQ(requests(page, "issue", "ALREADY_ISSUED"), 2);
  EXPECT_EQ(requests(page, "issue", "SOLD_OUT"), 5);
  EXPECT_EQ(requests(page, "issue", "UNKNOWN_POLICY"), 4);
  EXPECT_EQ(requests(page, "issue", "INVALID"), 1);
  EXPECT_EQ(requests(page, "issue", "BAD_REQUEST"), 1);
  EXPECT_EQ(requests(page, "issue", "OVERLOADED"), 0) << "present from the start";
  EXPECT_EQ(requests(page, "policy", "ACCEPTED"), 1);
  EXPECT_EQ(requests(page, "policy", "OK"), 1);
  EXPECT_EQ(requests(page, "query", "OK"), 1);
  EXPECT_EQ(requests(page, "query", "NOT_FOUND"), 1);
  EXPECT_EQ(requests(page, "other", "OK"), 1);
  EXPECT_EQ(requests(page, "other", "NOT_FOUND"), 1);
  EXPECT_EQ(requests(scrape(), "other", "OK"), 2) << "the previous scrape";
}

TEST_F(Metrics, EveryAnswerToAnIssueRequestIsMeasuredOnce) {
  const std::string id = create(R"("name":"a","maxCount":2)");
  for (std::int64_t user_id = 1; user_id <= 8; ++user_id) issue(id, user_id);
  const auto answered = [this](const PrometheusText& page) {
    return page.value("firstcome_answer_seconds_count", {{"by", "edge"}}) +
           page.value("firstcome_answer_seconds_count", {{"by", "journal"}});
  };
  const PrometheusText page = scrape_until([&](const PrometheusText& now) { return answered(now) == 8; });
  double early = 0;
  for (const Sample& sample : page.families().at("firstcome_early_refusals_total").samples) {
    early += sample.value;
  }
  EXPECT_EQ(page.value("firstcome_answer_seconds_count", {{"by", "edge"}}), early);
  EXPECT_LE(early, 6);
  EXPECT_GE(page.value("firstcome_answer_seconds_count", {{"by", "journal"}}), 2);
  EXPECT_GT(page.value("firstcome_answer_seconds_sum", {{"by", "journal"}}), 0);
  EXPECT_GT(page.value("firstcome_edge_turn_seconds_count"), 0);
}

TEST_F(Metrics, ARepeatOfACouponOwnerWhileThePolicyIssuesAddsNothingToTheJournal) {
  constexpr int kRepeats = 1'000;
  settings_.server.admission.max_staleness = milliseconds{60'000};  // also on a slow machine
  restart();
  const std::string id = create(R"("name":"a","maxCount":1000)");
  const Response won = issue(id, 42);
  ASSERT_EQ(won.result(), "SUCCESS");
  refused_early(id, 42);  // the edge knows an end of the journal now
  const auto appended = [](const PrometheusText& page) {
    return page.value("firstcome_journal_commit_records_sum");
  };
  const auto cached = [](const PrometheusText& page) {
    return page.value("firstcome_repeats_total", {{"kind", "cached"}});
  };
  const PrometheusText before = scrape();
  HttpClient another(node_->address());  // of the other worker
  for (int i = 0; i < kRepeats; ++i) {
    HttpClient& client = i % 2 == 0 ? *users_ : another;
    const Response again = client.ask("POST", "/v1/policies/" + id + "/coupons", R"({"userId":42})");
    ASSERT_EQ(again.status, 200) << again.body;
    ASSERT_EQ(again.result(), "ALREADY_ISSUED");
    ASSERT_EQ(again.json("sequence"), won.json("sequence"));
    ASSERT_EQ(again.json("issuedAt"), won.json("issuedAt"));
    ASSERT_NE(again.json("asOf"), "") << "it names the position that it speaks of";
    ASSERT_EQ(again.text("ticket"), "") << "without a record there is no ticket";
  }
  EXPECT_EQ(issue(id, 43).result(), "SUCCESS") << "the policy still issues";
  const PrometheusText after =
      scrape_until([&](const PrometheusText& now) { return appended(now) == appended(before) + 1; });
  EXPECT_EQ(cached(after), cached(before) + kRepeats);
}

TEST_F(Metrics, RecordsAreCountedAtEveryStage) {
  const std::string id = create(R"("name":"a","maxCount":10)");
  for (std::int64_t user_id = 1; user_id <= 7; ++user_id) issue(id, user_id);
  const PrometheusText page = scrape_until([](const PrometheusText& now) {
    double unsaved = 0;
    for (const Sample& sample : now.families().at("firstcome_save_lag_records").samples)
      unsaved += sample.value;
    return now.value("firstcome_save_batch_records_sum") == 8 && unsaved == 0 &&
           now.value("firstcome_journal_append_seconds_count") == 8 &&
           now.value("firstcome_pending_requests") == 0;
  });
  EXPECT_EQ(page.value("firstcome_journal_commit_records_sum"), 8);
  EXPECT_EQ(page.value("firstcome_journal_commit_seconds_count"),
            page.value("firstcome_journal_commit_records_count"));
  EXPECT_EQ(page.value("firstcome_decided_records_total", {{"result", "SUCCESS"}}), 7);
  EXPECT_EQ(page.value("firstcome_decided_records_total", {{"result", "ACCEPTED"}}), 1);
  EXPECT_EQ(page.value("firstcome_saves_total", {{"outcome", "saved"}}),
            page.value("firstcome_save_batch_records_count"));
  EXPECT_EQ(page.value("firstcome_policy_coupons_issued", {{"policy", id}}), 7);
  EXPECT_EQ(page.value("firstcome_policy_coupons_left", {{"policy", id}}), 3);
  EXPECT_EQ(page.value("firstcome_policies", {{"state", "active"}}), 1);
  double tail = 0;
  double ring = 0;
  for (const char* partition : {"0", "1", "2"}) {
    tail += page.value("firstcome_tail_records", {{"partition", partition}});
    ring += page.value("firstcome_ring_records", {{"partition", partition}});
    EXPECT_EQ(page.value("firstcome_partition_health", {{"partition", partition}, {"health", "serving"}}), 1);
    EXPECT_EQ(page.value("firstcome_partition_health", {{"partition", partition}, {"health", "halted"}}), 0);
    EXPECT_EQ(page.value("firstcome_save_lag_seconds", {{"partition", partition}}), 0);
  }
  EXPECT_EQ(tail, 8) << "saved decisions stay in memory for some seconds";
  EXPECT_EQ(ring, 8);
  EXPECT_EQ(page.value("firstcome_ready"), 1);
  EXPECT_GE(page.value("firstcome_connections"), 2);
  EXPECT_GE(page.value("firstcome_connections_accepted_total"), 2);
}

TEST_F(Metrics, AReplicaThatFollowsIsFreshAndHasNoLag) {
  const PrometheusText page = scrape_until([](const PrometheusText& now) {
    return now.value("firstcome_replica_staleness_seconds", {{"partition", "0"}}) < 1;
  });
  EXPECT_EQ(page.value("firstcome_replica_lag_records", {{"partition", "0"}}), 0);
}

TEST_F(Metrics, LabelsHaveFewValuesAndNeverAUser) {
  const std::string id = create(R"("name":"a name","maxCount":10)");
  const std::string ticket = issue(id, 987'654'321).text("ticket");
  user("GET", "/v1/requests/" + ticket);
  const std::string text = admin("GET", "/metrics").body;
  EXPECT_THAT(text, testing::Not(HasSubstr("987654321")));
  EXPECT_THAT(text, testing::Not(HasSubstr("a name")));
  EXPECT_THAT(text, testing::Not(HasSubstr(ticket)));
  const std::set<std::string> known = {"by",        "call",    "health",    "kind",   "le",
                                       "operation", "outcome", "partition", "policy", "reason",
                                       "result",    "state",   "to",        "version"};
  const PrometheusText page(text);
  for (const auto& [name, family] : page.families()) {
    for (const Sample& sample : family.samples) {
      for (const auto& [label, value] : sample.labels) EXPECT_TRUE(known.contains(label)) << name << label;
    }
  }
}

TEST_F(Metrics, PoliciesBeyondTheFirstHundredShareASeries) {
  for (int i = 1; i <= 103; ++i) create(R"("id":)" + std::to_string(i) + R"(,"name":"a","maxCount":10)");
  issue("102", 1);
  EXPECT_EQ(admin("POST", "/v1/policies/5/close", {}, kJson).status, 200);
  const PrometheusText page = scrape();
  const auto& issued = page.families().at("firstcome_policy_coupons_issued").samples;
  EXPECT_EQ(issued.size(), 101U);
  EXPECT_FALSE(page.has("firstcome_policy_coupons_left", {{"policy", "5"}})) << "closed";
  EXPECT_TRUE(page.has("firstcome_policy_coupons_left", {{"policy", "101"}}));
  EXPECT_EQ(page.value("firstcome_policies_in_other"), 2);
  EXPECT_EQ(page.value("firstcome_policy_coupons_issued", {{"policy", "other"}}), 1);
  EXPECT_EQ(page.value("firstcome_policy_coupons_left", {{"policy", "other"}}), 19);
  EXPECT_EQ(page.value("firstcome_policies", {{"state", "closed"}}), 1);
  EXPECT_EQ(page.value("firstcome_policies", {{"state", "active"}}), 102);
}

TEST_F(Metrics, OnlyTheAdminListenerServesMetrics) {
  EXPECT_EQ(user("GET", "/metrics").status, 404);
  const Response page = admin("GET", "/metrics");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(page.header("cache-control"), "no-store");
  const Response head = admin("HEAD", "/metrics");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-type"), page.header("content-type"));
  EXPECT_EQ(admin("POST", "/metrics", "{}").status, 405);
}

TEST_F(Metrics, ConcurrentScrapesAreAllAnswered) {
  std::vector<std::unique_ptr<HttpClient>> scrapers;
  for (int i = 0; i < 10; ++i) {
    scrapers.push_back(std::make_unique<HttpClient>(node_->admin_address()));
    scrapers.back()->send_request("GET", "/metrics");
  }
  for (const auto& scraper : scrapers) EXPECT_EQ(scraper->read().status, 200);
}

}  // namespace
}  // namespace firstcome::test
