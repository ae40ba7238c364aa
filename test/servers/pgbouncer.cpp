#include "servers/pgbouncer.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "domain/check.h"
#include "postgres/database_connection.h"
#include "servers/free_port.h"

namespace firstcome::test {

PgBouncer::PgBouncer(int server_port, const std::string& pool_mode) : port_(free_port()) {
  const Account account = unprivileged_account();
  CHECK(chown(folder_.path().c_str(), account.user, account.group) == 0);
  std::ofstream(folder_.file("users")) << "\"owner\" \"\"\n";
  std::ofstream(folder_.file("pgbouncer.ini"))
      << "[databases]\n* = host=127.0.0.1 port=" << server_port << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
      << "listen_port = " << port_
      << "\nunix_socket_dir =\nauth_type = trust\nauth_file = " << folder_.file("users")
      << "\npool_mode = " << pool_mode << "\n";
  process_ = std::make_unique<ChildProcess>(
      ChildProcess::Command{.words = {"/usr/sbin/pgbouncer", folder_.file("pgbouncer.ini")},
                            .environment = {"PATH=/usr/bin:/bin"},
                            .output = folder_.file("pgbouncer.log"),
                            .farewell = SIGKILL});
  postgres::DatabaseConnection session(*postgres::Address::parse(address("postgres")), {}, {});
  const Instant until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!session.ensure().ok()) {
    CHECK(std::chrono::steady_clock::now() < until);
    std::this_thread::yield();
  }
}

std::string PgBouncer::address(const std::string& database) const {
  return "postgresql://owner@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

}  // namespace firstcome::test
