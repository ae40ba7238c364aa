#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace firstcome::cli {

/// The candidate with the smallest edit distance to `word`; nothing if all are too far.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean X?", or empty.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace firstcome::cli
