#pragma once

#include <memory>
#include <string>

#include "contract/temporary_folder.h"
#include "servers/child_process.h"

namespace firstcome::test {

/// A PgBouncer before the PostgreSQL on a port of loopback.
class PgBouncer {
 public:
  PgBouncer(int server_port, const std::string& pool_mode);
  [[nodiscard]] std::string address(const std::string& database) const;

 private:
  TemporaryFolder folder_;
  int port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace firstcome::test
