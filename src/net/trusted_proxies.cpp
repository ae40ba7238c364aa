#include "net/trusted_proxies.h"

#include <algorithm>
#include <charconv>

namespace firstcome::net {
namespace {

constexpr int kIpv4Bits = 32;
constexpr int kIpv6Bits = 128;

std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Removes the part behind the last comma that is not inside of quotes, and returns it.
std::string_view take_last(std::string_view& list) {
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '\\' && quoted)
      ++i;
    else if (list[i] == '"')
      quoted = !quoted;
    else if (list[i] == ',' && !quoted)
      begin = i + 1;
  }
  const std::string_view last = list.substr(begin);
  list = begin > 0 ? list.substr(0, begin - 1) : std::string_view{};
  return without_blanks(last);
}

/// 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1], [2001:db8::1]:80
std::optional<PeerAddress> address_of_node(std::string_view node) {
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    return end == std::string_view::npos ? std::nullopt : PeerAddress::parse(node.substr(1, end - 1));
  }
  const auto colon = node.find(':');
  const bool has_port =
      colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos;
  return PeerAddress::parse(has_port ? node.substr(0, colon) : node);
}

bool is_for(std::string_view name) {
  return name.size() == 3 && (name[0] | 0x20) == 'f' && (name[1] | 0x20) == 'o' && (name[2] | 0x20) == 'r';
}

/// `for=192.0.2.1;proto=https`: the node of `for`.
std::optional<PeerAddress> address_of_forwarded(std::string_view element) {
  while (!element.empty()) {
    const auto end = element.find(';');
    const std::string_view pair = without_blanks(element.substr(0, end));
    element = end == std::string_view::npos ? std::string_view{} : element.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || !is_for(pair.substr(0, equals))) continue;
    std::string_view node = pair.substr(equals + 1);
    if (node.size() >= 2 && node.front() == '"' && node.back() == '"') node = node.substr(1, node.size() - 2);
    return address_of_node(node);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = PeerAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network;
  network.first_ = *address;
  const int most = address->is_ipv4() ? kIpv4Bits : kIpv6Bits;
  if (slash == std::string_view::npos) return network;
  const std::string_view number = text.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
  if (error != std::errc{} || end != number.data() + number.size() || bits < 0 || bits > most)
    return std::nullopt;
  network.bits_ = kIpv6Bits - most + bits;
  for (int bit = network.bits_; bit < kIpv6Bits; ++bit) {
    const auto byte = address->bytes()[static_cast<std::size_t>(bit / 8)];
    if ((byte >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return network;
}

bool Network::contains(const PeerAddress& address) const {
  const auto whole = static_cast<std::size_t>(bits_ / 8);
  const auto& ours = first_.bytes();
  const auto& theirs = address.bytes();
  if (!std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(whole), theirs.begin()))
    return false;
  if (bits_ % 8 == 0) return true;
  return ((ours[whole] ^ theirs[whole]) >> (8 - bits_ % 8)) == 0;
}

bool TrustedProxies::trust(const PeerAddress& peer) const {
  return std::ranges::any_of(networks_, [&](const Network& network) { return network.contains(peer); });
}

PeerAddress TrustedProxies::client_of(const PeerAddress& peer, const std::optional<std::string>& forwarded,
                                      const std::optional<std::string>& x_forwarded_for) const {
  if (!trust(peer)) return peer;
  const auto follow = [&](std::string_view list, auto address_of) {
    PeerAddress client = peer;
    while (trust(client) && !list.empty()) {
      const auto hop = address_of(take_last(list));
      if (!hop) break;
      client = *hop;
    }
    return client;
  };
  const PeerAddress by_standard = forwarded ? follow(*forwarded, address_of_forwarded) : peer;
  const PeerAddress by_custom = x_forwarded_for ? follow(*x_forwarded_for, address_of_node) : peer;
  if (!forwarded) return by_custom;
  if (!x_forwarded_for || by_standard == by_custom) return by_standard;
  return peer;
}

}  // namespace firstcome::net
