#include "node/relay_sender.h"

#include <algorithm>

namespace firstcome::node {

RelaySender::RelaySender(journal::Journal& journal, replica::RelayWriter writer)
    : sender_([&journal](journal::AcknowledgementSink& sink) {
        return Result<std::unique_ptr<journal::GaplessAppender>>(journal.make_gapless_appender(sink));
      }),
      writer_(std::move(writer)) {}

std::size_t RelaySender::send(std::span<const replica::Relay> relays, milliseconds patience) {
  // Whoever makes an appender of a journal always has one.
  const std::vector<bool> durable = *sender_.send(
      relays.size(), [&](std::size_t i) { return writer_.write(relays[i]); }, patience);
  return static_cast<std::size_t>(std::ranges::find(durable, false) - durable.begin());
}

}  // namespace firstcome::node
