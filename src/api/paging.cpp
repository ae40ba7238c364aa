#include "api/paging.h"

#include "api/route.h"
#include "text/json_text.h"

namespace firstcome::api {

std::optional<PolicyId> cursor_of(std::string_view query) {
  const auto text = query_value(query, "cursor");
  if (!text) return PolicyId{};
  const auto id = parse_id(*text);
  return id ? std::optional(PolicyId{*id}) : std::nullopt;
}

void append_left_out(const std::vector<Partition>& partitions, std::string& out) {
  if (partitions.empty()) return;
  out += R"(,"unavailablePartitions":[)";
  for (const Partition partition : partitions) {
    if (out.back() != '[') out += ',';
    text::append_number(partition, out);
  }
  out += ']';
}

void end_page(std::optional<PolicyId> next_cursor, std::string& out) {
  out += R"(,"nextCursor":)";
  if (next_cursor) {
    out += '"';
    text::append_number(next_cursor->value, out);
    out += "\"}";
  } else {
    out += "null}";
  }
}

}  // namespace firstcome::api
