#include "node/issuer_thread.h"

#include <algorithm>

#include "node/clock.h"

namespace firstcome::node {
namespace {

/// Saving yields the processor to answering, but keeps about a quarter: callers do not wait for this thread
/// until too much is unsaved.
constexpr int kNiceness = 5;

}  // namespace

IssuerThread::IssuerThread(std::unique_ptr<store::Writer> writer)
    : thread_(
          "issuer", [this] { return step(); }, kNiceness),
      writer_(std::move(writer)) {}

const issuer::IssuerDriver& IssuerThread::add(const issuer::IssuerDriver::Parts& parts,
                                              issuer::Issuer::Settings settings,
                                              std::function<void()> coupons_saved, tracing::SpanSink* spans,
                                              std::string_view database) {
  auto log = std::make_unique<IssuerLog>(parts.partition, std::move(coupons_saved), spans, database);
  auto driver = std::make_unique<issuer::IssuerDriver>(parts, settings, *log, [this] { thread_.wake(); });
  savers_.push_back({std::move(log), std::move(driver)});
  return *savers_.back().driver;
}

void IssuerThread::hurry() {
  hurrying_ = true;
  thread_.wake();
}

bool IssuerThread::finish(milliseconds most) {
  hurry();
  return thread_.finished_within(most);
}

std::optional<Instant> IssuerThread::step() {
  const bool hurrying = hurrying_;
  Instant earliest = Instant::max();
  for (const Saver& saver : savers_) {
    if (hurrying) saver.driver->hurry();
    earliest = std::min(earliest, step(*saver.driver));
  }
  const auto finished = [](const Saver& saver) { return saver.driver->finished(); };
  if (hurrying && std::ranges::all_of(savers_, finished)) return std::nullopt;
  return earliest;
}

Instant IssuerThread::step(issuer::IssuerDriver& driver) {
  const Instant next = driver.next(now());
  if (!driver.has_call()) return next;
  driver.carry_out(*writer_);
  driver.report(now());
  return Instant{};
}

}  // namespace firstcome::node
