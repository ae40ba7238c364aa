#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/figures.h"
#include "journal/counters.h"
#include "metrics/exposition.h"
#include "net/tls_context.h"
#include "node/node_counters.h"
#include "replica/decided_log.h"
#include "replica/policy_snapshots.h"
#include "replica/replica.h"
#include "tracing/otlp_exporter.h"

namespace firstcome::node {

/// Writes all metrics of a node for Prometheus, in the order of the flow. Reads counters that other threads
/// write, and holds each lock only briefly. docs/reference/metrics.md describes the metrics.
class MetricsPage {
 public:
  /// The references must outlive the page.
  struct Parts {
    std::function<api::Figures()> edge;
    const journal::Counters& journal;
    const journal::GroupCounters& group;
    bool joins_group;  ///< false: `group` is unused
    const replica::PolicySnapshots& snapshots;
    const std::vector<std::unique_ptr<replica::Replica>>& replicas;  ///< by partition
    const std::vector<std::unique_ptr<replica::DecidedLog>>& logs;   ///< by partition
    const Counters& counters;
    const net::ServerCertificate* certificate;  ///< null: plain HTTP
    const tracing::OtlpExporter* spans;         ///< null: none are exported
  };
  explicit MetricsPage(Parts parts) : parts_(std::move(parts)) {}

  /// Any thread.
  [[nodiscard]] std::string write() const;

 private:
  void edge(const api::Figures& edge, metrics::Exposition& page) const;
  void spans(metrics::Exposition& page) const;
  void journal(metrics::Exposition& page) const;
  void replica(const api::Figures& edge, metrics::Exposition& page) const;
  void clock(metrics::Exposition& page) const;
  void policies(metrics::Exposition& page) const;
  void issuer(metrics::Exposition& page) const;
  void events(metrics::Exposition& page) const;
  void errors(const api::Figures& edge, metrics::Exposition& page) const;
  void process(metrics::Exposition& page) const;
  /// A gauge with one sample per partition.
  template <class Value>
  void by_partition(std::string_view name, std::string_view help, Value value,
                    metrics::Exposition& page) const;

  const Parts parts_;
};

}  // namespace firstcome::node
