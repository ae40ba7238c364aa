#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firstcome::journal::kafka {

/// A failed or closed connection to a broker.
struct ConnectionFailure {
  std::string broker;  ///< "host:9092"
  std::string cause;   ///< a phrase without a full stop
};

/// Parses a line of librdkafka's log (version 2.0.2; the text is not a stable interface). None if the line is
/// not about a connection to a broker.
std::optional<ConnectionFailure> read_connection_failure(std::string_view facility, std::string_view text);

/// True if lines of this facility are about connections or about temporary states; they go only to the debug
/// log.
bool is_connection_noise(std::string_view facility);

}  // namespace firstcome::journal::kafka
