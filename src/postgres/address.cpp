#include "postgres/address.h"

#include "postgres/libpq_handles.h"
#include "text/secrets.h"

namespace firstcome::postgres {
namespace {

std::string value_of(const OptionsHandle& options, std::string_view keyword) {
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (keyword == option->keyword && option->val != nullptr) return option->val;
  }
  return "";
}

/// libpq marks the options that hold a secret ("dispchar" in its documentation): password, sslpassword, …
bool holds_secret(const OptionsHandle& options) {
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    const bool is_secret = *option->dispchar == '*' || text::names_secret(option->keyword);
    if (is_secret && option->val != nullptr && *option->val != '\0') return true;
  }
  return false;
}

/// Keeps empty elements, as libpq does.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t comma = list.find(','); comma != std::string::npos; comma = list.find(',', begin)) {
    parts.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  parts.push_back(list.substr(begin));
  return parts;
}

/// If the lengths of the lists do not match, libpq gets the unchanged text and reports the error.
std::vector<Address::Host> hosts_of(const std::string& hosts, const std::string& addresses,
                                    const std::string& ports) {
  const std::vector<std::string> host = split(hosts), address = split(addresses), port = split(ports);
  const std::size_t count = addresses.empty() ? host.size() : address.size();
  const bool fits = (hosts.empty() || host.size() == count) && (port.size() == count || port.size() == 1);
  if (!fits) return {Address::Host{}};
  if (count == 1) return {Address::Host{hosts, addresses, ports}};
  std::vector<Address::Host> all(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!hosts.empty()) all[i].host = host[i];
    if (!addresses.empty()) all[i].address = address[i];
    all[i].port = port.size() == 1 ? port[0] : port[i];
    // An empty host means libpq's default, which cannot be set for a single host.
    if (all[i].host.empty() && all[i].address.empty()) return {Address::Host{}};
    if (all[i].port.empty()) all[i].port = "5432";
  }
  return all;
}

}  // namespace

Result<Address> Address::parse(const std::string& text) {
  char* problem = nullptr;
  const OptionsHandle given(PQconninfoParse(text.c_str(), &problem));
  const MemoryHandle why(problem);
  const auto has_secret = [] {
    return Error::permanent("The address of the store contains a password, which other users can see.")
        .with_hint(
            "Write the password into ~/.pgpass, or into a file of this format and set passfile=… in the "
            "address.");
  };
  if (!given) {
    if (text::without_secrets(text) != text) return has_secret();
    // Without libpq's message, because it contains the address, which may have a password.
    return Error::permanent("The address of the store is not a valid PostgreSQL address.")
        .with_hint("It looks like postgresql://user@host:5432/database.");
  }
  if (holds_secret(given)) return has_secret();
  // A password with a '/' that is not percent-encoded ends up in the port, and libpq would print it.
  if (value_of(given, "port").find_first_not_of("0123456789,") != std::string::npos) {
    return Error::permanent("The address of the store has a port that is not a number.")
        .with_hint("It looks like postgresql://user@host:5432/database.");
  }
  const OptionsHandle defaults(PQconndefaults());  // from the environment: PGHOST and so on
  const auto option = [&](const char* keyword, const char* otherwise) {
    std::string value = value_of(given, keyword);
    if (value.empty()) value = value_of(defaults, keyword);
    return value.empty() ? std::string(otherwise) : value;
  };
  // libpq reads the service file.
  const bool by_service = !option("service", "").empty();
  std::vector<Host> hosts = by_service
                                ? std::vector<Host>{Host{}}
                                : hosts_of(option("host", ""), option("hostaddr", ""), option("port", ""));
  return Address(text,
                 fmt::format("PostgreSQL {}:{}/{}", option("host", "local"), option("port", "5432"),
                             option("dbname", "(default database)")),
                 std::move(hosts));
}

}  // namespace firstcome::postgres
