#include "node/issuer_log.h"

namespace firstcome::node {

void IssuerLog::halting(const std::string& reason) { log::error(name_ + " HALTS: " + reason, facts_); }

void IssuerLog::reloading(const std::string& why) { log::warn(name_ + " is loaded again: " + why, facts_); }

void IssuerLog::taken_over(bool now) {
  if (!now) return log::info(name_ + " is saved by its owner again", facts_);
  log::error(
      fmt::format(
          "Taking over saving of {}: its owner has made no progress for 10 s. Check that its owner runs, and "
          "that the consumer group has only issuers. See FirstcomePartitionTakenOver in the runbook.",
          name_),
      facts_);
}

}  // namespace firstcome::node
