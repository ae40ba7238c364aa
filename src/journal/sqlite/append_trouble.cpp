#include "journal/sqlite/append_trouble.h"

namespace firstcome::journal {

bool AppendTrouble::begin(const std::string& why) {
  const std::lock_guard lock(mutex_);
  const bool is_new = reason_ != why;
  reason_ = why;
  exists_ = true;
  return is_new;
}

void AppendTrouble::end() {
  if (!exists()) return;
  const std::lock_guard lock(mutex_);
  reason_.clear();
  exists_ = false;
}

std::string AppendTrouble::reason() const {
  if (!exists()) return {};
  const std::lock_guard lock(mutex_);
  return reason_;
}

}  // namespace firstcome::journal
