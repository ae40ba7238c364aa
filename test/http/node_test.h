#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "node/node.h"
#include "test/http/http_client.h"
#include "test/http/node_place.h"

namespace firstcome::test {

inline const std::string kJson = "Content-Type: application/json\r\n";

/// A real node in this process, with real sockets, its own journal and its own store.
class NodeTest : public testing::Test {
 protected:
  NodeTest();
  ~NodeTest() override;
  void start();
  /// Stops gracefully and starts on the same data. Earlier connections are closed.
  void restart();

  /// On connections that stay open.
  Response user(const std::string& method, const std::string& target, const std::string& body = {},
                const std::string& headers = {});
  Response admin(const std::string& method, const std::string& target, const std::string& body = {},
                 const std::string& headers = {});
  /// Creates a policy; returns its id.
  std::string create(const std::string& fields);
  Response issue(const std::string& policy, std::int64_t user_id, const std::string& headers = {});
  /// Repeats the request until it is refused early: before that, the edge must know an end of the journal and, with a
  /// validator, an issuer must save.
  Response refused_early(const std::string& policy, std::int64_t user_id);

  std::unique_ptr<NodePlace> place_ = NodePlace::make();
  node::NodeSettings settings_;
  std::unique_ptr<node::Node> node_;
  std::unique_ptr<HttpClient> users_;
  std::unique_ptr<HttpClient> admins_;
};

}  // namespace firstcome::test
