#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "domain/result.h"

namespace firstcome::postgres {

/// The address of a database in libpq's format: postgresql://user@host:5432/name or "host=… dbname=…". It may
/// have several hosts; the primary is used. Copies share the host of the last session. Thread-safe.
class Address {
 public:
  /// Values of libpq's keywords; libpq uses its default for an empty value.
  struct Host {
    std::string host;
    std::string address;  ///< hostaddr
    std::string port;
  };

  /// Fails if libpq cannot parse the text, and if it contains a password: every user of the machine can read
  /// the arguments of a process. Passwords are in ~/.pgpass or in the file of `passfile=`.
  static Result<Address> parse(const std::string& text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// For messages: "PostgreSQL db.example:5432/firstcome".
  [[nodiscard]] const std::string& name() const { return name_; }

  /// At least one.
  [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }
  /// The argument of the last prefer(); empty at first.
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
