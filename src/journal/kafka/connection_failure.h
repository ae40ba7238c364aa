#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firstcome::journal::kafka {

/// A connection to a broker that broke or did not come about.
struct ConnectionFailure {
  std::string broker;  ///< "host:9092"
  std::string cause;   ///< in words, without a full stop
};

/// Reads a line of librdkafka's log (of 2.0.2; its words are no interface). Nothing when it is about no
/// broker or about something else.
std::optional<ConnectionFailure> read_connection_failure(std::string_view facility, std::string_view text);

/// Lines of this facility are about connections, or say of a moment what ends by itself: they are for the
/// debug log alone.
bool is_connection_noise(std::string_view facility);

}  // namespace firstcome::journal::kafka
