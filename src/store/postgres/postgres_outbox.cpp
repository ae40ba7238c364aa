#include "store/postgres/postgres_outbox.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "store/postgres/array_columns.h"
#include "store/postgres/event_traces.h"
#include "store/postgres/postgres_rows.h"
#include "store/stored_enum.h"

namespace firstcome::store {
namespace {

using postgres::ArrayData;
using postgres::Columns;
using postgres::Params;
using postgres::Row;

std::vector<postgres::Prepared> outbox_statements() {
  std::vector<postgres::Prepared> statements = {
      // The stock of a policy that is being imported is not reported: its coupons have the times of the old system.
      {"unpublished", R"(
         SELECT id, mark.era, mark.journal_offset, mark.at, mark.sequence, mark.revision, mark.sold_out,
                issued_count - mark.sequence, changed.number, coupon_policy.revision - mark.revision,
                codes, code_prefix, max_count, active_count, stock.is_due,
                EXISTS (SELECT FROM event_trace t WHERE t.policy_id = id)
         FROM coupon_policy LEFT JOIN event_position known ON known.policy_id = id
         CROSS JOIN LATERAL (
           SELECT coalesce(known.era, 0), coalesce(known.journal_offset, -1),
                  coalesce(known.at, '1970-01-01 00:00:00+00'), coalesce(known.published_sequence, 0),
                  coalesce(known.published_revision, 0), coalesce(known.sold_out, false)
         ) AS mark(era, journal_offset, at, sequence, revision, sold_out)
         CROSS JOIN LATERAL (
           SELECT count(*) FROM (
             SELECT FROM coupon_change c
             WHERE c.policy_id = id AND (c.era, c.journal_offset) > (mark.era, mark.journal_offset)
               AND command IN (2, 4, 5)
             ORDER BY c.era, c.journal_offset LIMIT $1) AS next
         ) AS changed(number)
         CROSS JOIN LATERAL (
           SELECT (active_count >= max_count) <> mark.sold_out AND state <> 4
             AND coalesce(known.stock_reported_at NOT BETWEEN now() - interval '1 second' AND now(), true)
         ) AS stock(is_due)
         WHERE issued_count > mark.sequence OR coupon_policy.revision > mark.revision OR changed.number > 0
            OR stock.is_due
         ORDER BY id)"},
      // LATERAL with a LIMIT is one scan of the primary key for each policy, independent of the statistics.
      {"coupons", "SELECT " FIRSTCOME_PG_COUPON R"(
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted(policy, after, number),
              LATERAL (SELECT * FROM coupon
                       WHERE policy_id = wanted.policy AND sequence > wanted.after
                         AND sequence <= wanted.after + wanted.number
                       ORDER BY sequence LIMIT wanted.number) AS found
         ORDER BY policy_id, sequence)"},
      {"coupon_changes", "SELECT " FIRSTCOME_PG_COUPON_CHANGE R"(,
           owned.user_id, owned.user_ordinal, owned.issued_offset, owned.issued_era, owned.issued_partition
         FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[])
                AS wanted(policy, after_era, after_offset, number),
              LATERAL (SELECT * FROM coupon_change
                       WHERE policy_id = wanted.policy
                         AND (era, journal_offset) > (wanted.after_era, wanted.after_offset)
                         AND command IN (2, 4, 5)
                       ORDER BY era, journal_offset LIMIT wanted.number) AS found
              LEFT JOIN LATERAL (
                SELECT user_id, user_ordinal, journal_offset AS issued_offset, era AS issued_era,
                       journal_partition AS issued_partition
                FROM coupon
                WHERE policy_id = found.policy_id AND sequence = found.sequence LIMIT 1) AS owned ON true
         ORDER BY policy_id, era, journal_offset)"},
      {"policy_changes", "SELECT " FIRSTCOME_PG_CHANGE R"(
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS wanted(policy, after, number),
              LATERAL (SELECT * FROM policy_change
                       WHERE policy_id = wanted.policy AND revision > wanted.after
                         AND revision <= wanted.after + wanted.number
                       ORDER BY revision LIMIT wanted.number) AS found
         ORDER BY policy_id, revision)"},
      {"codes", R"(
         SELECT wanted.number, found.code
         FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS wanted(policy, sequence, number)
              JOIN coupon_code found ON found.policy_id = wanted.policy AND found.sequence = wanted.sequence
         ORDER BY wanted.number)"},
      // Does not change a mark that an operator has set back meanwhile to publish events again.
      {"published", R"(
         INSERT INTO event_position AS known
           (policy_id, published_sequence, published_revision, era, journal_offset, at, sold_out, stock_reported_at)
         SELECT policy, next.sequence, next.revision, next.era, next.journal_offset, next.at, next.sold_out,
                CASE WHEN next.sold_out <> after_sold_out THEN now() END
         FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::boolean[],
                     $7::bigint[], $8::bigint[], $9::integer[], $10::bigint[], $11::boolean[], $12::timestamptz[])
                AS next(policy, after_sequence, after_revision, after_era, after_offset, after_sold_out,
                        sequence, revision, era, journal_offset, sold_out, at)
              LEFT JOIN event_position now_known ON now_known.policy_id = policy
         WHERE after_sequence <= coalesce(published_sequence, 0)
           AND after_revision <= coalesce(published_revision, 0)
           AND (after_era, after_offset) <= (coalesce(now_known.era, 0), coalesce(now_known.journal_offset, -1))
         ON CONFLICT (policy_id) DO UPDATE
         SET published_sequence = greatest(known.published_sequence, excluded.published_sequence),
             published_revision = greatest(known.published_revision, excluded.published_revision),
             (era, journal_offset, sold_out) = (
               SELECT is_later.era, is_later.journal_offset, is_later.sold_out
               FROM (VALUES (known.era, known.journal_offset, 1, known.sold_out),
                            (excluded.era, excluded.journal_offset, 2, excluded.sold_out))
                      AS is_later(era, journal_offset, number, sold_out)
               ORDER BY is_later.era DESC, is_later.journal_offset DESC, number DESC LIMIT 1),
             at = greatest(known.at, excluded.at),
             stock_reported_at = greatest(known.stock_reported_at, excluded.stock_reported_at))"},
  };
  std::ranges::move(pg::event_trace_statements(), std::back_inserter(statements));
  return statements;
}

