#include "servers/postgres_server.h"

#include "servers/free_port.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace firstcome::test {
namespace {

constexpr int kPatienceMs = 30'000;

std::string program(const std::string& name) { return std::string(FIRSTCOME_POSTGRES_FOLDER) + "/" + name; }

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Hears a server say that it is ready, in systemd's words (sd_notify).
class ReadySignal {
 public:
  explicit ReadySignal(std::string path) : path_(std::move(path)) {
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    CHECK(path_.size() < sizeof address.sun_path);
    path_.copy(address.sun_path, path_.size());
    unlink(path_.c_str());
    CHECK(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const Account account = unprivileged_account();
    CHECK(chown(path_.c_str(), account.user, account.group) == 0);
  }
  ~ReadySignal() { close(socket_); }
  ReadySignal(const ReadySignal&) = delete;
  ReadySignal& operator=(const ReadySignal&) = delete;

  [[nodiscard]] std::string variable() const { return "NOTIFY_SOCKET=" + path_; }
  bool wait() const {
    for (;;) {
      pollfd waiting{socket_, POLLIN, 0};
      if (poll(&waiting, 1, kPatienceMs) <= 0) return false;
      std::array<char, 1024> message{};
      const ssize_t size = recv(socket_, message.data(), message.size(), 0);
      if (size < 0) return false;
      if (std::string_view(message.data(), static_cast<std::size_t>(size)).find("READY=1") !=
          std::string::npos) {
        return true;
      }
    }
  }

 private:
  const std::string path_;
  int socket_ = -1;
};

[[noreturn]] void give_up(const std::string& what, const std::string& log) {
  std::cerr << what << "\n" << contents(log);
  std::abort();
}

}  // namespace

PostgresServer::PostgresServer() {
  const Account account = unprivileged_account();
  CHECK(chown(folder_.path().c_str(), account.user, account.group) == 0);
  make_data();
  start();
}

PostgresServer::~PostgresServer() { stop(); }

PostgresServer& PostgresServer::shared() {
  static PostgresServer server;
  return server;
}

void PostgresServer::make_data() {
  ChildProcess initdb(
      {.words = {program("initdb"), "--pgdata=" + folder_.file("data"), "--username=owner", "--auth=trust",
                 "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
       .environment = {"PATH=/usr/bin:/bin", "TZ=UTC"},
       .output = folder_.file("initdb.log"),
       .farewell = SIGKILL});
  if (initdb.wait() != 0) give_up("initdb failed", folder_.file("initdb.log"));
}

void PostgresServer::start() {
  if (port_ == 0) port_ = free_port();
  const ReadySignal ready(folder_.file("ready"));
  // SIGQUIT: at once, children too. The writer of the log sleeps long, so that a crash finds commits that
  // were answered and are nowhere but in memory.
  process_ = std::make_unique<ChildProcess>(
      ChildProcess::Command{.words = {program("postgres"),
                                      "-D",
                                      folder_.file("data"),
                                      "-p",
                                      std::to_string(port_),
                                      "-k",
                                      folder_.path().string(),
                                      "-c",
                                      "listen_addresses=127.0.0.1",
                                      "-c",
                                      "fsync=off",
                                      "-c",
                                      "max_connections=40",
                                      "-c",
                                      "shared_buffers=64MB",
                                      "-c",
                                      "wal_writer_delay=10s",
                                      "-c",
                                      "wal_writer_flush_after=1GB",
                                      "-c",
                                      "autovacuum=off",
                                      "-c",
                                      "max_wal_senders=0",
                                      "-c",
                                      "max_logical_replication_workers=0"},
                            .environment = {"PATH=/usr/bin:/bin", "TZ=UTC", ready.variable()},
                            .output = folder_.file("postgres.log"),
                            .farewell = SIGQUIT});
  if (!ready.wait()) give_up("PostgreSQL does not get ready", folder_.file("postgres.log"));
}

void PostgresServer::stop() { process_.reset(); }

std::string PostgresServer::address(const std::string& database, const std::string& user) const {
  return "postgresql://" + user + "@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

postgres::DatabaseConnection PostgresServer::session(const std::string& database) const {
  postgres::DatabaseConnection session(*postgres::Address::parse(address(database)), {}, {});
  const Status connected = session.ensure();
  if (!connected.ok()) give_up(connected.error().message, folder_.file("postgres.log"));
  return session;
}

std::string PostgresServer::make_database(const std::string& like) {
  const std::string name = "test" + std::to_string(++databases_);
  auto session = this->session("postgres");
  must(session, "CREATE DATABASE " + name + " TEMPLATE " + like);
  return name;
}

std::string PostgresServer::run_file(const std::string& database, const std::string& path,
                                     const std::vector<std::string>& variables) {
  const std::string output = folder_.file("psql.log");
  // The checkout may be in a folder that the server's account cannot enter, as the home of root.
  const std::string copy = folder_.file("script.sql");
  std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
  const Account account = unprivileged_account();
  CHECK(chown(copy.c_str(), account.user, account.group) == 0);
  std::vector<std::string> words{program("psql"), "--no-psqlrc", "--quiet", "--file=" + copy};
  for (const auto& variable : variables) words.insert(words.end(), {"-v", variable});
  words.push_back(address(database));
  ChildProcess psql(
      {.words = words, .environment = {"PATH=/usr/bin:/bin"}, .output = output, .farewell = SIGKILL});
  return psql.wait() == 0 ? "" : contents(output);
}

void must(postgres::DatabaseConnection& session, const std::string& sql) {
  Status done = session.ensure();
  if (done.ok()) done = session.execute(sql.c_str());
  if (done.ok()) return;
  std::cerr << sql << ": " << done.error().message << "\n";
  std::abort();
}

std::int64_t number(postgres::DatabaseConnection& session, const std::string& sql) {
  auto rows = session.query(("SELECT (" + sql + ")::bigint").c_str());
  if (!rows.ok()) std::cerr << sql << ": " << rows.error().message << "\n";
  CHECK(rows.ok() && rows->size() == 1);
  const postgres::Row row = (*rows)[0];
  return postgres::Columns(row).int8();
}

}  // namespace firstcome::test
