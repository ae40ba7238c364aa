#include "cli/serve_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <thread>

#include "cli/location_options.h"
#include "files/secret_file.h"
#include "net/listening.h"
#include "net/loopback.h"
#include "text/secrets.h"

namespace firstcome::cli {
namespace {

Error wrong(const Values& values, std::string_view name, const std::string& what) {
  return Error::permanent("{}: '{}' {}", values.origin(name), text::without_secrets(values.text(name)), what);
}

/// The maximum number of waiting callers in a thread for one policy or partition. Default: a part of the
/// connections of the thread, so that the other connections stay free for other policies and partitions.
std::size_t max_pending(std::int64_t requested, int tenths, const api::ServerSettings& server) {
  if (requested > 0) return static_cast<std::size_t>(requested);
  const std::size_t of_thread = server.max_connections / static_cast<std::size_t>(server.threads);
  return std::max<std::size_t>(1, of_thread * static_cast<std::size_t>(tenths) / 10);
}

Status check_addresses(const Values& values) {
  for (const char* name : {"listen", "admin-listen"}) {
    if (!net::is_listen_address(values.text(name))) {
      return wrong(values, name, "must be host:port, such as 127.0.0.1:8080 or [::1]:8080");
    }
  }
  const std::string& admin = values.text("admin-listen");
  if (admin == values.text("listen") && !admin.ends_with(":0") && values.text("role") != "issuer") {
    const char* changed = values.origin("listen") == "default" ? "admin-listen" : "listen";
    return wrong(values, changed, "is both --listen and --admin-listen: use different ports");
  }
  return Done{};
}

/// Beyond loopback, a listener needs credentials, or for users --allow-anonymous.
Status check_access(const Values& values) {
  const bool has_keys = values.has("keys-file");
  const bool knows_users = has_keys || values.has("jwt-keys");
  if (!has_keys && !values.has("admin-key-file") && !net::is_loopback(values.text("admin-listen"))) {
    return wrong(values, "admin-listen",
                 "is reachable from other machines: --admin-key-file or --keys-file is required");
  }
  if (!knows_users && !values.on("allow-anonymous") && values.text("role") != "issuer" &&
      !net::is_loopback(values.text("listen"))) {
    return wrong(
        values, "listen",
        "is reachable from other machines: --keys-file or --jwt-keys is required, or --allow-anonymous "
        "if any client may request coupons for any user");
  }
  if (values.on("access-log-users") && !values.has("access-log")) {
    return Error::permanent("{}: requires --access-log", values.origin("access-log-users"));
  }
  if (values.on("allow-anonymous-lists") && !values.on("allow-anonymous")) {
    return Error::permanent("{}: requires --allow-anonymous", values.origin("allow-anonymous-lists"));
  }
  if (!values.has("jwt-keys")) {
    for (const char* name : {"jwt-issuer", "jwt-audience", "jwt-policies-claim"}) {
      if (values.has(name)) return wrong(values, name, "requires --jwt-keys");
    }
  }
  return Done{};
}

/// On loopback and without credentials everything is open, so that a first trial needs no setup.
api::AnonymousAccess anonymous_access(const Values& values) {
  const bool knows_users = values.has("keys-file") || values.has("jwt-keys");
  const bool allowed = values.on("allow-anonymous");
  return {.users = allowed || !knows_users,
          .lists = allowed ? values.on("allow-anonymous-lists") : !knows_users,
          .operators = !values.has("keys-file") && !values.has("admin-key-file")};
}

Result<std::shared_ptr<access::CredentialSource>> credentials(const Values& values) {
  const auto text = [&](const char* name) { return values.has(name) ? values.text(name) : std::string(); };
  access::CredentialSettings settings{.keys_file = text("keys-file"),
                                      .admin_key_file = text("admin-key-file"),
                                      .jwt_keys_file = text("jwt-keys"),
                                      .jwt_issuer = text("jwt-issuer"),
                                      .jwt_audience = text("jwt-audience"),
                                      .jwt_user_claim = text("jwt-user-claim"),
                                      .jwt_policies_claim = text("jwt-policies-claim")};
  if (!settings.any()) return std::shared_ptr<access::CredentialSource>{};
  ASSIGN_OR_RETURN(auto source, access::CredentialSource::open(std::move(settings)));
  return std::shared_ptr<access::CredentialSource>(std::move(source));
}

Status check_tls(const Values& values) {
  if (values.has("tls-cert") != values.has("tls-key")) {
    const bool has_key = values.has("tls-key");
    return wrong(values, has_key ? "tls-key" : "tls-cert",
                 has_key ? "requires --tls-cert" : "requires --tls-key");
  }
  if (values.has("tls-client-ca") && !values.has("tls-cert")) {
    return wrong(values, "tls-client-ca", "requires --tls-cert and --tls-key");
  }
  if (values.has("tls-cert") && values.on("demo")) {
    return wrong(values, "tls-cert", "does not go with --demo, whose commands to try are for plain HTTP");
  }
  return Done{};
}

Status check(const Values& values) {
  RETURN_IF_ERROR(check_addresses(values));
  RETURN_IF_ERROR(check_access(values));
  RETURN_IF_ERROR(check_tls(values));
  if (!names_servers(values) && values.text("role") != "all") {
    return wrong(values, "role", "requires --journal and --store: an embedded node has all roles");
  }
  if (!names_servers(values) && values.origin("events") != "default" && !events_topic(values).empty()) {
    return wrong(values, "events",
                 "requires --journal and --store: events go to a Kafka topic, and an embedded node has none");
  }
  if (!names_servers(values) && values.text("admission") == "database") {
    return wrong(values, "admission", "requires --journal and --store: an embedded node has no database");
  }
  if (values.on("proxy-protocol") && !values.has("trusted-proxies")) {
    return wrong(values, "proxy-protocol", "requires --trusted-proxies: only those may name a client");
  }
  if (values.duration("wait") > values.duration("wait-most")) {
    return wrong(values, "wait", fmt::format("is more than wait-most, {}", values.text("wait-most")));
  }
  return Done{};
}

/// Origins as browsers send them: without a path, space or line break; or * alone.
Result<std::vector<std::string>> cors_origins(const Values& values) {
  std::vector<std::string> origins;
  std::istringstream list(values.text("cors-origin"));
  for (std::string origin; std::getline(list, origin, ',');) {
    const auto host = origin.find("://");
    const bool whole = host != std::string::npos && host > 0 && host + 3 < origin.size() &&
                       origin.find_first_of("/ \t\r\n*?#\"", host + 3) == std::string::npos;
    if (origin != "*" && !whole) {
      return wrong(values, "cors-origin",
                   "must be origins such as https://shop.example, without a path, or *");
    }
    origins.push_back(std::move(origin));
  }
  return origins;
}

Result<net::TrustedProxies> trusted_proxies(const Values& values) {
  std::vector<net::Network> networks;
  std::istringstream list(values.text("trusted-proxies"));
  for (std::string text; std::getline(list, text, ',');) {
    const auto network = net::Network::parse(text);
    if (!network) {
      return wrong(values, "trusted-proxies",
                   "must be networks such as 10.0.0.0/8 or 2001:db8::/32, without bits behind the prefix");
    }
    networks.push_back(*network);
  }
  return net::TrustedProxies(std::move(networks));
}

node::Role role_of(const std::string& word) {
  return word == "edge" ? node::Role::Edge : word == "issuer" ? node::Role::Issuer : node::Role::All;
}

int thread_count(std::int64_t requested) {
  if (requested > 0) return static_cast<int>(requested);
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace

Result<node::NodeSettings> serve_settings(const Values& values) {
  RETURN_IF_ERROR(check(values));
  node::NodeSettings node;
  ASSIGN_OR_RETURN(auto location, data_location(values));
  node.location = std::move(location);
  const node::Role role = role_of(values.text("role"));
  node.plan = {.role = role,
               .partitions = static_cast<std::int32_t>(values.number("partitions")),
               .create_topics = values.on("create-topics"),
               .replication = static_cast<std::int32_t>(values.number("replication")),
               .events_topic = events_topic(values),
               .accept_clock = values.on("accept-clock")};
  node.stop_within = values.duration("stop-within");

  api::ServerSettings& server = node.server;
  server.listen = values.text("listen");
  server.has_users = role != node::Role::Issuer;
  server.admin_listen = values.text("admin-listen");
  server.threads = thread_count(values.number("threads"));
  server.wait_default = values.duration("wait");
  server.wait_most = values.duration("wait-most");
  server.limits = {.press_rate = values.number("press-rate"),
                   .press_burst = values.number("press-burst"),
                   .key_rate = values.number("key-rate")};
  server.address_limits = {.connections = values.number("address-connections"),
                           .connection_rate = values.number("address-connection-rate")};
  server.proxy_protocol = values.on("proxy-protocol");
  if (values.has("trusted-proxies")) {
    ASSIGN_OR_RETURN(server.trusted_proxies, trusted_proxies(values));
  }
  server.max_connections = static_cast<std::size_t>(values.number("max-connections"));
  server.connection.request.header = static_cast<std::uint32_t>(values.number("max-header"));
  server.connection.request.body = static_cast<std::uint32_t>(values.number("max-body"));
  server.connection.request_timeout = values.duration("request-timeout");
  server.connection.idle_timeout = values.duration("idle-timeout");
  server.connection.write_timeout = values.duration("write-timeout");
  if (values.has("cors-origin")) {
    ASSIGN_OR_RETURN(auto origins, cors_origins(values));
    server.cors_origins = std::move(origins);
  }
  server.ids = values.text("ids") == "string" ? IdForm::String : IdForm::Number;
  server.fixed_route = values.on("bench-route");
  ASSIGN_OR_RETURN(server.credentials, credentials(values));
  server.anonymous = anonymous_access(values);
  server.access_log_users = values.on("access-log-users");
  server.anonymous_allowed = values.on("allow-anonymous");

  if (values.has("tls-cert")) {
    net::TlsContext::ServerFiles files{.certificate = values.text("tls-cert"), .key = values.text("tls-key")};
    if (values.has("tls-client-ca")) files.client_ca = values.text("tls-client-ca");
    ASSIGN_OR_RETURN(server.certificate, net::ServerCertificate::open(std::move(files)));
  }

  if (values.has("installation-key-file")) {
    ASSIGN_OR_RETURN(const auto digits, files::read_secret_file(values.text("installation-key-file")));
    node.plan.key = InstallationKey::from_hex(digits);
    if (!node.plan.key) {
      return wrong(values, "installation-key-file",
                   "must contain the 64 hexadecimal digits that `firstcome store key` prints");
    }
  }

  admission::Admission::Settings& admission = server.admission;
  admission.start_slack = values.duration("start-slack");
  admission.max_staleness = values.duration("max-staleness");
  admission.max_unsaved = values.number("max-unsaved");
  admission.max_pending_partition = max_pending(values.number("max-pending-partition"), 9, server);
  admission.max_pending_policy = max_pending(values.number("max-pending-policy"), 8, server);

  server.validation_timeout = values.duration("admission-timeout");
  if (values.text("admission") == "database") {
    node.validation = {.connections = static_cast<int>(values.number("admission-connections")),
                       .timeout = server.validation_timeout};
  }

  node.replica.max_unsaved = values.number("max-unsaved");
  node.replica.keeps_relays = role != node::Role::Edge;
  node.issuer.linger = values.duration("save-linger");
  node.issuer.saves = role != node::Role::Edge;
  node.close_expired = role == node::Role::Edge ? milliseconds{0} : values.duration("close-expired");
  return node;
}

}  // namespace firstcome::cli