std::int64_t policy_of(const EventRange& range) { return range.policy.value; }

/// Of each range only the rows of one kind, at most `most`; not the ranges without any.
std::vector<EventRange> only(std::int64_t EventRange::*kind, std::span<const EventRange> ranges) {
  std::vector<EventRange> wanted;
  for (const EventRange& range : ranges) {
    if (range.*kind == 0) continue;
    wanted.push_back(range);
    wanted.back().*kind = std::min(range.*kind, range.most);
  }
  return wanted;
}

/// The places of the rows, and the marks that they reach.
EraOffset reach(EventMark& mark, const CouponRow& row) {
  mark.sequence = row.coupon.sequence;
  mark.reach({row.era, row.coupon.offset}, row.coupon.issued_at);
  return {row.era, row.coupon.offset};
}
EraOffset reach(EventMark& mark, const CouponChangeRow& row) {
  const EraOffset place{row.stored.era, row.stored.change.offset};
  mark.reach(place, row.stored.change.at);
  return place;
}
EraOffset reach(EventMark& mark, const StoredChange& row) {
  mark.revision = row.change.revision;
  mark.reach({row.era, row.change.offset}, row.change.at);
  return {row.era, row.change.offset};
}

PolicyId policy_of(const CouponRow& row) { return row.coupon.policy; }
PolicyId policy_of(const CouponChangeRow& row) { return row.stored.change.policy; }
PolicyId policy_of(const StoredChange& row) { return row.change.policy; }

/// The rows of one kind, taken one after the other.
template <class Kind>
struct Source {
  std::vector<Kind> rows;
  std::size_t next = 0;

