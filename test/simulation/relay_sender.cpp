#include "node.h"
#include "partition_thread.h"
#include "store/record_trust.h"

namespace firstcome::simulation {

RelaySender::RelaySender(Node& node, Partition self)
    : node_(node), writer_(self, store::record_seal(node.world().settings), {}) {}

void RelaySender::send(const std::vector<replica::Relay>& relays) {
  if (!appender_) appender_ = node_.world().journal.make_gapless_appender(*this);
  first_token_ = next_token_;
  count_ = relays.size();
  done_.clear();
  failed_ = false;
  for (const replica::Relay& relay : relays) {
    journal::Append append = writer_.write(relay);
    append.token = next_token_++;
    if (!appender_->try_append(append)) {
      failed_ = true;  // what was taken so far counts; nothing may be sent behind the gap
      break;
    }
  }
}

void RelaySender::acknowledged(std::span<const journal::Acknowledgement> acknowledgements) {
  for (const journal::Acknowledgement& acknowledgement : acknowledgements) {
    if (acknowledgement.token < first_token_) continue;
    if (acknowledgement.outcome == journal::AppendOutcome::Appended) {
      done_.insert(acknowledgement.token);
    } else {
      failed_ = true;
    }
  }
}

std::size_t RelaySender::acknowledged_from_first() const {
  std::size_t count = 0;
  while (count < count_ && done_.contains(first_token_ + count)) ++count;
  return count;
}

std::size_t RelaySender::finish() {
  const std::size_t acknowledged = acknowledged_from_first();
  if (acknowledged < count_) {
    node_.world().saw("relay failed");
    appender_.reset();
  }
  node_.world().saw("relayed", static_cast<std::int64_t>(acknowledged));
  return acknowledged;
}

}  // namespace firstcome::simulation
