#include "node/metrics_page.h"

#include "log/log.h"
#include "metrics/process.h"

namespace firstcome::node {
namespace {

using metrics::Exposition;
using metrics::kNanoseconds;
using metrics::kRecords;

/// Series of results that every issue request can have exist from the start, so that rate() sees the first
/// one.
bool is_expected(api::Call call, api::ResultLabel label) {
  using api::Problem;
  if (call != api::Call::Issue) return false;
  return (label >= api::label_of(Code::Success) && label <= api::label_of(Code::Invalid)) ||
         label == api::kPending || label == api::label_of(Problem::Overloaded) ||
         label == api::label_of(Problem::Unavailable) || label == api::label_of(Problem::OutcomeUnknown) ||
         label == api::label_of(Problem::TooManyRequests);
}

void samples(std::string_view operation, const auto& value_of_kind, Exposition& page) {
  for (std::size_t kind = 0; kind < metrics::ErrorCounter::kKinds.size(); ++kind) {
    page.sample(static_cast<double>(value_of_kind(kind)),
                {{"operation", operation}, {"kind", metrics::ErrorCounter::kKinds[kind]}});
  }
}

void samples(std::string_view operation, const metrics::ErrorCounter& errors, Exposition& page) {
  samples(
      operation, [&](std::size_t kind) { return errors.value(kind); }, page);
}

}  // namespace

std::string MetricsPage::write() const {
  const api::Figures edge_figures = parts_.edge();
  Exposition page;
  edge(edge_figures, page);
  spans(page);
  journal(page);
  replica(edge_figures, page);
  policies(page);
  issuer(page);
  errors(edge_figures, page);
  process(page);
  return page.text();
}

void MetricsPage::edge(const api::Figures& edge, Exposition& page) const {
  page.gauge("firstcome_connections", "Client connections open now, both listeners.");
  page.sample(static_cast<double>(edge.connections));
  page.counter("firstcome_connections_accepted_total", "Client connections accepted.");
  page.sample(static_cast<double>(edge.accepted));
  page.counter("firstcome_connections_refused_total",
               "Client connections closed at the limit of connections.");
  page.sample(static_cast<double>(edge.refused));
  page.counter("firstcome_connections_evicted_total",
               "Idle client connections closed near the limit of connections, of the address that had most.");
  page.sample(static_cast<double>(edge.evicted));
  page.counter("firstcome_tls_handshakes_total", "TLS handshakes of both listeners, by outcome.");
  for (std::size_t i = 0; i < edge.handshakes.size(); ++i) {
    page.sample(static_cast<double>(edge.handshakes[i]), {{"outcome", api::kHandshakes[i]}});
  }
  page.gauge("firstcome_tls_certificate_expiry_timestamp_seconds",
             "When the certificate of the listeners expires, since 1970; 0: plain HTTP.");
  const auto expiry =
      parts_.certificate != nullptr ? parts_.certificate->context()->not_after() : net::TlsContext::Seconds{};
  page.sample(static_cast<double>(expiry.time_since_epoch().count()));
  page.counter(
      "firstcome_connections_refused_by_address_total",
      "Client connections closed at the limits of their address, or that no trusted proxy has opened.");
  page.sample(static_cast<double>(edge.refused_by_address));

  page.counter("firstcome_requests_total", "Requests answered, by call and result.");
  for (std::size_t c = 0; c < api::kCallCount; ++c) {
    for (std::size_t t = 0; t < api::kResults.size(); ++t) {
      const auto call = static_cast<api::Call>(c);
      const auto label = static_cast<api::ResultLabel>(t);
      const std::uint64_t count = edge.requests[c][t];
      if (count == 0 && !is_expected(call, label)) continue;
      page.sample(static_cast<double>(count),
                  {{"call", name_of(call)}, {"result", api::kResults[label].name}});
    }
  }
  page.counter("firstcome_early_refusals_total", "Issue requests refused early, without the journal.");
  for (std::size_t code = 0; code < kCodeCount; ++code) {
    const auto label = static_cast<api::ResultLabel>(code);
    if (edge.early_refusals[code] == 0 &&
        (label <= api::label_of(Code::Success) || label > api::label_of(Code::UnknownPolicy))) {
      continue;
    }
    page.sample(static_cast<double>(edge.early_refusals[code]), {{"result", api::kResults[label].name}});
  }
  page.counter("firstcome_refused_credentials_total",
               "Requests with a key or token that was not accepted, by reason.");
  for (std::size_t i = 1; i < edge.refused_credentials.size(); ++i) {
    page.sample(static_cast<double>(edge.refused_credentials[i]),
                {{"reason", access::name_of(static_cast<access::Denial>(i))}});
  }
  page.counter("firstcome_access_log_dropped_lines_total",
               "Lines of the access log that were not written: the disk was full or too slow.");
  page.sample(static_cast<double>(edge.dropped_access_lines));
  page.counter(
      "firstcome_repeats_total",
      "Issue requests of a user with a coupon, or with a request under way, that got no record of their own.");
  for (std::size_t i = 0; i < edge.repeats.size(); ++i) {
    page.sample(static_cast<double>(edge.repeats[i]), {{"kind", admission::kRepeats[i]}});
  }
  page.counter("firstcome_validations_total",
               "Issue requests for validation by the database (--admission database), by outcome.");
  for (std::size_t i = 0; i < edge.validations.size(); ++i) {
    page.sample(static_cast<double>(edge.validations[i]), {{"outcome", admission::kValidated[i]}});
  }
  page.gauge("firstcome_pending_requests", "Requests that wait now for the journal and the decision.");
  page.sample(static_cast<double>(edge.pending));
  page.histogram(
      "firstcome_answer_seconds",
      "Issue requests, from read to answered: at once by the edge, by the database, or through the journal.");
  page.sample(edge.answered_at_once, kNanoseconds, {{"by", "edge"}});
  page.sample(edge.answered_by_database, kNanoseconds, {{"by", "database"}});
  page.sample(edge.answered_later, kNanoseconds, {{"by", "journal"}});
  page.histogram("firstcome_edge_turn_seconds", "Turns of the edge threads' loops, without waiting.");
  page.sample(edge.turns, kNanoseconds);
}

void MetricsPage::spans(Exposition& page) const {
  const tracing::OtlpExporter* exporter = parts_.spans;
  page.counter("firstcome_spans_exported_total", "Spans that the collector of --otlp-endpoint has taken.");
  page.sample(exporter == nullptr ? 0.0 : static_cast<double>(exporter->exported()));
  page.counter(
      "firstcome_spans_dropped_total",
      "Spans that were not exported, by reason: too many waited, or the collector did not take them.");
  for (std::size_t i = 0; i < tracing::kDropped.size(); ++i) {
    const auto why = static_cast<tracing::Dropped>(i);
    page.sample(exporter == nullptr ? 0.0 : static_cast<double>(exporter->dropped(why)),
                {{"reason", tracing::kDropped[i]}});
  }
}

void MetricsPage::journal(Exposition& page) const {
  page.histogram(
      "firstcome_journal_append_seconds",
      "Records, from append to acknowledgement; all records of a commit count the time of its oldest.");
  page.sample(parts_.journal.append.read(), kNanoseconds);
  page.histogram("firstcome_journal_commit_seconds", "Commits of the journal, from the first record on.");
  page.sample(parts_.journal.commit.read(), kNanoseconds);
  page.histogram("firstcome_journal_commit_records", "Records in a commit of the journal.");
  page.sample(parts_.journal.commit_records.read(), kRecords);
  page.gauge("firstcome_journal_unacknowledged_records",
             "Appended records that are neither acknowledged nor given up yet; their callers may have left.");
  page.sample(static_cast<double>(parts_.journal.unacknowledged.value()));
  page.counter("firstcome_journal_renewals_total",
               "Times that the journal's writer was replaced after a fatal error.");
  page.sample(static_cast<double>(parts_.journal.renewals.value()));
  page.gauge(
      "firstcome_journal_unfollowed_partitions",
      "Partitions that were added to the journal since this node started, and that it does not follow.");
  page.sample(static_cast<double>(parts_.counters.growth.unfollowed.value()));
}

void MetricsPage::errors(const api::Figures& edge, Exposition& page) const {
  const auto sum = [](const auto& parts, auto errors) {
    return [&parts, errors](std::size_t kind) {
      std::uint64_t all = 0;
      for (const auto& part : parts) all += ((*part).*errors).value(kind);
      return all;
    };
  };
  const auto in_partitions = [&](auto errors) { return sum(parts_.counters.partitions, errors); };
  const auto in_savers = [&](auto errors) { return sum(parts_.counters.savers, errors); };
  page.counter("firstcome_journal_errors_total", "Failures of the journal, by operation.");
  samples("commit", parts_.journal.errors, page);
  samples("follow", in_partitions(&ReplicaCounters::follow_errors), page);
  const auto bounds = in_partitions(&ReplicaCounters::bounds_errors);
  const auto watched = sum(parts_.counters.watches, &WatchCounters::bounds_errors);
  samples(
      "bounds", [&](std::size_t kind) { return bounds(kind) + watched(kind); }, page);
  samples("compare", in_savers(&IssuerCounters::compare_errors), page);
  samples("partitions", parts_.counters.growth.errors, page);
  samples("group", parts_.group.errors, page);

  page.counter("firstcome_store_errors_total", "Failures of the store, by operation.");
  samples("load", in_partitions(&ReplicaCounters::load_errors), page);
  samples("position", in_savers(&IssuerCounters::position_errors), page);
  samples("save", in_savers(&IssuerCounters::save_errors), page);
  samples("halt", in_savers(&IssuerCounters::halt_errors), page);
  samples(
      "query", [&](std::size_t kind) { return edge.query_errors[kind]; }, page);

  page.counter("firstcome_event_errors_total", "Failures between the store and the events' topic.");
  for (std::size_t kind = 0; kind < metrics::ErrorCounter::kKinds.size(); ++kind) {
    page.sample(static_cast<double>(parts_.counters.events.errors.value(kind)),
                {{"kind", metrics::ErrorCounter::kKinds[kind]}});
  }
}

/// With the names of Prometheus's client libraries, so that existing dashboards find them.
void MetricsPage::process(Exposition& page) const {
  page.gauge("firstcome_build_info", "1, for the running version.");
  page.sample(1, {{"version", FIRSTCOME_VERSION}});
  const auto figures = metrics::read_process_figures();
  if (!figures.ok()) return log::warn("The metrics of the process are missing: " + figures.error().message);
  const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
    page.gauge(name, help);
    page.sample(static_cast<double>(value));
  };
  page.counter("process_cpu_seconds_total", "Processor time used, user and system.");
  page.sample(figures->cpu_seconds);
  gauge("process_resident_memory_bytes", "Resident memory.", figures->resident_bytes);
  gauge("process_virtual_memory_bytes", "Virtual memory.", figures->virtual_bytes);
  gauge("process_open_fds", "File descriptors open.", figures->open_fds);
  gauge("process_max_fds", "Limit of open file descriptors.", figures->max_fds);
  gauge("process_threads", "Threads.", figures->threads);
  gauge("process_start_time_seconds", "When the process started, since 1970.", figures->start_time_seconds);
}

}  // namespace firstcome::node
