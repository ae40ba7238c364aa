#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "domain/time.h"
#include "load/request_result.h"

namespace firstcome::load {

/// Of an early refusal: the place it speaks as of.
struct AsOf {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  Timestamp at{};
};

/// One answer, as far as the generator wants to know it. The views point into the bytes that were read.
struct Answer {
  std::size_t size = 0;  ///< bytes of the whole answer
  int status = 0;
  bool last = false;  ///< `ClientConnection: close`

  std::string_view result;  ///< as told; empty when the body has none
  RequestResult outcome = RequestResult::Unreadable;
  std::int64_t policy = 0;  ///< 0: not told, as with the next two
  std::int64_t user = 0;
  std::int64_t sequence = 0;
  std::optional<Timestamp> issued_at;
  std::string_view ticket;
  std::optional<AsOf> as_of;
};

/// Reads a firstcome's answers: HTTP/1.1 with a Content-Length, and the few fields of a JSON body that matter
/// to who asked for a coupon. Strict, and nothing more than that: a general parser took more time than the
/// rest of the generator. Keeps a parser and its memory: one for a thread.
class AnswerReader {
 public:
  /// How many bytes must be readable behind what is given to read().
  static constexpr std::size_t kPadding = 64;
  static constexpr std::size_t kMost = 64UL * 1024;  ///< bytes of an answer

  enum class Read : std::uint8_t { More, Whole, Wrong };

  AnswerReader();
  ~AnswerReader();

  /// `bytes`: what came so far, from the first byte of one answer. Whole: `answer` says it. Wrong:
  /// `complaint()` says why; there may be bytes behind the answer, which nobody asked for.
  Read read(std::string_view bytes, Answer& answer);
  /// Static text.
  [[nodiscard]] std::string_view complaint() const { return complaint_; }

 private:
  struct Body;
  Read wrong(std::string_view complaint);
  Read read_head(std::string_view head, Answer& answer, std::size_t& length);
  Read read_body(std::string_view body, Answer& answer);

  std::unique_ptr<Body> body_;
  std::string_view complaint_;
};

}  // namespace firstcome::load