  /// The place of the next row, if it is of this policy.
  [[nodiscard]] std::optional<EraOffset> place(PolicyId policy) const {
    if (next == rows.size() || policy_of(rows[next]) != policy) return std::nullopt;
    EventMark ignored;
    return reach(ignored, rows[next]);
  }
  void skip(PolicyId policy) {
    while (next < rows.size() && policy_of(rows[next]) == policy) ++next;
  }
  void move_to(std::vector<SavedEvent>& events, PolicyId policy, EventMark& mark) {
    reach(mark, rows[next]);
    events.push_back({policy, mark, std::move(rows[next++])});
  }
};

}  // namespace

PostgresOutbox::PostgresOutbox(postgres::Address address, postgres::SessionSettings session)
    : connection_(std::move(address), std::move(session), outbox_statements()) {}

Result<std::vector<EventRange>> PostgresOutbox::unpublished() {
  RETURN_IF_ERROR(connection_.ensure());
  Params params;
  params.int8(kCountedChanges);
  ASSIGN_OR_RETURN(auto rows, connection_.run("unpublished", params));
  std::vector<EventRange> ranges;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    Columns columns(row);
    EventRange range;
    range.policy = PolicyId{columns.int8()};
    range.after.place.era = columns.int4();
    range.after.place.offset = columns.int8();
    range.after.at = columns.time();
    range.after.sequence = columns.int8();
    range.after.revision = columns.int8();
    range.after.sold_out = columns.boolean();
    range.coupons = std::max<std::int64_t>(0, columns.int8());
    range.coupon_changes = columns.int8();
    range.policy_changes = std::max<std::int64_t>(0, columns.int8());
    const auto codes = code_kind_from(columns.int2());
    range.codes = codes.value_or(CodeKind::None);
    range.code_prefix = columns.text();
    Stock stock;
    stock.max_count = columns.int8();
    stock.active_count = columns.int8();
    if (columns.boolean()) range.stock = stock;
    range.traced = columns.boolean();
    if (!columns.good() || !codes) return pg::damaged_row(connection_, "event_position", row, 1);
    range.most = range.count();
    ranges.push_back(range);
  }
  return ranges;
}

/// The rows of one look never change, and later rows have later places. So the kinds can be read one after the other.
Result<std::vector<SavedEvent>> PostgresOutbox::events(std::span<const EventRange> ranges) {
  RETURN_IF_ERROR(connection_.ensure());
  Source<CouponRow> of_coupons;
  Source<CouponChangeRow> of_coupon_changes;
  Source<StoredChange> of_policy_changes;
  ASSIGN_OR_RETURN(of_coupons.rows, coupons(only(&EventRange::coupons, ranges)));
  ASSIGN_OR_RETURN(of_coupon_changes.rows, coupon_changes(only(&EventRange::coupon_changes, ranges)));
  ASSIGN_OR_RETURN(of_policy_changes.rows, policy_changes(only(&EventRange::policy_changes, ranges)));
  std::vector<SavedEvent> events;
  for (const EventRange& range : ranges) {
    EventMark mark = range.after;
    const std::size_t begin = events.size();
    const std::size_t end = begin + static_cast<std::size_t>(range.most);
    while (events.size() < end) {
      const auto coupon = of_coupons.place(range.policy);
      const auto coupon_change = of_coupon_changes.place(range.policy);
      const auto policy_change = of_policy_changes.place(range.policy);
      const auto is_first = [&](const auto& place) {
        return place && (!coupon || *place <= *coupon) && (!coupon_change || *place <= *coupon_change) &&
               (!policy_change || *place <= *policy_change);
      };
      // The last chunk of an import has the place of its coupons.
      if (is_first(coupon)) {
        of_coupons.move_to(events, range.policy, mark);
      } else if (is_first(coupon_change)) {
        of_coupon_changes.move_to(events, range.policy, mark);
      } else if (is_first(policy_change)) {
        of_policy_changes.move_to(events, range.policy, mark);
      } else {
        break;
      }
    }
    if (range.stock && range.most == range.count() && events.size() < end) {
      mark.sold_out = range.stock->is_sold_out();
      events.push_back({range.policy, mark, StockChange{*range.stock}});
    }
    for (std::size_t i = begin; i < events.size(); ++i) {
      events[i].codes = range.codes;
      events[i].code_prefix = range.code_prefix;
    }
    of_coupons.skip(range.policy);
    of_coupon_changes.skip(range.policy);
    of_policy_changes.skip(range.policy);
  }
  RETURN_IF_ERROR(add_imported_codes(events));
  RETURN_IF_ERROR(pg::add_event_traces(connection_, ranges, events));
  return events;
}

