#pragma once

#include <string>

#include "cli/http_client.h"

namespace firstcome::cli {

/// Sends requests that may be repeated to one server. Used by one thread at a time.
class RetryingClient {
 public:
  struct Settings {
    std::string server;
    net::TlsContext::ClientFiles tls{};
    std::string credential{};  ///< a key, or empty
    milliseconds
        retry_for{};  ///< time to retry a request while the server does not respond, or responds with 202, 429, 503 or 504
    std::string hint;  ///< what to do after that time
  };
  explicit RetryingClient(Settings settings);

  /// The first response that a retry cannot change. `body`: JSON, or empty.
  Result<HttpResponse> send(const std::string& method, const std::string& target, const std::string& body);
  /// True: the last send() sent its request more than once, and the server may have processed each.
  [[nodiscard]] bool has_repeated() const { return has_repeated_; }

 private:
  const Settings settings_;
  HttpClient client_;
  bool has_repeated_ = false;
};

}  // namespace firstcome::cli
