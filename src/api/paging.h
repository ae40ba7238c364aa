#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/exchange.h"
#include "domain/ids.h"

/// Pages of lists in the order of policy ids. The `cursor` of a query is the `nextCursor` of the previous page: the last id
/// of that page.
namespace firstcome::api {

inline constexpr std::string_view kWrongCursor = "cursor must be the nextCursor of the previous page.";

/// The page begins above this id. 0 without a cursor, nothing if the cursor is invalid.
std::optional<PolicyId> cursor_of(std::string_view query);
/// The same for a list of a user's coupons: "7.2", or "7" after the first coupon of policy 7.
std::optional<CouponCursor> coupon_cursor_of(std::string_view query);
/// The policies of a page. 100 without a limit; a larger limit than `most` counts as `most`. Nothing if the limit is not a
/// whole number from 1.
std::optional<std::size_t> limit_of(std::string_view query, std::size_t most);
/// Appends `,"unavailablePartitions":[2]`, or nothing if the list is complete.
void append_left_out(const std::vector<Partition>& partitions, std::string& out);
/// Appends the last member of a page: `,"nextCursor":"7"}`, or null on the last page.
void end_page(std::optional<PolicyId> next_cursor, std::string& out);
void end_page(std::optional<CouponCursor> next_cursor, std::string& out);

}  // namespace firstcome::api
