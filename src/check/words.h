#pragma once

#include <string>

#include "check/evidence.h"

/// How findings speak of things.
namespace firstcome::check {

std::string words(PolicyId policy);  ///< policy 7
std::string words(UserId user);      ///< user 42
std::string words(Place place);      ///< partition 1, offset 17
std::string words(Code code);        ///< SOLD_OUT
std::string words(const CouponFact& fact);

/// "policy 7, user 42 (line 12): "
std::string who(const Evidence& evidence, const HistoryRow& row);
/// "line 12"; `row` is one of the evidence's own.
std::string line(const Evidence& evidence, const HistoryRow& row);
/// "lines 12, 99"
std::string lines(const Evidence& evidence, const HistoryRow& row, const HistoryRow& other);

}  // namespace firstcome::check
