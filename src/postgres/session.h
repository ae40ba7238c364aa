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
  /// How long a host may say nothing while a session with it is being made; then the next host is tried. A
  /// host that answers, slowly, is given five times as long for all of it.
  milliseconds connect_timeout{2'000};
  /// What the server itself gives up after. Zero: never.
  milliseconds statement_timeout{30'000};
  milliseconds lock_timeout{3'000};
  /// A session frozen inside a transaction is ended by the server, so that it holds nobody's row.
  milliseconds idle_in_transaction_timeout{5'000};
  /// How long a server may say nothing, beyond statement_timeout, before it counts as gone. The same for
  /// what it does not acknowledge (tcp_user_timeout).
  milliseconds silence_timeout{10'000};
  std::string search_path = "firstcome";  ///< empty: as the server has it
  /// More of the server's settings, name and value, for every session.
  std::vector<std::pair<const char*, const char*>> more{};
  /// Ends waits early. Null: nothing does.
  std::shared_ptr<const Interrupt> interrupt{};
  /// Told, on the calling thread, when another host than before is used.
  std::function<void(const std::string&)> report{};
};

/// What an interrupted call fails with.
inline constexpr const char* kStopping = "the node is stopping and waits for it no longer";

/// Waits until the socket is ready, `until` has come, or `interrupt` (may be null) is raised.
enum class Waited : std::uint8_t { Ready, Late, Interrupted };
Waited wait_for_socket(int socket, short events, Instant until, const Interrupt* interrupt);

/// A session with the first of the address's hosts that takes one, beginning with the one that did last time.
/// libpq's own way to several hosts blocks; this one waits in small steps that an interrupt ends. Looking a
/// host's name up is the resolver's and cannot be ended.
std::variant<ConnectionHandle, Failure> open_session(const Address& address, const SessionSettings& settings);

}  // namespace firstcome::postgres
