/// The value of a record of any producer: decoding never crashes, and a decoded record that is encoded again decodes to the
/// same.
#include <string>
#include <vector>

#include "domain/check.h"
#include "journal/record_json.h"
#include "test/fuzz/bytes.h"

using namespace firstcome;

namespace {

std::string encoded(const Record& record) {
  std::string value;
  if (const auto* request = std::get_if<IssueRequest>(&record.content)) {
    journal::encode(*request, record.appended_at, value);
  } else if (const auto* command = std::get_if<PolicyCommand>(&record.content)) {
    value = journal::encode(*command);
  } else if (const auto* coupon = std::get_if<CouponCommand>(&record.content)) {
    value = journal::encode(*coupon);
  } else {
    value = journal::encode(std::get<RulesChange>(record.content));
  }
  return value;
}

}  // namespace

/// One byte (1: a policy's command, 2: rules, 4: moved from elsewhere, 8: a coupon's command), the value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static journal::RecordDecoder decoder;
  fuzz::Bytes bytes(data, size);
  const std::uint8_t kind = bytes.byte();
  std::vector<journal::Header> headers;
  if ((kind & 1) != 0) headers.push_back({journal::kKindHeader, journal::kPolicyKind});
  if ((kind & 2) != 0) headers.push_back({journal::kKindHeader, journal::kRulesKind});
  if ((kind & 8) != 0) headers.push_back({journal::kKindHeader, journal::kCouponKind});
  if ((kind & 4) != 0) headers.push_back({journal::kOriginHeader, bytes.until('\n')});
  journal::RawRecord raw{.offset = 7, .value = bytes.rest(), .headers = headers};
  Record record;
  decoder.decode(raw, kNewestRules, record);
  if (const auto* undecodable = std::get_if<Undecodable>(&record.content)) {
    CHECK(!undecodable->reason.empty());
    return 0;
  }
  const std::string once = encoded(record);
  raw.value = once;
  Record again;
  decoder.decode(raw, kNewestRules, again);
  CHECK(again.content.index() == record.content.index());
  CHECK(encoded(again) == once);
  return 0;
}
