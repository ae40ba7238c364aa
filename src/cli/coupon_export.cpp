#include "cli/coupon_export.h"

#include <algorithm>
#include <string_view>

#include "api/coupon_state.h"
#include "domain/home.h"
#include "text/json_text.h"

namespace firstcome::cli {
namespace {

constexpr std::size_t kWriteAtOnce = 1 << 16;
constexpr std::int64_t kProgressEvery = 4'096;

constexpr std::string_view kHeader =
    "policy_id,sequence,user_id,ordinal,code,state,reference,held_until,issued_at,valid_from,expires_at\n";

void append_field(std::string_view text, std::string& out) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_time(std::optional<Timestamp> time, std::string& out) {
  if (time) append_rfc3339(*time, out);
}

/// In the order of kHeader.
void append_csv(const api::ShownCoupon& shown, std::string_view code, std::string& out) {
  text::append_number(shown.coupon.policy.value, out);
  out += ',';
  text::append_number(shown.coupon.sequence, out);
  out += ',';
  text::append_number(shown.coupon.user.value, out);
  out += ',';
  text::append_number(shown.coupon.user_ordinal, out);
  out += ',';
  append_field(code, out);
  out += ',';
  out += shown.state;
  out += ',';
  append_field(shown.reference, out);
  out += ',';
  append_time(shown.held_until, out);
  out += ',';
  append_time(shown.coupon.issued_at, out);
  out += ',';
  append_time(shown.valid_from, out);
  out += ',';
  append_time(shown.expires_at, out);
  out += '\n';
}

/// The members are those of GET /v1/policies/{policyId}/coupons/{sequence} without asOf.
void append_json(const api::ShownCoupon& shown, std::string_view code, IdForm ids, std::string& out) {
  out += '{';
  text::append_id("policyId", shown.coupon.policy.value, ids, out);
  api::append_coupon(shown, ids, out);
  if (!code.empty()) text::append_member("code", code, out);
  out += "}\n";
}

}  // namespace

void CouponExport::begin(const Policy& policy, const std::vector<store::Position>& positions) {
  policy_ = policy;
  const auto found = std::ranges::find(positions, home(policy.id, partitions_), &store::Position::partition);
  if (found != positions.end()) as_of_ = *found;
  if (settings_.format == Format::Csv) text_ += kHeader;
}

Status CouponExport::coupon(const store::CouponWithLife& coupon) {
  if (progress_ != nullptr && examined_ % kProgressEvery == 0)
    progress_->reached(examined_, policy_->issued_count);
  ++examined_;
  const store::CouponRow& row = coupon.row;
  const api::ShownCoupon shown = api::shown_coupon(*policy_, row.coupon, coupon.life, as_of_.state.clock);
  if (!settings_.state.empty() && shown.state != settings_.state) return Done{};
  ++exported_;
  const std::string code = policy_->codes == CodeKind::Imported
                               ? coupon.imported_code
                               : codes_.code_of(*policy_, row.coupon, row.era, row.partition);
  if (settings_.format == Format::Csv) {
    append_csv(shown, code, text_);
  } else {
    append_json(shown, code, settings_.ids, text_);
  }
  return text_.size() < kWriteAtOnce ? Status(Done{}) : flush();
}

Status CouponExport::finish() { return flush(); }

Status CouponExport::flush() {
  RETURN_IF_ERROR(out_.write(text_));
  text_.clear();
  return Done{};
}

}  // namespace firstcome::cli
