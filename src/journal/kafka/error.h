#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

#include "domain/result.h"

namespace firstcome::journal::kafka {

/// What librdkafka or a broker said, as an error that knows if a retry can help, with a hint what to do where
/// one is known. `what` is what was being done, e.g. "asking for the topic's partitions".
Error error_of(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail = {});

}  // namespace firstcome::journal::kafka
