#include "postgres/address.h"

#include "postgres/failure.h"
#include "postgres/holders.h"

namespace firstcome::postgres {
namespace {

std::string value_of(const OptionsHandle& options, std::string_view keyword) {
  for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (keyword == option->keyword && option->val != nullptr) return option->val;
  }
  return "";
}

}  // namespace

Result<Address> Address::parse(const std::string& text) {
  char* problem = nullptr;
  const OptionsHandle given(PQconninfoParse(text.c_str(), &problem));
  const MemoryHandle why(problem);
  if (!given) {
    // libpq quotes the address, which may hold a password: its words stay here.
    return Error{Error::Kind::Permanent,
                 "the store's address is not one that PostgreSQL's library can read: it looks like "
                 "postgresql://user@host:5432/database"};
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
  return Address(text, "PostgreSQL " + option("host", "local") + ":" + option("port", "5432") + "/" +
                           option("dbname", "(the user's own database)"));
}

}  // namespace firstcome::postgres
