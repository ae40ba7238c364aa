#pragma once

#include <functional>
#include <map>
#include <string>

#include "issuer/issuer_driver.h"

namespace firstcome::node {

/// Says to operators what happens to the saving of one partition; of the same failure only once.
class IssuerLog : public issuer::IssuerDriver::Observer {
 public:
  IssuerLog(Partition partition, std::function<void()> coupons_saved)
      : partition_(partition), coupons_saved_(std::move(coupons_saved)) {}

  void ended(const char* what, const Error* error) override;
  void halting(const std::string& reason) override;
  void reloading(const std::string& why) override;
  void taken_over(bool now) override;
  void coupons_saved() override { coupons_saved_(); }

 private:
  [[nodiscard]] std::string name() const { return "partition " + std::to_string(partition_); }

  const Partition partition_;
  const std::function<void()> coupons_saved_;
  std::map<std::string, std::string, std::less<>> failures_;  ///< what failed last, by what was to be done
};

}  // namespace firstcome::node
