#pragma once

#include <memory>
#include <string>

#include "contract/temporary_folder.h"
#include "postgres/database_connection.h"
#include "servers/child_process.h"

namespace firstcome::test {

/// A PostgreSQL of one's own, in a temporary folder, on loopback. Nothing is synced to the disk, which no
/// crash of its processes can tell.
class PostgresServer {
 public:
  PostgresServer();
  ~PostgresServer();

  /// The program's one server, started when first asked for, stopped at the program's end.
  static PostgresServer& shared();

  void start();
  void stop();
  /// kill -9 of every process of it.
  void crash() {
    process_->kill_all();
    process_.reset();
  }

  [[nodiscard]] std::string address(const std::string& database, const std::string& user = "owner") const;
  [[nodiscard]] int port() const { return port_; }
  /// A new and empty one, or a copy of another.
  std::string make_database(const std::string& like = "template0");
  /// A session to do mischief from.
  [[nodiscard]] postgres::DatabaseConnection session(const std::string& database) const;
  /// Runs a file through psql with variables "name=value"; what it printed when it failed, otherwise nothing.
  std::string run_file(const std::string& database, const std::string& path,
                       const std::vector<std::string>& variables);

 private:
  void make_data();
  TemporaryFolder folder_;
  int port_ = 0;
  int databases_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

/// Runs SQL that must succeed.
void must(postgres::DatabaseConnection& session, const std::string& sql);
/// The one number that a query gives.
std::int64_t number(postgres::DatabaseConnection& session, const std::string& sql);

}  // namespace firstcome::test
