#pragma once

#include <librdkafka/rdkafka.h>

#include <vector>

#include "journal/journal.h"

namespace firstcome::journal::kafka {

/// The record in a message, whose memory the views are; without its headers.
RawRecord record_of(const rd_kafka_message_t& message);
/// Appends the record's headers; the names and values are the message's memory.
void add_headers(const rd_kafka_message_t& message, std::vector<Header>& all);

}  // namespace firstcome::journal::kafka
