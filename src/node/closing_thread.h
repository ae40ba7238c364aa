#pragma once

#include <functional>
#include <memory>

#include "issuer/policy_closer.h"
#include "journal/journal.h"
#include "thread/periodic_thread.h"

namespace firstcome::node {

/// Calls the policy closer from time to time and logs what it closes.
class ClosingThread {
 public:
  /// The references must outlive this. `is_mine` is called on this thread.
  ClosingThread(const replica::PolicySnapshots& snapshots, journal::Journal& journal,
                const journal::RecordMac& record_mac, std::function<bool(Partition)> is_mine,
                milliseconds after);

  void start() { thread_.start(); }
  /// Nothing is appended afterwards.
  void stop() { thread_.stop(); }

 private:
  struct Ignored : journal::AcknowledgementSink {
    void acknowledged(std::span<const journal::Acknowledgement>) override {}
  };
  void close();

  Ignored acknowledgements_;
  const std::unique_ptr<journal::Appender> appender_;
  issuer::PolicyCloser closer_;
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::node
