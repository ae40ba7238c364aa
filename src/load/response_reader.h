#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "domain/place.h"
#include "domain/time.h"
#include "load/request_result.h"

namespace firstcome::load {

/// The place that an early refusal refers to.
struct AsOf {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  Timestamp at{};
};

/// One response: the fields that the generator uses. The views point into the bytes that were read.
struct Response {
  std::size_t size = 0;  ///< bytes of the whole response
  int status = 0;
  bool closes = false;  ///< Connection: close

  std::string_view result_name;  ///< as in the body; empty if the body has none
  RequestResult result = RequestResult::Unreadable;
  std::int64_t policy = 0;  ///< this and the next two: 0 if the body does not have it
  std::int64_t user = 0;
  std::int64_t sequence = 0;
  std::optional<Timestamp> issued_at;
  std::string_view ticket;
  std::optional<AsOf> as_of;
  std::optional<Place> place;  ///< of an accepted command of a coupon
};

/// Reads responses of firstcome: HTTP/1.1 with a Content-Length, and some fields of a JSON body. Strict and
/// minimal, because a general parser took more time than the rest of the generator. Reuses the memory of its parser:
/// one instance for each thread.
class ResponseReader {
 public:
  /// The number of readable bytes that must follow the bytes given to read().
  static constexpr std::size_t kPadding = 64;
  static constexpr std::size_t kMost = 64UL * 1024;  ///< bytes of a response

  enum class Read : std::uint8_t { More, Whole, Wrong };

  ResponseReader();
  ~ResponseReader();

  /// `bytes`: all bytes received so far, from the beginning of one response. Whole: `response` is set. Wrong: error()
  /// is the reason, for example bytes after the end of the response.
  Read read(std::string_view bytes, Response& response);
  /// Static text.
  [[nodiscard]] std::string_view error() const { return error_; }

 private:
  struct Body;
  Read wrong(std::string_view error);
  Read read_head(std::string_view head, Response& response, std::size_t& length);
  Read read_body(std::string_view body, Response& response);

  std::unique_ptr<Body> body_;
  std::string_view error_;
};

}  // namespace firstcome::load
