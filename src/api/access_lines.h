#pragma once

#include <cstdint>
#include <string>

#include "api/exchange.h"
#include "log/line_file.h"

namespace firstcome::api {

/// One line of JSON for each response, for the access log: time, caller, route, result, duration. Lines of a turn of the loop
/// go to the file together. One per worker, on its thread.
class AccessLines {
 public:
  /// `users`: lines also name users.
  AccessLines(log::LineFile& file, bool users) : file_(file), users_(users) {}

  /// The exchange holds the response.
  void add(const Exchange& exchange, Timestamp now);
  /// Passes the lines on. Call it at the end of each turn.
  void flush();

 private:
  log::LineFile& file_;
  const bool users_;
  std::string lines_;
  std::uint64_t count_ = 0;
};

}  // namespace firstcome::api
