#include "test/http/node_test.h"

namespace firstcome::test {

NodeTest::NodeTest() {
  settings_.location = place_->location();
  settings_.plan = place_->plan();
  settings_.validation = place_->validation();
  settings_.issuer.saves = settings_.plan.role != node::Role::Edge;
  settings_.server.listen = "127.0.0.1:0";
  settings_.server.admin_listen = "127.0.0.1:0";
  settings_.server.threads = 2;
  settings_.issuer.linger = milliseconds{1};
  start();
}

NodeTest::~NodeTest() {
  if (!node_) return;
  EXPECT_TRUE(node_->stop());
}

void NodeTest::start() {
  auto node = node::Node::open(settings_);
  ASSERT_TRUE(node) << node.error().message;
  node_ = std::move(*node);
  const Status started = node_->start();
  ASSERT_TRUE(started) << started.error().message;
  const Status ready = node_->wait_until_ready();
  ASSERT_TRUE(ready) << ready.error().message;
  users_ = std::make_unique<HttpClient>(node_->address());
  admins_ = std::make_unique<HttpClient>(node_->admin_address());
}

void NodeTest::restart() {
  ASSERT_TRUE(node_->stop());
  node_.reset();
  start();
}

Response NodeTest::user(const std::string& method, const std::string& target, const std::string& body,
                        const std::string& headers) {
  return users_->ask(method, target, body, headers);
}

Response NodeTest::admin(const std::string& method, const std::string& target, const std::string& body,
                         const std::string& headers) {
  return admins_->ask(method, target, body, headers);
}

std::string NodeTest::create(const std::string& fields) {
  const Response created = admin("POST", "/v1/policies", "{" + fields + "}");
  EXPECT_EQ(created.status, 201) << created.body;
  return created.json("id");
}

Response NodeTest::issue(const std::string& policy, std::int64_t user_id, const std::string& headers) {
  return user("POST", "/v1/policies/" + policy + "/coupons", "{\"userId\":" + std::to_string(user_id) + "}",
              headers);
}

Response NodeTest::refused_early(const std::string& policy, std::int64_t user_id) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (true) {
    Response response = issue(policy, user_id);
    if (!response.json("asOf").empty()) return response;
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "never refused early: " << response.body;
      return response;
    }
  }
}

}  // namespace firstcome::test
