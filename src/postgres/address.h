#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "domain/result.h"

namespace firstcome::postgres {

/// Where a database is, in libpq's words: postgresql://user@host:5432/name or "host=… dbname=…". Several
/// hosts may be named; the one that is no standby is taken. Copies share which of them was the last to take a
/// session. Thread-safe.
class Address {
 public:
  /// In libpq's words, too; what is empty is left to libpq.
  struct Host {
    std::string host;
    std::string address;  ///< hostaddr
    std::string port;
  };

  /// Refuses what libpq cannot read, and an address with a password in it: everybody on the machine can read
  /// arguments. Passwords are in ~/.pgpass or the file that `passfile=` names.
  static Result<Address> parse(const std::string& text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// For people: "PostgreSQL db.example:5432/firstcome".
  [[nodiscard]] const std::string& name() const { return name_; }

  /// At least one.
  [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }
  /// What was last given to prefer(); empty at first.
  [[nodiscard]] std::string preferred() const {
    const std::lock_guard lock(preference_->mutex);
    return preference_->host;
  }
  void prefer(const std::string& host) const {
    const std::lock_guard lock(preference_->mutex);
    preference_->host = host;
  }

 private:
  Address(std::string text, std::string name, std::vector<Host> hosts)
      : text_(std::move(text)), name_(std::move(name)), hosts_(std::move(hosts)) {}
  std::string text_;
  std::string name_;
  std::vector<Host> hosts_;
  struct Preference {
    std::mutex mutex;
    std::string host;  // guarded by mutex
  };
  std::shared_ptr<Preference> preference_ = std::make_shared<Preference>();
};

}  // namespace firstcome::postgres
