#pragma once

#include <fmt/core.h>

#include <functional>
#include <string>
#include <string_view>

#include "issuer/issuer_driver.h"
#include "node/failure_log.h"
#include "tracing/span.h"

namespace firstcome::node {

/// Logs what happens to the saving of one partition, and exports its spans.
class IssuerLog : public issuer::IssuerDriver::Observer {
 public:
  /// `spans`: null: none are exported. `database`: see issuer::save_spans().
  IssuerLog(Partition partition, std::function<void()> coupons_saved, tracing::SpanSink* spans,
            std::string_view database)
      : facts_{{"partition", partition}},
        name_(fmt::format("partition {}", partition)),
        failures_(name_, facts_),
        coupons_saved_(std::move(coupons_saved)),
        spans_(spans),
        database_(database) {}

  void ended(const char* operation, const Error* error) override { failures_.ended(operation, error); }
  void halting(const std::string& reason) override;
  void reloading(const std::string& why) override;
  void taken_over(bool now) override;
  void coupons_saved() override { coupons_saved_(); }
  void traces_saved(const store::Batch& batch, Instant begin, Instant end) override;

 private:
  const log::Facts facts_;
  const std::string name_;
  FailureLog failures_;
  const std::function<void()> coupons_saved_;
  tracing::SpanSink* const spans_;
  const std::string_view database_;
};

}  // namespace firstcome::node
