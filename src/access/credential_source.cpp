#include "access/credential_source.h"

#include <utility>

namespace firstcome::access {

CredentialSource::CredentialSource(CredentialSettings settings) : settings_(std::move(settings)) {}

Result<std::unique_ptr<CredentialSource>> CredentialSource::open(CredentialSettings settings) {
  std::unique_ptr<CredentialSource> source(new CredentialSource(std::move(settings)));
  RETURN_IF_ERROR(source->reload());
  return source;
}

std::shared_ptr<const Credentials> CredentialSource::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Status CredentialSource::reload() {
  const std::lock_guard one(reloading_);
  ASSIGN_OR_RETURN(auto read, Credentials::load(settings_));
  {
    const std::lock_guard lock(mutex_);
    current_ = std::move(read);
  }
  generation_.fetch_add(1, std::memory_order_release);
  return Done{};
}

}  // namespace firstcome::access
