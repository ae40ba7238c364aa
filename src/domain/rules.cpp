#include "domain/rules.h"

#include "domain/coupon_life.h"
#include "domain/record.h"

namespace firstcome {

std::int32_t newest_rules() { return kNewestRules; }

std::size_t references_most(std::int32_t /*rules*/) { return kReferencesMost; }

}  // namespace firstcome
