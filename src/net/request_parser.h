#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/request.h"

namespace firstcome::net {

/// Reads HTTP/1.x requests (RFC 9112) from the bytes of a connection, which may arrive in pieces of any size. It uses
/// Beast's parser and adds the checks that Beast leaves to its users: the size of the whole header, unknown transfer
/// codings, a missing Host.
class RequestParser {
 public:
  struct Limits {
    std::uint32_t header = 8 * 1024;  ///< bytes
    std::uint32_t body = 64 * 1024;   ///< bytes
  };
  enum class State : std::uint8_t {
    NeedMore,
    Complete,  ///< `request` is filled; bytes behind it are not read
    Failed,  ///< see error(); the connection must close, because it is unknown where the next request begins
  };

  explicit RequestParser(Limits limits);
  ~RequestParser();

  /// Resets the parser for a new request.
  void start(Request& request);
  /// Removes the bytes that it has read from the front of `bytes`. The caller passes the rest again, with more bytes.
  State feed(std::string_view& bytes);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] RequestError error() const;
  [[nodiscard]] std::string_view detail() const;

 private:
  class Beast;
  std::unique_ptr<Beast> beast_;
};

}  // namespace firstcome::net
