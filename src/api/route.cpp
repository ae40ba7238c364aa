#include "api/route.h"

#include <array>
#include <charconv>

namespace firstcome::api {
namespace {

bool read_parameter(std::string_view name, std::string_view segment, Target& target) {
  if (name == "ticket") {
    target.ticket = segment;
    return !segment.empty();
  }
  if (name == "code") {
    target.code = segment;
    return !segment.empty();
  }
  const auto id = parse_id(segment);
  if (!id) return false;
  if (name == "policyId") {
    target.policy = PolicyId{*id};
  } else if (name == "sequence") {
    target.sequence = *id;
  } else {
    target.user = UserId{*id};
  }
  return true;
}

bool matches(std::string_view pattern, std::string_view path, Target& target) {
  while (true) {
    const auto brace = pattern.find('{');
    const std::string_view literal = pattern.substr(0, brace);
    if (brace == std::string_view::npos) return path == literal;
    if (!path.starts_with(literal)) return false;
    path.remove_prefix(literal.size());
    pattern.remove_prefix(brace + 1);
    const std::string_view segment = path.substr(0, path.find('/'));
    const auto end = pattern.find('}');
    if (!read_parameter(pattern.substr(0, end), segment, target)) return false;
    path.remove_prefix(segment.size());
    pattern.remove_prefix(end + 1);
  }
}

bool serves(const Route& route, net::Method method) {
  return route.method == method || (method == net::Method::Head && route.method == net::Method::Get);
}

bool exists_on(const Route& route, bool admin_listener) {
  return admin_listener || route.listener == ListenedOn::Both;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    if (at + 2 >= text.size()) return std::nullopt;
    unsigned char byte = 0;
    const char* const digits = text.data() + at + 1;
    const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
    if (error != std::errc{} || end != digits + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    at += 2;
  }
  return decoded;
}

const Route* find_route(std::span<const Route> routes, net::Method method, std::string_view target,
                        bool admin_listener, Target& parameters) {
  const auto question = target.find('?');
  const std::string_view path = target.substr(0, question);
  parameters.query = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  for (const Route& route : routes) {
    if (serves(route, method) && exists_on(route, admin_listener) && matches(route.path, path, parameters)) {
      return &route;
    }
  }
  return nullptr;
}

PathMethods methods_of(std::span<const Route> routes, net::Method method, std::string_view target,
                       bool admin_listener) {
  const std::string_view path = target.substr(0, target.find('?'));
  PathMethods methods;
  const auto add = [&](net::Method one, std::string_view name) {
    for (const Route& route : routes) {
      Target ignored;
      if (route.method != one || (path != "*" && !matches(route.path, path, ignored))) continue;
      methods.on_admin = true;
      methods.serves_on_admin = methods.serves_on_admin || serves(route, method);
      if (path != "*") methods.call = route.call;
      if (!exists_on(route, admin_listener) || methods.here.find(name) != std::string::npos) continue;
      methods.here += name;
    }
  };
  add(net::Method::Get, "GET, HEAD, ");
  add(net::Method::Post, "POST, ");
  add(net::Method::Patch, "PATCH, ");
  if (!methods.here.empty()) methods.here += "OPTIONS";
  return methods;
}

std::optional<std::string_view> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const std::string_view pair = query.substr(0, ampersand);
    query = ampersand == std::string_view::npos ? std::string_view{} : query.substr(ampersand + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
  }
  return std::nullopt;
}

}  // namespace firstcome::api
