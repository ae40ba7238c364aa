#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "postgres_databases.h"
#include "servers/cutting_proxy.h"
#include "store/postgres/postgres_store.h"
#include "store_kit.h"

namespace firstcome::test {

/// A database with the store's tables on the shared server, for one test.
class PostgresStoreTest : public testing::Test {
 protected:
  std::unique_ptr<store::PostgresStore> open(store::PostgresStoreSettings settings = {}) {
    return open_at(database_.address(), settings);
  }
  static std::unique_ptr<store::PostgresStore> open_at(const std::string& address,
                                                       store::PostgresStoreSettings settings = {}) {
    auto opened = store::open_postgres_store(address, settings);
    if (!opened.ok()) ADD_FAILURE() << opened.error().text();
    return std::move(*opened);
  }
  std::unique_ptr<store::PostgresStore> filled(store::PostgresStoreSettings settings = {}) {
    auto store = open(settings);
    EXPECT_TRUE(store->create_if_missing({"a journal", {5, 6}}).ok());
    return store;
  }
  /// The address of the database through the proxy.
  std::string through(const CuttingProxy& proxy) {
    return "postgresql://owner@127.0.0.1:" + std::to_string(proxy.port()) + "/" + database_.name();
  }
  /// The error of an open that fails.
  static std::string why(const std::string& address) {
    const auto opened = store::open_postgres_store(address);
    return opened.ok() ? "it was opened" : opened.error().text();
  }
  static store::Settings settings(store::Store& store) { return *(*store.make_reader())->settings(); }

  PostgresServer& server_ = PostgresServer::shared();
  const MigratedDatabase database_;
};

}  // namespace firstcome::test
