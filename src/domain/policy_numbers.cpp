#include "domain/policy_numbers.h"

namespace firstcome {

std::uint64_t hash_of_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  hash += (seed + 1) * 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

PolicyId policy_id_of_key(std::string_view key, int attempt) {
  const std::uint64_t hash = hash_of_text(key, static_cast<std::uint64_t>(attempt));
  return PolicyId{kNumberedIdsEnd + static_cast<std::int64_t>(hash >> 33)};
}

}  // namespace firstcome
