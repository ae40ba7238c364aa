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

std::vector<FileMark> CredentialSource::marks() const {
  std::vector<FileMark> marks;
  for (const std::string* path :
       {&settings_.keys_file, &settings_.admin_key_file, &settings_.jwt_keys_file}) {
    marks.push_back(path->empty() ? FileMark{} : mark_of(*path));
  }
  return marks;
}

Status CredentialSource::reload() {
  const std::lock_guard one(reloading_);
  bool had_admin = false;
  {
    // Before reading: what changes meanwhile is read again.
    const auto marks_before = marks();
    const std::lock_guard lock(mutex_);
    read_ = marks_before;
    had_admin = current_ && current_->has_admin();
  }
  ASSIGN_OR_RETURN(auto read, Credentials::load(settings_, had_admin));
  {
    const std::lock_guard lock(mutex_);
    current_ = std::move(read);
  }
  generation_.fetch_add(1, std::memory_order_release);
  return Done{};
}

bool CredentialSource::changed_on_disk() const {
  const auto marks_now = marks();
  const std::lock_guard lock(mutex_);
  return marks_now != read_;
}

}  // namespace firstcome::access
