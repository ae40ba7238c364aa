#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/state.h"

namespace firstcome::store {

/// The text in the tables: "0:17,2:5"
std::string marks_to_text(const OriginMarks& marks);
std::optional<OriginMarks> text_to_marks(std::string_view text);

}  // namespace firstcome::store
