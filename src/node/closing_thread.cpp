#include "node/closing_thread.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {
namespace {

constexpr milliseconds kOftenest{1'000};
constexpr milliseconds kRarest{60'000};

}  // namespace

ClosingThread::ClosingThread(const replica::PolicySnapshots& snapshots, journal::Journal& journal,
                             const journal::RecordMac& record_mac, std::function<bool(Partition)> is_mine,
                             milliseconds after)
    : appender_(journal.make_appender(acknowledgements_)),
      closer_(snapshots, *appender_, record_mac, std::move(is_mine), after),
      thread_("closing", [this, every = std::clamp(after, kOftenest, kRarest)]() -> std::optional<Instant> {
        close();
        return now().steady + every;
      }) {}

void ClosingThread::close() {
  for (const PolicyId policy : closer_.close(now().wall)) {
    log::info(fmt::format(
        "policy {} has expired, and its coupons, longer than --close-expired ago: closing it", policy));
  }
}

}  // namespace firstcome::node
