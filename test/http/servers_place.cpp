#include <gtest/gtest.h>

#include <cstdlib>

#include "contract/kafka_cluster.h"
#include "contract/postgres_databases.h"
#include "journal/kafka/topics.h"
#include "node/node.h"
#include "test/http/node_place.h"

namespace firstcome::test {
namespace {

/// A new topic and database on real servers, and an issuer beside the edge under test.
class ServersPlace : public NodePlace {
 public:
  ServersPlace() {
    const Status made = journal::create_topics(journal_, {.partitions = 3, .replication = 1});
    EXPECT_TRUE(made.ok()) << made.error().message;
    node::NodeSettings settings;
    settings.location = location();
    settings.plan.role = node::Role::Issuer;
    settings.server.has_users = false;
    settings.server.admin_listen = "127.0.0.1:0";
    settings.issuer.linger = milliseconds{1};
    auto issuer = node::Node::open(settings);
    EXPECT_TRUE(issuer.ok()) << issuer.error().message;
    issuer_ = std::move(*issuer);
    const Status started = issuer_->start();
    EXPECT_TRUE(started.ok()) << started.error().message;
  }
  ~ServersPlace() override { EXPECT_TRUE(issuer_->stop()); }
  [[nodiscard]] node::DataLocation location() const override {
    return node::Servers{journal_, database_.address()};
  }
  [[nodiscard]] node::DataPlan plan() const override { return {.role = node::Role::Edge}; }
  /// ctest runs this program a second time with this variable in the environment.
  [[nodiscard]] std::optional<admission::DatabaseValidation> validation() const override {
    if (std::getenv("FIRSTCOME_TEST_VALIDATION") == nullptr) return std::nullopt;
    return admission::DatabaseValidation{};
  }

 private:
  const journal::KafkaSettings journal_ = kafka().fresh_settings();
  MigratedDatabase database_;
  std::unique_ptr<node::Node> issuer_;
};

}  // namespace

std::unique_ptr<NodePlace> NodePlace::make() { return std::make_unique<ServersPlace>(); }

}  // namespace firstcome::test
