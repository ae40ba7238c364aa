#include "api/paging.h"

#include <algorithm>
#include <charconv>

#include "api/route.h"
#include "domain/policy.h"
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

std::optional<CouponCursor> coupon_cursor_of(std::string_view query) {
  const auto text = query_value(query, "cursor");
  if (!text) return CouponCursor{};
  const std::size_t dot = text->find('.');
  const auto id = parse_id(text->substr(0, dot));
  const auto ordinal =
      dot == std::string_view::npos ? std::optional<std::int64_t>(1) : parse_id(text->substr(dot + 1));
  if (!id || !ordinal || *ordinal > kOrdinalMost) return std::nullopt;
  return CouponCursor{PolicyId{*id}, static_cast<std::int32_t>(*ordinal)};
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
  end_page(next_cursor ? std::optional(CouponCursor{*next_cursor, 1}) : std::nullopt, out);
}

void end_page(std::optional<CouponCursor> next_cursor, std::string& out) {
  out += R"(,"nextCursor":)";
  if (next_cursor) {
    out += '"';
    text::append_number(next_cursor->policy.value, out);
    if (next_cursor->ordinal != 1) {
      out += '.';
      text::append_number(next_cursor->ordinal, out);
    }
    out += "\"}";
  } else {
    out += "null}";
  }
}

}  // namespace firstcome::api
