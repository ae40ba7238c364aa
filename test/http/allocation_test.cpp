/// Counts the calls of operator new per request on an edge thread, after the connection has been used before. This program
/// replaces operator new with one that counts calls on the threads of workers.

#include <sys/prctl.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <new>
#include <string_view>

#include "test/http/credentials.h"
#include "test/http/node_test.h"

namespace {

std::atomic<std::uint64_t> asked_by_workers{0};

/// Workers are named edge-0, edge-1, …; edge-query and edge-scrape are not workers.
void count_for_workers() {
  char name[16] = {};
  ::prctl(PR_GET_NAME, name);
  if (std::string_view{name}.starts_with("edge-") && name[5] >= '0' && name[5] <= '9') ++asked_by_workers;
}

void* must(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  count_for_workers();
  return must(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  count_for_workers();
  const auto to = static_cast<std::size_t>(alignment);
  return must(std::aligned_alloc(to, (size + to - 1) / to * to));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace firstcome::test {
namespace {

constexpr int kWarm = 100;
constexpr int kRequests = 1'000;

class EdgeAllocations : public NodeTest {
 protected:
  EdgeAllocations() {
    settings_.server.fixed_route = true;
    // Requests are refused early also on a slow machine.
    settings_.server.admission.max_staleness = milliseconds{60'000};
    restart();
  }

  /// Calls of operator new by the worker for `requests` on one connection, one after the other, after some requests that
  /// warm it up. `ask` gets their numbers, 1, 2, …; every response must contain `expected`.
  static std::uint64_t of(const std::function<Response(int)>& ask, const std::string& expected,
                          int requests = kRequests) {
    for (int number = 1; number <= kWarm; ++number) ask(number);
    const std::uint64_t before = asked_by_workers;
    int others = 0;
    for (int number = kWarm + 1; number <= kWarm + requests; ++number) {
      if (ask(number).body.find(expected) == std::string::npos) ++others;
    }
    const std::uint64_t asked = asked_by_workers - before;
    EXPECT_EQ(others, 0) << "responses do not contain " << expected;
    return asked;
  }

  std::string sold_out_to(int winners) {
    std::string id = create(R"("name":"a","maxCount":)" + std::to_string(winners));
    for (int winner = 1; winner <= winners; ++winner) EXPECT_EQ(issue(id, winner).status, 201);
    refused_early(id, 999'999);  // at least once, so that all later refusals are early, too
    return id;
  }
};

TEST_F(EdgeAllocations, AreCounted) {
  const std::uint64_t before = asked_by_workers;
  HttpClient another(node_->address());  // a new connection allocates its buffers
  EXPECT_EQ(another.ask("GET", "/livez").status, 200);
  EXPECT_GT(asked_by_workers, before);
}

TEST_F(EdgeAllocations, AreNoneForAConstantAnswer) {
  EXPECT_EQ(of([&](int) { return user("GET", "/livez"); }, "{"), 0U);
  const auto fixed = [&](int number) {
    return user("POST", "/bench/fixed/1/coupons", "{\"userId\":" + std::to_string(number) + "}");
  };
  EXPECT_EQ(of(fixed, "SUCCESS"), 0U);
}

TEST_F(EdgeAllocations, AreNoneForAnEarlyRefusal) {
  const std::string id = sold_out_to(1);
  EXPECT_EQ(of([&](int number) { return issue(id, 1 + number); }, R"("result":"SOLD_OUT")"), 0U);
}

TEST_F(EdgeAllocations, AreNoneForACachedCredentialAndForItsLimits) {
  const std::string shop = "fck_shop_01234567890123456789012345678901";
  const CredentialFiles files;
  settings_.server.credentials = open_credentials(
      {.keys_file = files.write("keys.toml", CredentialFiles::key("shop", "\"issue\"", shop)),
       .jwt_keys_file = files.write("jwks.json", CredentialFiles::jwks())});
  settings_.server.limits = {.press_rate = 1'000'000, .press_burst = 1'000'000, .key_rate = 1'000'000};
  restart();
  const std::string id = sold_out_to(1);
  const std::string key = bearer(shop);
  const std::string token = bearer(CredentialFiles::token_of(77));
  EXPECT_EQ(of([&](int number) { return issue(id, 1 + number, key); }, R"("result":"SOLD_OUT")"), 0U);
  EXPECT_EQ(of([&](int) { return issue(id, 77, token); }, R"("result":"SOLD_OUT")"), 0U);
}

TEST_F(EdgeAllocations, AreNoneForPipelinedEarlyRefusals) {
  constexpr int kSent = 80;  // more than a connection handles in one turn
  const std::string id = sold_out_to(1);
  std::string requests;
  for (int i = 0; i < kSent; ++i) {
    requests += "POST /v1/policies/" + id + "/coupons HTTP/1.1\r\nHost: a\r\n" + kJson +
                "Content-Length: 13\r\n\r\n{\"userId\":42}";
  }
  const auto pipelined = [&](int) {
    users_->send(requests);
    for (int i = 1; i < kSent; ++i) users_->read();
    return users_->read();
  };
  EXPECT_EQ(of(pipelined, R"("result":"SOLD_OUT")", 50), 0U);
}

TEST_F(EdgeAllocations, AreNoneForARepeatedRequestOfACouponOwner) {
  constexpr int kWinners = 20;
  const std::string id = sold_out_to(kWinners);
  const auto again = [&](int number) { return issue(id, 1 + number % kWinners); };
  EXPECT_EQ(of(again, R"("result":"ALREADY_ISSUED")"), 0U);
}

TEST_F(EdgeAllocations, AreNoneForARepeatedRequestWhileThePolicyIssues) {
  const std::string id = create(R"("name":"a","maxCount":1000000)");
  EXPECT_EQ(issue(id, 42).status, 201);
  refused_early(id, 42);
  EXPECT_EQ(of([&](int) { return issue(id, 42); }, R"("result":"ALREADY_ISSUED")"), 0U);
}

/// One request at a time is the worst case, because each one is a separate commit. The queue allocates a list of batches,
/// the bytes of the batch (shared with the followers), and its acknowledgements. The deque of deadlines allocates one block
/// for 32 deadlines, and sometimes a longer list of blocks.
TEST_F(EdgeAllocations, AreThreeForACommitOfSuccesses) {
  constexpr int kSuccesses = 320;
  const std::string id = create(R"("name":"a","maxCount":1000000)");
  const auto success = [&](int number) { return issue(id, number); };
  EXPECT_LE(of(success, R"("result":"SUCCESS")", kSuccesses), 3U * kSuccesses + kSuccesses / 32 + 4);
}

}  // namespace
}  // namespace firstcome::test
