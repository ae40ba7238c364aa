#pragma once

#include <cstdint>

namespace firstcome {

/// The form of user and policy ids in JSON. As strings they stay exact for readers whose numbers are exact only up to 2^53,
/// such as JavaScript.
enum class IdForm : std::uint8_t { Number, String };

}  // namespace firstcome
