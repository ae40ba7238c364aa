#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>
#include <variant>

#include "domain/check.h"

namespace firstcome {

/// A failure: what happened, whether a retry can help, and what a person should do.
// NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): false for an Error in a std::variant
struct Error {
  enum class Kind {
    Retryable,  ///< temporary: retry, with backoff
    Unknown,    ///< it may or may not have happened: read the state back
    Permanent,  ///< a person must act
  };
  Kind kind = Kind::Permanent;
  std::string message;
  std::string hint{};  ///< what to do, a whole sentence; empty if `message` has it

  /// Each accepts a text, or a format string of fmt with its arguments.
  static Error permanent(std::string message) { return {Kind::Permanent, std::move(message)}; }
  static Error retryable(std::string message) { return {Kind::Retryable, std::move(message)}; }
  static Error unknown(std::string message) { return {Kind::Unknown, std::move(message)}; }
  template <class First, class... Rest>
  static Error permanent(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
    return permanent(fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...));
  }
  template <class First, class... Rest>
  static Error retryable(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
    return retryable(fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...));
  }
  template <class First, class... Rest>
  static Error unknown(fmt::format_string<First, Rest...> format, First&& first, Rest&&... rest) {
    return unknown(fmt::format(format, std::forward<First>(first), std::forward<Rest>(rest)...));
  }
  Error with_hint(std::string what_to_do) && {
    hint = std::move(what_to_do);
    return std::move(*this);
  }

  [[nodiscard]] bool is_retryable() const { return kind == Kind::Retryable; }
  /// For people: the message and the hint.
  [[nodiscard]] std::string text() const { return hint.empty() ? message : message + " Hint: " + hint; }
};

/// A value or an error.
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

#define FIRSTCOME_JOIN_(a, b) a##b
#define FIRSTCOME_JOIN(a, b) FIRSTCOME_JOIN_(a, b)
#define FIRSTCOME_ASSIGN_OR_RETURN(result, declaration, expression) \
  auto result = (expression);                                       \
  if (!result.ok()) return result.error();                          \
  declaration = std::move(*result)

/// If the Status or Result has an error, returns it from the surrounding function.
#define RETURN_IF_ERROR(expression)                                            \
  do {                                                                         \
    if (const auto& returned_if_error = (expression); !returned_if_error.ok()) \
      return returned_if_error.error();                                        \
  } while (false)
/// ASSIGN_OR_RETURN(const auto rows, read()): `rows` is the value of the Result. An error is returned from the
/// surrounding function.
#define ASSIGN_OR_RETURN(declaration, ...) \
  FIRSTCOME_ASSIGN_OR_RETURN(FIRSTCOME_JOIN(result_, __LINE__), declaration, (__VA_ARGS__))

}  // namespace firstcome
