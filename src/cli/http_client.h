#pragma once

#include <string>

#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::cli {

struct HttpQuestion {
  std::string method = "GET";
  std::string target = "/";
  std::string body{};       ///< JSON, or nothing
  std::string admin_key{};  ///< sent as `Authorization: Bearer`, where not empty
  std::string if_match{};
  std::string unanswered = "Asking again is safe";  ///< what to do when the answer is lost
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// Asks a running server once and waits for the answer. `server`: http://host:port. The error says which
/// address was tried and what to do.
Result<HttpAnswer> ask(const std::string& server, const HttpQuestion& question, milliseconds timeout);

}  // namespace firstcome::cli
