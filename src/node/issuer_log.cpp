#include "node/issuer_log.h"

#include "issuer/save_spans.h"

namespace firstcome::node {

void IssuerLog::halting(const std::string& reason) { log::error(name_ + " HALTS: " + reason, facts_); }

void IssuerLog::traces_saved(const store::Batch& batch, Instant begin, Instant end) {
  if (spans_ == nullptr) return;
  auto spans = issuer::save_spans(batch, begin, end, database_);
  if (!spans.empty()) spans_->add(std::move(spans));
}

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
