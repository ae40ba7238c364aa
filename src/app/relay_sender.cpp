#include "app/relay_sender.h"

namespace firstcome::app {

RelaySender::RelaySender(journal::Journal& journal, replica::RelayWriter writer)
    : sender_([&journal](journal::AcknowledgementSink& sink) {
        return Result<std::unique_ptr<journal::GaplessAppender>>(journal.make_gapless_appender(sink));
      }),
      writer_(std::move(writer)) {}

std::size_t RelaySender::send(std::span<const replica::Relay> relays, milliseconds patience) {
  // Whoever makes an appender of a journal always has one.
  return *sender_.send(
      relays.size(), [&](std::size_t i) { return writer_.write(relays[i]); }, patience);
}

}  // namespace firstcome::app
