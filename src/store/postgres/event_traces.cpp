#include "store/postgres/event_traces.h"

#include <utility>

#include "store/postgres/array_columns.h"
#include "store/postgres/postgres_rows.h"

namespace firstcome::store::pg {

using postgres::ArrayData;
using postgres::Columns;
using postgres::Params;
using postgres::Row;

std::vector<postgres::Prepared> event_trace_statements() {
  return {
      {"traces", "SELECT " FIRSTCOME_PG_EVENT_TRACE R"(
         FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::integer[], $5::bigint[])
                AS wanted(policy, first_era, first_offset, last_era, last_offset)
              JOIN event_trace ON policy_id = wanted.policy
                AND (era, journal_offset) >= (first_era, first_offset)
                AND (era, journal_offset) <= (last_era, last_offset)
         ORDER BY policy_id, era, journal_offset)"},
      // The record at the mark may have more events (an import), so its trace stays.
      {"remove_traces", R"(
         DELETE FROM event_trace
         USING unnest($1::bigint[], $2::integer[], $3::bigint[]) AS published(policy, last_era, last_offset)
         WHERE policy_id = published.policy AND (era, journal_offset) < (last_era, last_offset))"},
  };
}

Status add_event_traces(postgres::DatabaseConnection& connection, std::span<const EventRange> ranges,
                        std::span<SavedEvent> events) {
  struct Places {
    PolicyId policy;
    EraOffset first;
    EraOffset last;
  };
  std::vector<Places> traced;
  std::size_t next = 0;
  for (const EventRange& range : ranges) {
    for (bool is_first = true; next < events.size() && events[next].policy == range.policy; ++next) {
      const auto place = events[next].place();
      if (!range.traced || !place) continue;
      if (std::exchange(is_first, false)) traced.push_back({range.policy, *place, *place});
      traced.back().last = *place;
    }
  }
  if (traced.empty()) return Done{};
  const std::span<const Places> all(traced);
  const ArrayData of = int8s(all, [](const Places& places) { return places.policy.value; });
  const ArrayData first_era = int4s(all, [](const Places& places) { return places.first.era; });
  const ArrayData first_offset = int8s(all, [](const Places& places) { return places.first.offset; });
  const ArrayData last_era = int4s(all, [](const Places& places) { return places.last.era; });
  const ArrayData last_offset = int8s(all, [](const Places& places) { return places.last.offset; });
  Params params;
  params.array(of).array(first_era).array(first_offset).array(last_era).array(last_offset);
  ASSIGN_OR_RETURN(auto rows, connection.run("traces", params));
  std::size_t event = 0;
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    Columns columns(row);
    const PolicyId policy{columns.int8()};
    const Era era = columns.int4();
    const EraOffset place{era, columns.int8()};
    const std::string parent(columns.text());
    const auto trace = TraceContext::parse_shared(parent, columns.text());
    if (!columns.good()) return damaged_row(connection, "event_trace", row, 3);
    const auto is_before = [&](const SavedEvent& one) {
      return one.policy < policy || (one.policy == policy && one.place() && *one.place() < place);
    };
    while (event < events.size() && is_before(events[event])) ++event;
    // The last chunk of an import and its coupons have one place.
    for (; event < events.size() && events[event].policy == policy && events[event].place() == place;
         ++event) {
      events[event].trace = trace;
    }
  }
  return Done{};
}

Status remove_event_traces(postgres::DatabaseConnection& connection, std::span<const PublishedRange> ranges) {
  std::vector<PublishedRange> traced;
  for (const PublishedRange& range : ranges) {
    if (range.traced) traced.push_back(range);
  }
  if (traced.empty()) return Done{};
  const std::span<const PublishedRange> all(traced);
  const ArrayData of = int8s(all, [](const PublishedRange& range) { return range.policy.value; });
  const ArrayData era = int4s(all, [](const PublishedRange& range) { return range.up_to.place.era; });
  const ArrayData offset = int8s(all, [](const PublishedRange& range) { return range.up_to.place.offset; });
  Params params;
  params.array(of).array(era).array(offset);
  RETURN_IF_ERROR(connection.run("remove_traces", params));
  return Done{};
}

}  // namespace firstcome::store::pg
