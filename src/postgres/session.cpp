#include "postgres/session.h"

#include <fmt/core.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "domain/check.h"

namespace firstcome::postgres {
namespace {

/// Factor of connect_timeout for a host that responds: over a slow network, TLS and a password take a dozen
/// round trips.
constexpr int kWholeSession = 5;

/// One address of one host.
struct Target {
  std::string host;
  std::string address;
  std::string port;

  [[nodiscard]] std::string key() const { return fmt::format("{} {} {}", host, address, port); }
  /// For messages.
  [[nodiscard]] std::string name() const {
    const std::string& shown = host.empty() ? address : host;
    std::string text = shown.empty() ? "the local socket" : shown;
    if (!host.empty() && !address.empty() && host != address) text += fmt::format(" ({})", address);
    return port.empty() ? text : fmt::format("{}:{}", text, port);
  }
};

/// True if the host must be resolved: it is neither the folder of a socket nor an IP address.
bool is_name(const Address::Host& host) {
  if (!host.address.empty() || host.host.empty() || host.host[0] == '/' || host.host[0] == '@') return false;
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  return inet_pton(AF_INET, host.host.c_str(), parsed.data()) != 1 &&
         inet_pton(AF_INET6, host.host.c_str(), parsed.data()) != 1;
}

/// Adds the addresses of a host name to `targets`, in the order of the resolver. Returns its error, if any.
std::optional<std::string> resolve(const Address::Host& host, std::vector<Target>& targets) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.host.c_str(), nullptr, &wanted, &found);
  if (failed != 0) {
    return fmt::format("could not translate host name \"{}\" to address: {}", host.host,
                       gai_strerror(failed));
  }
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      targets.push_back({host.host, text.data(), host.port});
  }
  freeaddrinfo(found);
  return std::nullopt;
}

ConnectionHandle begin(const Address& address, const Target& target, const SessionSettings& settings) {
  const std::string silence = fmt::format("{}", settings.silence_timeout.count());
  std::vector<const char*> keywords, values;
  const auto add = [&](const char* keyword, const std::string& value) {
    if (value.empty()) return;
    keywords.push_back(keyword);
    values.push_back(value.c_str());
  };
  static const std::string kName = "firstcome", kIdle = "5", kInterval = "2", kPrimary = "primary",
                           kUtf8 = "UTF8";
  add("fallback_application_name", kName);
  add("tcp_user_timeout", silence);
  add("keepalives_idle", kIdle);
  add("keepalives_interval", kInterval);
  add("target_session_attrs", kPrimary);
  // libpq expands the address at this position: it overrides the keywords before it, not those after it.
  add("dbname", address.text());
  add("host", target.host);
  add("hostaddr", target.address);
  add("port", target.port);
  add("client_encoding", kUtf8);
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  ConnectionHandle handle(PQconnectStartParams(keywords.data(), values.data(), /*expand_dbname=*/1));
  CHECK(handle != nullptr);  // out of memory
  return handle;
}

Failure silent(const Target& target, milliseconds waited) {
  return {"", fmt::format("{} does not answer within {} ms", target.name(), waited.count()), true};
}

/// None if the session is open.
std::optional<Failure> finish(PGconn* connection, const Target& target, const SessionSettings& settings) {
  const Instant last = std::chrono::steady_clock::now() + kWholeSession * settings.connect_timeout;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK) {
    if (status == PGRES_POLLING_FAILED || PQstatus(connection) == CONNECTION_BAD)
      return failure_of(connection);
    const Instant until = std::min(last, std::chrono::steady_clock::now() + settings.connect_timeout);
    const auto events = static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT);
    switch (wait_for_socket(PQsocket(connection), events, until, settings.interrupt.get())) {
      case Waited::Ready: break;
      case Waited::Late: return silent(target, settings.connect_timeout);
      case Waited::Interrupted: return Failure{"", kStopping, true};
    }
    status = PQconnectPoll(connection);
  }
  return std::nullopt;
}

void add(std::string& problems, const std::string& problem) {
  problems += (problems.empty() ? "" : "; ") + problem;
}

}  // namespace

Waited wait_for_socket(int socket, short events, Instant until, const Interrupt* interrupt) {
  std::array<pollfd, 2> waiting{{{socket, events, 0}, {-1, POLLIN, 0}}};  // poll() ignores -1
  if (interrupt != nullptr) waiting[1].fd = interrupt->descriptor();
  for (;;) {
    int timeout = -1;
    if (until != Instant::max()) {
      const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now()).count();
      timeout = static_cast<int>(std::max<std::int64_t>(left, 0));
    }
    const int ready = poll(waiting.data(), waiting.size(), timeout);
    if (ready < 0 && errno == EINTR) continue;
    if (waiting[1].revents != 0) return Waited::Interrupted;
    return ready == 0 ? Waited::Late : Waited::Ready;
  }
}

std::variant<ConnectionHandle, Failure> open_session(const Address& address,
                                                     const SessionSettings& settings) {
  std::string problems;
  std::vector<Target> targets;
  for (const Address::Host& host : address.hosts()) {
    if (!is_name(host)) {
      targets.push_back({host.host, host.address, host.port});
    } else if (const auto problem = resolve(host, targets)) {
      add(problems, *problem);
    }
  }
  const std::string preferred = address.preferred();
  std::ranges::stable_partition(targets, [&](const Target& target) { return target.key() == preferred; });
  for (const Target& target : targets) {
    if (settings.interrupt && settings.interrupt->raised()) return Failure{"", kStopping, true};
    ConnectionHandle handle = begin(address, target, settings);
    const auto failed = finish(handle.get(), target, settings);
    if (!failed) {
      if (!problems.empty() && settings.report) {
        settings.report(fmt::format("{}. Using {}.", problems, target.name()));
      }
      address.prefer(target.key());
      return handle;
    }
    add(problems, failed->message);
  }
  return Failure{"", problems, true};
}

}  // namespace firstcome::postgres
