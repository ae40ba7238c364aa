#include "node/failure_log.h"

#include <fmt/core.h>

namespace firstcome::node {

void FailureLog::ended(const char* operation, const Error* error) {
  const auto known = failures_.find(operation);
  if (error == nullptr) {
    if (known == failures_.end()) return;
    failures_.erase(known);
    return log::info(fmt::format("{}: {} works again", subject_, operation), facts(operation));
  }
  if (known != failures_.end() && known->second == error->message) return;
  failures_.insert_or_assign(operation, error->message);
  log::warn(fmt::format("{}: {} failed: {}", subject_, operation, error->text()), facts(operation));
}

log::Facts FailureLog::facts(const char* operation) const {
  log::Facts facts = facts_;
  facts.push_back({"operation", operation});
  return facts;
}

}  // namespace firstcome::node
