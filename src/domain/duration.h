#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/time.h"

namespace firstcome {

/// An ISO 8601 duration in weeks (P2W), or in days, hours, minutes and seconds (P1DT2H, PT10M, PT0.5S). A day has 24
/// hours. Seconds may have up to three decimals. Nothing for any other text, so also with years or months, whose length
/// is not fixed, and for a sign. At most 10 digits a number, so the sum always fits.
std::optional<milliseconds> parse_duration(std::string_view text);
/// In days, hours, minutes and seconds: P14D, P1DT2H, PT0.5S. `duration` must not be negative.
std::string format_duration(milliseconds duration);

}  // namespace firstcome
