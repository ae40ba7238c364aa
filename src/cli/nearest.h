#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace firstcome::cli {

/// The candidate that somebody who typed `word` most likely meant; nothing when none is near.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean X?" or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace firstcome::cli
