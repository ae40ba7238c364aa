#include "node/issuer_log.h"

#include "log/log.h"

namespace firstcome::node {

void IssuerLog::ended(const char* what, const Error* error) {
  std::string& known = failures_[what];
  if (error == nullptr) {
    if (!known.empty())
      log::info(name() + ": " + what + " works again", {{"partition", partition_}, {"operation", what}});
    known.clear();
    return;
  }
  if (error->message == known) return;
  known = error->message;
  log::warn(name() + ": " + what + ": " + known, {{"partition", partition_}, {"operation", what}});
}

void IssuerLog::halting(const std::string& reason) {
  log::error(name() + " HALTS: " + reason, {{"partition", partition_}});
}

void IssuerLog::reloading(const std::string& why) {
  log::warn(name() + " is loaded again: " + why, {{"partition", partition_}});
}

void IssuerLog::taken_over(bool now) {
  if (!now) return log::info(name() + ": is saved by its owner again", {{"partition", partition_}});
  log::error(
      "Taking over saving of " + name() +
          ": its owner has made no progress for 10 s. Check that its owner runs, and that the consumer group has "
          "only issuers. See FirstcomePartitionTakenOver in the runbook.",
      {{"partition", partition_}});
}

}  // namespace firstcome::node