/// A code is saved before the coupon that has it.
Status PostgresOutbox::add_imported_codes(std::span<SavedEvent> events) {
  std::vector<SavedEvent*> coded;
  for (SavedEvent& event : events) {
    if (event.codes == CodeKind::Imported && event.coupon() != nullptr) coded.push_back(&event);
  }
  if (coded.empty()) return Done{};
  const std::span<SavedEvent* const> all(coded);
  const ArrayData of = pg::int8s(all, [](const SavedEvent* event) { return event->policy.value; });
  const ArrayData sequence =
      pg::int8s(all, [](const SavedEvent* event) { return event->coupon()->sequence; });
  Params params;
  params.array(of).array(sequence);
  ASSIGN_OR_RETURN(auto rows, connection_.run("codes", params));
  for (std::size_t i = 0; i < coded.size(); ++i) {
    if (static_cast<int>(i) == rows.size())
      return missing("the code of coupon", coded[i]->policy, coded[i]->coupon()->sequence);
    const Row row = rows[static_cast<int>(i)];
    Columns columns(row);
    if (columns.int8() != static_cast<std::int64_t>(i) + 1)
      return missing("the code of coupon", coded[i]->policy, coded[i]->coupon()->sequence);
    coded[i]->imported_code = columns.text();
  }
  return Done{};
}

Result<std::vector<CouponRow>> PostgresOutbox::coupons(std::span<const EventRange> ranges) {
  std::vector<CouponRow> coupons;
  if (ranges.empty()) return coupons;
  const ArrayData of = pg::int8s(ranges, [](const EventRange& range) { return policy_of(range); });
  const ArrayData after = pg::int8s(ranges, [](const EventRange& range) { return range.after.sequence; });
  const ArrayData number = pg::int8s(ranges, [](const EventRange& range) { return range.coupons; });
  Params params;
  params.array(of).array(after).array(number);
  ASSIGN_OR_RETURN(auto rows, connection_.run("coupons", params));
  coupons.reserve(static_cast<std::size_t>(rows.size()));
  int next = 0;
  for (const EventRange& range : ranges) {
    for (std::int64_t i = 1; i <= range.coupons; ++i) {
      const std::int64_t sequence = range.after.sequence + i;
      if (next == rows.size()) return missing("coupon", range.policy, sequence);
      const Row row = rows[next++];
      const auto coupon = pg::read_coupon(row);
      if (!coupon) return pg::damaged_row(connection_, "coupon", row, 2);
      if (coupon->coupon.policy != range.policy || coupon->coupon.sequence != sequence)
        return missing("coupon", range.policy, sequence);
      coupons.push_back(*coupon);
    }
  }
  return coupons;
}

