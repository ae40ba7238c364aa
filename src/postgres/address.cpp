#include "postgres/address.h"

#include "postgres/libpq_handles.h"

namespace firstcome::postgres {
namespace {

std::string value_of(const OptionsHandle& options, std::string_view keyword) {
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (keyword == option->keyword && option->val != nullptr) return option->val;
  }
  return "";
}

/// As libpq does: an empty element counts.
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

/// Lists of other lengths than libpq takes are left to libpq, which says what is wrong with them.
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
    // libpq takes an empty one as its default, which cannot be passed on by itself.
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
  if (!given) {
    // libpq quotes the address, which may hold a password: its words stay here.
    return Error::permanent(
        "the store's address is not one that PostgreSQL's library can read: it looks like "
        "postgresql://user@host:5432/database");
  }
  if (!value_of(given, "password").empty()) {
    return Error{
        Error::Kind::Permanent,
        "the store's address has a password in it, where others can see it: put it into ~/.pgpass, or "
        "into a file of that form named by passfile=… in the address"};
  }
  const OptionsHandle defaults(PQconndefaults());  // the environment's: PGHOST and so on
  const auto option = [&](const char* keyword, const char* otherwise) {
    std::string value = value_of(given, keyword);
    if (value.empty()) value = value_of(defaults, keyword);
    return value.empty() ? std::string(otherwise) : value;
  };
  // A service's file is libpq's to read.
  const bool by_service = !option("service", "").empty();
  std::vector<Host> hosts = by_service
                                ? std::vector<Host>{Host{}}
                                : hosts_of(option("host", ""), option("hostaddr", ""), option("port", ""));
  return Address(text,
                 "PostgreSQL " + option("host", "local") + ":" + option("port", "5432") + "/" +
                     option("dbname", "(the user's own database)"),
                 std::move(hosts));
}

}  // namespace firstcome::postgres
