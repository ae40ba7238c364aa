#include "api/paging.h"

#include <algorithm>
#include <charconv>

#include "api/route.h"
#include "text/json_text.h"

namespace firstcome::api {
namespace {

constexpr std::size_t kPageUsual = 100;

}  // namespace

std::optional<PolicyId> cursor_of(std::string_view query) {
  const auto text = query_value(query, "cursor");
  if (!text) return PolicyId{};
  const auto id = parse_id(*text);
  return id ? std::optional(PolicyId{*id}) : std::nullopt;
}

std::optional<std::size_t> limit_of(std::string_view query, std::size_t most) {
  const auto text = query_value(query, "limit");
  if (!text) return std::min(kPageUsual, most);
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (end != text->data() + text->size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) return most;
  if (limit == 0) return std::nullopt;
  return std::min(limit, most);
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
