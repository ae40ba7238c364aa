#include "node/watchdog.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <utility>

#include "log/log.h"

namespace firstcome::node {
namespace {

/// look() is called once a second, and half of the time must have several of them.
constexpr milliseconds kLeast{5'000};

}  // namespace

Watchdog::Watchdog(Node& node, const ServiceNotifier& notifier) : notifier_(notifier) {
  const auto most = notifier.watchdog();
  if (!most) return;
  node.add_to(pulse_);
  if (*most < kLeast) {
    log::warn(
        fmt::format(
            "the time of the service manager's watchdog is {} ms, which a busy machine can exceed. Use at least {} s",
            most->count(), kLeast.count() / 1'000),
        {{"watchdogMs", most->count()}});
  }
}

void Watchdog::look(Instant now) {
  const auto most = notifier_.watchdog();
  if (!most) return;
  const auto stuck = pulse_.look(now, *most / 2);
  const bool worked = std::exchange(works_, stuck.empty());
  if (works_) notifier_.alive();
  if (works_ && !worked) log::info("all threads work again");
  if (!works_ && worked) {
    log::error(
        fmt::format(
            "no step for {} ms in: {}. The service manager's watchdog will end this process and start it again",
            (*most / 2).count(), fmt::join(stuck, ", ")),
        {{"threads", fmt::format("{}", fmt::join(stuck, ","))}});
  }
}

}  // namespace firstcome::node
