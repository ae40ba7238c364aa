#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/request.h"

namespace firstcome::net {

/// Reads one HTTP/1.x request after the other from the bytes of a connection, wherever they are cut.
/// RFC 9112; Beast's parser underneath, with what it leaves to its users: a cap on the whole header, the
/// transfer codings we do not know, a missing Host.
class RequestParser {
 public:
  struct Limits {
    std::uint32_t header = 8 * 1024;
    std::uint32_t body = 64 * 1024;
  };
  enum class State : std::uint8_t {
    NeedMore,
    Complete,  ///< `request` is filled; bytes behind it are not touched
    Failed,    ///< see error(); where the next request would begin is unknown, so the connection must close
  };

  explicit RequestParser(Limits limits);
  ~RequestParser();

  /// Forgets everything; what follows is a new request.
  void start(Request& request);
  /// Takes bytes off the front of `bytes`; those it leaves must come again, with more behind them.
  State feed(std::string_view& bytes);

  [[nodiscard]] bool header_done() const;
  [[nodiscard]] RequestError error() const;
  [[nodiscard]] std::string_view detail() const;

 private:
  class Beast;
  std::unique_ptr<Beast> beast_;
};

}  // namespace firstcome::net
