#pragma once

#include <librdkafka/rdkafka.h>

#include <vector>

#include "journal/journal.h"

namespace firstcome::journal::kafka {

/// The record of a message, without headers. The message owns the memory of the views.
RawRecord record_of(const rd_kafka_message_t& message);
/// Appends the headers of a message to `all`. The message owns the memory of the views.
void add_headers(const rd_kafka_message_t& message, std::vector<Header>& all);

}  // namespace firstcome::journal::kafka
