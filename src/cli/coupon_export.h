#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/progress.h"
#include "cli/output_file.h"
#include "domain/id_form.h"
#include "store/store.h"
#include "ticket/coupon_code.h"

namespace firstcome::cli {

/// Writes the coupons of a policy as CSV (RFC 4180, lines end with LF) or as lines of JSON, in bounded memory.
class CouponExport : public store::CouponSink {
 public:
  enum class Format : std::uint8_t { Csv, JsonLines };
  struct Settings {
    Format format = Format::Csv;
    IdForm ids = IdForm::Number;  ///< of JSON
    std::string state;            ///< only coupons in this state; empty: all
  };

  /// `data`: of the store, with its incarnations.
  CouponExport(Settings settings, const store::Settings& data, OutputFile& out, audit::Progress* progress)
      : settings_(std::move(settings)),
        partitions_(data.partitions),
        codes_(data.key, data.incarnations),
        out_(out),
        progress_(progress) {}

  void begin(const Policy& policy, const std::vector<store::Position>& positions) override;
  Status coupon(const store::CouponWithLife& coupon) override;
  /// Writes what is left.
  Status finish();

  [[nodiscard]] bool found_policy() const { return policy_.has_value(); }
  /// The position of the policy's home: the coupons are as of its clock.
  [[nodiscard]] const store::Position& as_of() const { return as_of_; }
  [[nodiscard]] std::int64_t exported() const { return exported_; }

 private:
  Status flush();

  const Settings settings_;
  const std::int32_t partitions_;
  const CouponCodes codes_;
  OutputFile& out_;
  audit::Progress* const progress_;  ///< null: none
  std::optional<Policy> policy_;
  store::Position as_of_;
  std::int64_t examined_ = 0;
  std::int64_t exported_ = 0;
  std::string text_;  ///< not yet written
};

}  // namespace firstcome::cli
