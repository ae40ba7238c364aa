#pragma once

#include <fmt/core.h>

#include <functional>
#include <string>

#include "issuer/issuer_driver.h"
#include "node/failure_log.h"

namespace firstcome::node {

/// Logs what happens to the saving of one partition.
class IssuerLog : public issuer::IssuerDriver::Observer {
 public:
  IssuerLog(Partition partition, std::function<void()> coupons_saved)
      : facts_{{"partition", partition}},
        name_(fmt::format("partition {}", partition)),
        failures_(name_, facts_),
        coupons_saved_(std::move(coupons_saved)) {}

  void ended(const char* operation, const Error* error) override { failures_.ended(operation, error); }
  void halting(const std::string& reason) override;
  void reloading(const std::string& why) override;
  void taken_over(bool now) override;
  void coupons_saved() override { coupons_saved_(); }

 private:
  const log::Facts facts_;
  const std::string name_;
  FailureLog failures_;
  const std::function<void()> coupons_saved_;
};

}  // namespace firstcome::node
