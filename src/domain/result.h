#pragma once

#include <string>
#include <utility>
#include <variant>

#include "domain/check.h"

namespace firstcome {

/// A failure that knows whether asking again can help and what a person should do.
struct Error {
  enum class Kind {
    Retryable,  ///< the world may get better by itself: retry in place, with backoff
    Unknown,    ///< it may or may not have happened: read back what is true
    Permanent,  ///< somebody has to act; `message` says what
  };
  Kind kind = Kind::Permanent;
  std::string message;

  [[nodiscard]] bool retryable() const { return kind == Kind::Retryable; }
};

/// A value or the reason there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return error;` both make a Result.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(*-explicit-*)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() {
    CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const {
    CHECK(ok());
    return std::get<0>(state_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] const Error& error() const {
    CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace firstcome
