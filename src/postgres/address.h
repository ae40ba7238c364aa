#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::postgres {

/// Where a database is, in libpq's words: postgresql://user@host:5432/name or "host=… dbname=…". Several
/// hosts may be named; the one that is no standby is taken.
class Address {
 public:
  /// Refuses what libpq cannot read, and an address with a password in it: everybody on the machine can read
  /// arguments. Passwords are in ~/.pgpass or the file that `passfile=` names.
  static Result<Address> parse(const std::string& text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// For people: "PostgreSQL db.example:5432/firstcome".
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Address(std::string text, std::string name) : text_(std::move(text)), name_(std::move(name)) {}
  std::string text_;
  std::string name_;
};

}  // namespace firstcome::postgres
