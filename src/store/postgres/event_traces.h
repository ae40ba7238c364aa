#pragma once

#include <span>
#include <vector>

#include "postgres/database_connection.h"
#include "store/event_outbox.h"

/// The table event_trace: the traces of records whose events are not published yet. Few records have one.
namespace firstcome::store::pg {

/// For a connection that the functions below get.
std::vector<postgres::Prepared> event_trace_statements();

/// Sets `trace` of the events whose records have one. `events` are those of the ranges, by policy and place.
Status add_event_traces(postgres::DatabaseConnection& connection, std::span<const EventRange> ranges,
                        std::span<SavedEvent> events);

Status remove_event_traces(postgres::DatabaseConnection& connection, std::span<const PublishedRange> ranges);

}  // namespace firstcome::store::pg
