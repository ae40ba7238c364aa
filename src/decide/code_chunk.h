#pragma once

#include <cstdint>
#include <optional>

#include "decide/imported_codes.h"
#include "domain/decision.h"
#include "domain/record.h"

namespace firstcome::decide {

/// None if the chunk has the next codes of the policy, or only codes that were added already.
RefusalReason validate_codes(const CodeChunk& chunk, const Policy& policy);

/// True if the policy has the codes of the chunk at its sequences.
bool has_codes(const ImportedCodes& codes, const CodeChunk& chunk);

/// The sequence, as of this chunk, of its first code that the policy has already or that appears earlier in the chunk.
std::optional<std::int64_t> find_repeated(const ImportedCodes& codes, const CodeChunk& chunk);

}  // namespace firstcome::decide
