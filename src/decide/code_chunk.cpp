#include "decide/code_chunk.h"

#include <string_view>
#include <unordered_set>

namespace firstcome::decide {

RefusalReason validate_codes(const CodeChunk& chunk, const Policy& policy) {
  const auto size = static_cast<std::int64_t>(chunk.codes.size());
  if (policy.codes != CodeKind::Imported) return RefusalReason::CodesNotImported;
  if (size == 0) return RefusalReason::EmptyCodes;
  if (chunk.first >= 1 && chunk.first <= policy.code_count - size + 1) return RefusalReason::None;
  if (chunk.first != policy.code_count + 1) return RefusalReason::NotTheNextCode;
  if (policy.code_count + size > kImportedCodesMost) return RefusalReason::TooManyCodes;
  return RefusalReason::None;
}

bool has_codes(const ImportedCodes& codes, const CodeChunk& chunk) {
  std::int64_t sequence = chunk.first;
  for (const std::string& code : chunk.codes) {
    if (codes.code_of(sequence++) != code) return false;
  }
  return true;
}

std::optional<std::int64_t> find_repeated(const ImportedCodes& codes, const CodeChunk& chunk) {
  std::unordered_set<std::string_view> seen;
  std::int64_t sequence = chunk.first;
  for (const std::string& code : chunk.codes) {
    if (codes.find(code) || !seen.insert(code).second) return sequence;
    ++sequence;
  }
  return std::nullopt;
}

}  // namespace firstcome::decide
