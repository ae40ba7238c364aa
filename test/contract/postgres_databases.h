#pragma once

#include <string>
#include <vector>

#include "servers/postgres_server.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::test {

/// An empty database with the store's tables on the shared server. The destructor empties it for the next
/// test.
class MigratedDatabase {
 public:
  MigratedDatabase() : name_(take()) {}
  ~MigratedDatabase() {
    auto session = PostgresServer::shared().session(name_);
    must(session,
         "TRUNCATE firstcome.setting, firstcome.journal_position, firstcome.journal_batch, "
         "firstcome.coupon_policy, firstcome.coupon, firstcome.coupon_life, firstcome.coupon_change, "
         "firstcome.eligible_user, firstcome.coupon_code, firstcome.policy_change, firstcome.event_position, "
         "firstcome.event_trace");
    free().push_back(name_);
  }
  MigratedDatabase(const MigratedDatabase&) = delete;
  MigratedDatabase& operator=(const MigratedDatabase&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string address() const { return PostgresServer::shared().address(name_); }
  [[nodiscard]] postgres::DatabaseConnection session() const {
    return PostgresServer::shared().session(name_);
  }

 private:
  static std::vector<std::string>& free() {
    static std::vector<std::string> free;
    return free;
  }
  static std::string take() {
    if (free().empty()) {
      const std::string name = PostgresServer::shared().make_database();
      const auto migrated = store::migrate_postgres_store(PostgresServer::shared().address(name));
      CHECK(migrated.ok());
      return name;
    }
    std::string name = free().back();
    free().pop_back();
    return name;
  }
  const std::string name_;
};

}  // namespace firstcome::test
