#include "node/starting.h"

#include <fmt/core.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>

#include "domain/check.h"
#include "log/log.h"
#include "node/clock.h"

namespace firstcome::node {

Starting::Starting(const sigset_t& stop, milliseconds log_every)
    : log_every_(log_every),
      signals_(signalfd(-1, &stop, SFD_CLOEXEC)),
      over_(eventfd(0, EFD_CLOEXEC)),
      began_(now().steady) {
  CHECK(signals_ >= 0 && over_ >= 0);
  thread_ = std::thread([this] { run(); });
}

Starting::~Starting() {
  CHECK(eventfd_write(over_, 1) == 0);
  thread_.join();
  close(signals_);
  close(over_);
}

void Starting::waits_for(const std::string& what) {
  const std::lock_guard lock(mutex_);
  what_ = what;
}

void Starting::run() {
  pthread_setname_np(pthread_self(), "starting");
  for (;;) {
    std::array<pollfd, 2> waiting{{{signals_, POLLIN, 0}, {over_, POLLIN, 0}}};
    const int ready = poll(waiting.data(), waiting.size(), static_cast<int>(log_every_.count()));
    if (waiting[1].revents != 0) return;
    if (ready == 0) log_progress();
    if (waiting[0].revents == 0) continue;
    signalfd_siginfo signal{};
    if (read(signals_, &signal, sizeof signal) != sizeof signal) continue;
    log_progress();
    log::info("stopped during the start; no request was accepted yet");
    _exit(128 + static_cast<int>(signal.ssi_signo));
  }
}

void Starting::log_progress() {
  std::string what;
  {
    const std::lock_guard lock(mutex_);
    what = what_;
  }
  const auto so_far = std::chrono::duration_cast<std::chrono::seconds>(now().steady - began_).count();
  log::info(fmt::format("starting for {} s; waiting for {}", so_far, what),
            {{"startingSinceS", so_far}, {"waitingFor", what}});
}

}  // namespace firstcome::node
