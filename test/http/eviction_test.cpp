#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "test/http/held_server.h"

namespace firstcome::test {
namespace {

const std::string kAttacker = "127.0.0.3";
const std::string kForUser42 = R"({"userId":42})";

/// A server for 20 connections of users. Above 18 it makes room, down to 17.
class Eviction : public HeldServer {
 protected:
  using Clients = std::vector<std::unique_ptr<HttpClient>>;

  Eviction() { settings_.max_connections = 20; }

  /// A client that has sent a request before.
  std::unique_ptr<HttpClient> connect(const std::string& from) {
    auto client = std::make_unique<HttpClient>(server_->address(), from);
    EXPECT_EQ(client->ask("GET", "/livez").status, 200);
    return client;
  }
  void connect(Clients& clients, int count, const std::string& from) {
    for (int i = 0; i < count; ++i) clients.push_back(connect(from));
  }
  /// A request for which the server waits a second. Meanwhile all other connections become older.
  void wait_a_second() {
    EXPECT_EQ(client_->ask("POST", issue_path(), kForUser42, "Prefer: wait=1\r\n").status, 503);
    journal_.next();
  }
  /// Each for another user: requests of one user for one policy wait for one record.
  static void ask_for_coupons(Clients& clients) {
    int user = 100;
    for (auto& client : clients) {
      client->send_request("POST", issue_path(), "{\"userId\":" + std::to_string(++user) + "}");
    }
  }
  static bool answers(HttpClient& client) { return client.ask("GET", "/livez").status == 200; }
};

TEST_F(Eviction, TheLongestIdleConnectionsOfTheAddressThatHasMostAreClosed) {
  start();
  Clients honest;
  connect(honest, 3, "127.0.0.2");
  Clients old;
  connect(old, 2, kAttacker);
  wait_a_second();
  Clients young;
  connect(young, 13, kAttacker);  // with client_, 19 were open for a moment
  connect(honest, 1, "127.0.0.4");
  for (auto& client : old) EXPECT_TRUE(client->at_end());
  EXPECT_EQ(server_->figures().evicted, 2U);
  for (auto& client : young) EXPECT_TRUE(answers(*client));
  for (auto& client : honest) EXPECT_TRUE(answers(*client)) << "idle for longer, but of an address with few";
  EXPECT_TRUE(answers(*client_));
  EXPECT_EQ(server_->figures().refused, 0U);
}

TEST_F(Eviction, AConnectionWithARequestUnderWayStaysOpen) {
  settings_.wait_default = milliseconds{10'000};
  start();
  Clients waiting;
  connect(waiting, 17, kAttacker);  // with client_, 18 are open
  ask_for_coupons(waiting);
  std::vector<HeldJournal::Held> held;
  for (std::size_t i = 0; i < waiting.size(); ++i) held.push_back(journal_.next());
  Clients others;
  connect(others, 1, "127.0.0.2");
  HttpClient late(server_->address(), "127.0.0.4");
  late.send_request("GET", "/livez");
  late.at_end();  // answered or refused: at the limit, no connection of the address with most is idle
  for (std::size_t i = 0; i < held.size(); ++i) decide(held[i], Code::Success, static_cast<Offset>(i));
  for (auto& client : waiting) EXPECT_EQ(client->read().status, 201);
}

TEST_F(Eviction, IfEveryoneComesThroughOneProxyItsIdleConnectionsMakeRoomForItsNewOnes) {
  settings_.wait_default = milliseconds{10'000};
  start();
  Clients idle;
  connect(idle, 8, kAttacker);
  Clients waiting;
  connect(waiting, 9, kAttacker);
  ask_for_coupons(waiting);
  std::vector<HeldJournal::Held> held;
  for (std::size_t i = 0; i < waiting.size(); ++i) held.push_back(journal_.next());
  wait_a_second();
  Clients more;
  connect(more, 12, kAttacker);
  for (auto& client : idle) EXPECT_TRUE(client->at_end());
  for (std::size_t i = 0; i < held.size(); ++i) decide(held[i], Code::Success, static_cast<Offset>(i));
  for (auto& client : waiting) EXPECT_EQ(client->read().status, 201);
}

}  // namespace
}  // namespace firstcome::test
