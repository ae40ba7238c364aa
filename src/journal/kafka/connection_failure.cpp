#include "journal/kafka/connection_failure.h"

#include <algorithm>
#include <array>

#include "text/host_port.h"

namespace firstcome::journal::kafka {
namespace {

using std::string_view;

void cut_front(string_view& text, string_view end) {
  const auto found = text.find(end);
  if (found != string_view::npos) text.remove_prefix(found + end.size());
}

bool contains(string_view text, string_view part) { return text.find(part) != string_view::npos; }

/// The address in librdkafka's name of a broker: "ssl://host:9092/3", "host:9092/bootstrap", "host:9092".
string_view address_of(string_view name) {
  cut_front(name, "://");
  return name.substr(0, name.find('/'));
}

bool is_address(string_view text) {
  const auto parts = text::parse_host_port(text, text::BareIpv6::Accepted);
  return parts && parts->port;
}

/// librdkafka adds a probable reason, which is misleading if a broker has failed or hangs.
std::string describe(string_view cause) {
  if (contains(cause, "ApiVersionRequest failed") || contains(cause, "timed out: disconnect")) {
    return "it accepts connections, but does not respond";
  }
  if (contains(cause, "Connection setup timed out")) return "connection timed out";
  if (contains(cause, "Connection refused")) return "connection refused";
  if (cause.starts_with("Disconnected") || contains(cause, "Connection reset by peer") ||
      contains(cause, "Broken pipe")) {
    return "it closed the connection (if it never answered before: check security.protocol)";
  }
  return std::string(cause);
}

}  // namespace

std::optional<ConnectionFailure> read_connection_failure(string_view facility, string_view text) {
  if (facility != "FAIL") return std::nullopt;
  if (text.starts_with("[thrd:")) cut_front(text, "]: ");
  if (text.starts_with("GroupCoordinator: ")) cut_front(text, ": ");
  const auto name_end = text.find(": ");
  if (name_end == string_view::npos) return std::nullopt;
  const string_view address = address_of(text.substr(0, name_end));
  if (!is_address(address)) return std::nullopt;
  string_view cause = text.substr(name_end + 2);
  cause = cause.substr(0, cause.find(" (after "));
  return ConnectionFailure{std::string(address), describe(cause)};
}

bool is_connection_noise(string_view facility) {
  constexpr std::array kNoise = {string_view("FAIL"),      string_view("REQTMOUT"), string_view("ERROR"),
                                 string_view("SESSTMOUT"), string_view("GETPID"),   string_view("COORD"),
                                 string_view("FATAL")};
  return std::ranges::find(kNoise, facility) != kNoise.end();
}

}  // namespace firstcome::journal::kafka
