#pragma once

#include <fmt/core.h>

#include <string_view>

#include "domain/result.h"

namespace firstcome::cli {

/// The same failure, with `where` and a colon in front of the message.
inline Error in_context(std::string_view where, const Error& error) {
  return {error.kind, fmt::format("{}: {}", where, error.message), error.hint};
}

}  // namespace firstcome::cli
