#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"

/// Lists in pages, each by policy id: the `cursor` of a question is the `nextCursor` of the page before, and
/// that is the id the page ends with.
namespace firstcome::api {

inline constexpr std::string_view kWrongCursor = "cursor must be the nextCursor of the page before.";

/// Those with ids above it are asked for: 0 without a cursor, nothing when it is none of ours.
std::optional<PolicyId> cursor_of(std::string_view query);
/// `,"unavailablePartitions":[2]`: what the list leaves out; nothing when it is whole.
void append_left_out(const std::vector<Partition>& partitions, std::string& out);
/// The last member of a page: `,"nextCursor":"7"}`, or null when it is the last page.
void end_page(std::optional<PolicyId> next_cursor, std::string& out);

}  // namespace firstcome::api
