#include "domain/rules.h"

#include "domain/coupon_life.h"
#include "domain/record.h"

/// A next version of the program, in place of src/domain/rules.cpp: under the next rules version, a coupon takes commands of
/// two references only.
namespace firstcome {

std::int32_t newest_rules() { return kNewestRules + 1; }

std::size_t references_most(std::int32_t rules) { return rules > kNewestRules ? 2 : kReferencesMost; }

}  // namespace firstcome
