#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/time.h"
#include "postgres/address.h"
#include "postgres/failure.h"
#include "postgres/interrupt.h"
#include "postgres/libpq_handles.h"

namespace firstcome::postgres {

struct SessionSettings {
  /// Maximum silence of a host while a session is opened; then the next host is tried. A host that responds
  /// slowly gets five times this time in total.
  milliseconds connect_timeout{2'000};
  /// Timeout in the server. Zero: none.
  milliseconds statement_timeout{30'000};
  milliseconds lock_timeout{3'000};
  /// The server ends a session that is idle in a transaction for this time, so that it releases its row
  /// locks.
  milliseconds idle_in_transaction_timeout{5'000};
  /// Maximum silence of a server beyond statement_timeout; then the connection is lost. Also the limit for
  /// unacknowledged data (tcp_user_timeout).
  milliseconds silence_timeout{10'000};
  std::string search_path = "firstcome";  ///< empty: the server's default
  /// Additional settings of the server for every session, as name and value.
  std::vector<std::pair<const char*, const char*>> more{};
  /// Ends waits early. May be null.
  std::shared_ptr<const Interrupt> interrupt{};
  /// Called on the calling thread if another host than before is used.
  std::function<void(const std::string&)> report{};
};

/// The message of an interrupted call.
inline constexpr const char* kStopping = "the node is stopping and does not wait any longer";

/// Waits until the socket is ready, until `until`, or until `interrupt` (may be null) is raised.
enum class Waited : std::uint8_t { Ready, Late, Interrupted };
Waited wait_for_socket(int socket, short events, Instant until, const Interrupt* interrupt);

/// Opens a session with the first host of the address that accepts one, starting with the host of the last
/// session. libpq blocks if it tries several hosts itself; this function can be interrupted, except during
/// the lookup of a host name.
std::variant<ConnectionHandle, Failure> open_session(const Address& address, const SessionSettings& settings);

}  // namespace firstcome::postgres
