#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

#include "domain/result.h"

namespace firstcome::journal::kafka {

/// The error of librdkafka or a broker, with its kind and, if possible, what to do. `what`: the operation
/// that failed, for instance "reading the partitions of the topic".
Error error_of(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail = {});

/// True if a later attempt to produce the record can succeed: the queue is full, or the client is being replaced.
bool can_be_tried_again(rd_kafka_resp_err_t code);

}  // namespace firstcome::journal::kafka