Result<std::vector<CouponChangeRow>> PostgresOutbox::coupon_changes(std::span<const EventRange> ranges) {
  enum : int { kUser = 11, kOrdinal, kOffset, kEra, kPartition };
  std::vector<CouponChangeRow> changes;
  if (ranges.empty()) return changes;
  const ArrayData of = pg::int8s(ranges, [](const EventRange& range) { return policy_of(range); });
  const ArrayData era = pg::int4s(ranges, [](const EventRange& range) { return range.after.place.era; });
  const ArrayData offset =
      pg::int8s(ranges, [](const EventRange& range) { return range.after.place.offset; });
  const ArrayData number = pg::int8s(ranges, [](const EventRange& range) { return range.coupon_changes; });
  Params params;
  params.array(of).array(era).array(offset).array(number);
  ASSIGN_OR_RETURN(auto rows, connection_.run("coupon_changes", params));
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    auto change = pg::read_coupon_change(row);
    if (!change) return pg::damaged_row(connection_, "coupon_change", row, 4);
    const auto user = row.field(kUser);
    if (!user) return missing("coupon", change->change.policy, change->change.sequence);
    const auto value_of = [&]<class Number>(int column, Number) {
      return postgres::take<Number>(row.field(column)->data());
    };
    const CouponRow coupon{.coupon = {.policy = change->change.policy,
                                      .sequence = change->change.sequence,
                                      .user = UserId{value_of(kUser, std::int64_t{})},
                                      .user_ordinal = value_of(kOrdinal, std::int32_t{}),
                                      .offset = value_of(kOffset, Offset{})},
                           .partition = value_of(kPartition, Partition{}),
                           .era = value_of(kEra, Era{})};
    changes.push_back({std::move(*change), coupon});
  }
  return changes;
}

Result<std::vector<StoredChange>> PostgresOutbox::policy_changes(std::span<const EventRange> ranges) {
  std::vector<StoredChange> changes;
  if (ranges.empty()) return changes;
  const ArrayData of = pg::int8s(ranges, [](const EventRange& range) { return policy_of(range); });
  const ArrayData after = pg::int8s(ranges, [](const EventRange& range) { return range.after.revision; });
  const ArrayData number = pg::int8s(ranges, [](const EventRange& range) { return range.policy_changes; });
  Params params;
  params.array(of).array(after).array(number);
  ASSIGN_OR_RETURN(auto rows, connection_.run("policy_changes", params));
  int next = 0;
  for (const EventRange& range : ranges) {
    for (std::int64_t i = 1; i <= range.policy_changes; ++i) {
      const std::int64_t revision = range.after.revision + i;
      if (next == rows.size()) return missing("revision", range.policy, revision);
      const Row row = rows[next++];
      auto change = pg::read_change(row);
      if (!change) return pg::damaged_row(connection_, "policy_change", row, 2);
      if (change->change.policy != range.policy || change->change.revision != revision)
        return missing("revision", range.policy, revision);
      changes.push_back(std::move(*change));
    }
  }
  return changes;
}

Status PostgresOutbox::published(std::span<const PublishedRange> ranges) {
  using Range = PublishedRange;
  RETURN_IF_ERROR(connection_.ensure());
  const std::array<ArrayData, 12> columns = {
      pg::int8s(ranges, [](const Range& range) { return range.policy.value; }),
      pg::int8s(ranges, [](const Range& range) { return range.after.sequence; }),
      pg::int8s(ranges, [](const Range& range) { return range.after.revision; }),
      pg::int4s(ranges, [](const Range& range) { return range.after.place.era; }),
      pg::int8s(ranges, [](const Range& range) { return range.after.place.offset; }),
      pg::booleans(ranges, [](const Range& range) { return range.after.sold_out; }),
      pg::int8s(ranges, [](const Range& range) { return range.up_to.sequence; }),
      pg::int8s(ranges, [](const Range& range) { return range.up_to.revision; }),
      pg::int4s(ranges, [](const Range& range) { return range.up_to.place.era; }),
      pg::int8s(ranges, [](const Range& range) { return range.up_to.place.offset; }),
      pg::booleans(ranges, [](const Range& range) { return range.up_to.sold_out; }),
      pg::column(ranges, postgres::kTimestamptz,
                 [](ArrayData& array, const Range& range) { array.time(range.up_to.at); }),
  };
  Params params;
  for (const ArrayData& one : columns) params.array(one);
  RETURN_IF_ERROR(connection_.run("published", params));
  return pg::remove_event_traces(connection_, ranges);
}

Error PostgresOutbox::missing(std::string_view what, PolicyId policy, std::int64_t number) const {
  return Error::permanent(
      "{}: {} {} of policy {} is missing, although later ones exist: it was deleted. No event is "
      "published until the database is restored from a backup.",
      connection_.name(), what, number, policy);
}

}  // namespace firstcome::store
