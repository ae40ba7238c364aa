#pragma once

#include <cstddef>
#include <cstdint>

/// What depends on the rules version. What a version decides never changes; a new version adds a case to the functions here.
/// They have a source file of their own, so that a test build can replace it and know one version more: see test/rules.
namespace firstcome {

/// The newest rules version of this program.
std::int32_t newest_rules();

/// A coupon takes commands of at most this number of references, never above kReferencesMost.
std::size_t references_most(std::int32_t rules);

}  // namespace firstcome
