// The time until a node with many issued coupons is ready again, compared with only reading the same rows.
//
//   restart_bench --server BINARY [--rounds N] [--coupons N] [--used N] [--json]
//
// A data folder with N coupons (10 million) of one policy, of which some (none) are used, as `firstcome serve` writes it. Each
// round runs, one after the other, with the files in the page cache:
//   read      a bare loop of SQLite's calls that reads all columns of all rows of the coupons and their lives
//   ready     `firstcome serve` from its start until it logs that it is ready; then it is stopped

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "data_folder.h"
#include "measurement.h"
#include "options.h"

namespace {

using namespace firstcome;
using bench::must;
using bench::print;
using bench::seconds;
using bench::spread;

void read_table(sqlite3* database, const char* query, std::int64_t expected) {
  sqlite3_stmt* rows = nullptr;
  must(sqlite3_prepare_v2(database, query, -1, &rows, nullptr) == SQLITE_OK, query);
  std::int64_t read = 0;
  volatile std::int64_t sum = 0;  // so that the compiler removes no read
  while (sqlite3_step(rows) == SQLITE_ROW) {
    for (int column = 0; column < sqlite3_column_count(rows); ++column) {
      sum = sum + (sqlite3_column_type(rows, column) == SQLITE_TEXT ? sqlite3_column_bytes(rows, column)
                                                                    : sqlite3_column_int64(rows, column));
    }
    ++read;
  }
  must(read == expected, "rows are missing");
  sqlite3_finalize(rows);
}

void read_rows(const std::string& store, std::int64_t coupons, std::int64_t used) {
  sqlite3* database = nullptr;
  must(sqlite3_open_v2(store.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK, "no store");
  read_table(database, "SELECT * FROM coupon", coupons);
  read_table(database, "SELECT * FROM coupon_life", used);
  sqlite3_close(database);
}

struct Server {
  pid_t pid = 0;
  int output = -1;
};

/// Returns when the server has logged that it is ready.
Server start(const std::string& binary, const std::string& data) {
  int pipe_ends[2];
  must(pipe(pipe_ends) == 0, "no pipe");
  const pid_t pid = fork();
  must(pid >= 0, "no process");
  if (pid == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[0]);
    execl(binary.c_str(), binary.c_str(), "serve", "--data", data.c_str(), "--listen", "127.0.0.1:0",
          "--admin-listen", "127.0.0.1:0", static_cast<char*>(nullptr));
    _exit(127);
  }
  close(pipe_ends[1]);
  std::string output;
  char bytes[4096];
  while (output.find("ready after") == std::string::npos) {
    const ssize_t count = read(pipe_ends[0], bytes, sizeof bytes);
    must(count > 0, "the server ended: " + output);
    output.append(bytes, static_cast<std::size_t>(count));
  }
  return {pid, pipe_ends[0]};
}

void stop(const Server& server) {
  kill(server.pid, SIGTERM);
  int status = 0;
  must(waitpid(server.pid, &status, 0) == server.pid && status == 0, "the server did not stop cleanly");
  close(server.output);
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t coupons = 10'000'000;
  std::int64_t used = 0;
  std::int64_t rounds = 3;
  bool json = false;
  std::string binary;
  bench::read_options(argc, argv,
                      {{"--server", &binary},
                       {"--rounds", &rounds},
                       {"--coupons", &coupons},
                       {"--used", &used},
                       {"--json", &json}});
  must(!binary.empty(), "restart_bench: --server is missing");
  bench::DataFolder folder("restart-bench");
  folder.fill(coupons, coupons, coupons, used);
  std::vector<double> read, ready, ratio;
  stop(start(binary, folder.path()));
  for (std::int64_t round = 0; round < rounds; ++round) {
    read.push_back(seconds([&] { read_rows(folder.store(), coupons, used); }));
    Server server;
    ready.push_back(seconds([&] { server = start(binary, folder.path()); }));
    stop(server);
    ratio.push_back(ready.back() / read.back());
  }
  print(json, "reading the rows", spread(read), "s");
  print(json, "ready again", spread(ready), "s");
  print(json, "ready again / reading the rows", spread(ratio), "ratio");
  return 0;
}
