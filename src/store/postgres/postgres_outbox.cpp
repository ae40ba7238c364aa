#include "store/postgres/postgres_outbox.h"

#include <fmt/core.h>

#include "store/postgres/postgres_rows.h"

namespace firstcome::store {
namespace {

using postgres::ArrayData;
using postgres::Columns;
using postgres::Params;
using postgres::Row;

std::vector<postgres::Prepared> outbox_statements() {
  return {
      {"unpublished", R"(
         SELECT id, coalesce(published_sequence, 0), issued_count
         FROM coupon_policy LEFT JOIN event_position ON policy_id = id
         WHERE issued_count > coalesce(published_sequence, 0)
         ORDER BY id)"},
      // LATERAL with a LIMIT is one scan of the primary key for each policy, independent of the statistics.
      {"coupons", "SELECT " FIRSTCOME_PG_COUPON R"(
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted(policy, after, up_to),
              LATERAL (SELECT * FROM coupon
                       WHERE policy_id = wanted.policy AND sequence > wanted.after AND sequence <= wanted.up_to
                       ORDER BY sequence LIMIT wanted.up_to - wanted.after) AS found
         ORDER BY policy_id, sequence)"},
      // Does not change a position that an operator has set back meanwhile to publish events again.
      {"published", R"(
         INSERT INTO event_position AS known(policy_id, published_sequence)
         SELECT policy, up_to
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS published(policy, after, up_to)
         WHERE after <= coalesce((SELECT published_sequence FROM event_position WHERE policy_id = policy), 0)
         ON CONFLICT (policy_id) DO UPDATE
         SET published_sequence = greatest(known.published_sequence, excluded.published_sequence))"},
  };
}

template <class Value>
ArrayData column(std::span<const CouponRange> ranges, Value value) {
  ArrayData array(postgres::kInt8, ranges.size());
  for (const CouponRange& range : ranges) array.int8(value(range));
  return array;
}

ArrayData policies(std::span<const CouponRange> ranges) {
  return column(ranges, [](const CouponRange& range) { return range.policy.value; });
}
ArrayData begins(std::span<const CouponRange> ranges) {
  return column(ranges, [](const CouponRange& range) { return range.after; });
}
ArrayData ends(std::span<const CouponRange> ranges) {
  return column(ranges, [](const CouponRange& range) { return range.up_to; });
}

}  // namespace

PostgresOutbox::PostgresOutbox(postgres::Address address, postgres::SessionSettings session)
    : connection_(std::move(address), std::move(session), outbox_statements()) {}

Result<std::vector<CouponRange>> PostgresOutbox::unpublished() {
  RETURN_IF_ERROR(connection_.ensure());
  ASSIGN_OR_RETURN(auto rows, connection_.run("unpublished", {}));
  std::vector<CouponRange> ranges;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    Columns columns(row);
    CouponRange range{PolicyId{columns.int8()}, 0, 0};
    range.after = columns.int8();
    range.up_to = columns.int8();
    if (!columns.good()) return pg::damaged_row(connection_, "event_position", row, 1);
    ranges.push_back(range);
  }
  return ranges;
}

Result<std::vector<CouponRow>> PostgresOutbox::coupons(std::span<const CouponRange> ranges) {
  RETURN_IF_ERROR(connection_.ensure());
  const ArrayData of = policies(ranges);
  const ArrayData after = begins(ranges);
  const ArrayData up_to = ends(ranges);
  Params params;
  params.array(of).array(after).array(up_to);
  ASSIGN_OR_RETURN(auto rows, connection_.run("coupons", params));
  std::vector<CouponRow> coupons;
  coupons.reserve(static_cast<std::size_t>(rows.size()));
  int next = 0;
  for (const CouponRange& range : ranges) {
    for (std::int64_t sequence = range.after + 1; sequence <= range.up_to; ++sequence) {
      if (next == rows.size()) return missing(range.policy, sequence);
      const Row row = rows[next++];
      const auto coupon = pg::read_coupon(row);
      if (!coupon) return pg::damaged_row(connection_, "coupon", row, 2);
      if (coupon->coupon.policy != range.policy || coupon->coupon.sequence != sequence)
        return missing(range.policy, sequence);
      coupons.push_back(*coupon);
    }
  }
  return coupons;
}

Status PostgresOutbox::published(std::span<const CouponRange> ranges) {
  RETURN_IF_ERROR(connection_.ensure());
  const ArrayData of = policies(ranges);
  const ArrayData after = begins(ranges);
  const ArrayData up_to = ends(ranges);
  Params params;
  params.array(of).array(after).array(up_to);
  RETURN_IF_ERROR(connection_.run("published", params));
  return Done{};
}

Error PostgresOutbox::missing(PolicyId policy, std::int64_t sequence) const {
  return Error::permanent(
      "{}: coupon {} of policy {} is missing, although later ones exist: it was deleted. No event is "
      "published until the database is restored from a backup.",
      connection_.name(), sequence, policy);
}

}  // namespace firstcome::store
