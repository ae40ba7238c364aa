/// Bytes → records → the decider, against the naive model, which shares no line with it; and at any cut what
/// was saved is loaded as the same state.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "check/naive_model.h"
#include "check/record_parser.h"
#include "decide/decider.h"
#include "domain/check.h"
#include "journal/record_json.h"
#include "test/fuzz/bytes.h"

using namespace firstcome;

namespace {

constexpr std::int32_t kPartitions = 2;
constexpr Partition kSelf = 0;

/// The rows a store would hold.
struct Rows {
  std::map<PolicyId, Policy> policies;
  std::vector<Coupon> coupons;
  std::map<std::pair<PolicyId, std::int64_t>, CouponLife> lives;
  std::vector<ListedUser> listed;
  std::vector<ImportedCode> codes;
  PartitionState state;

  void save(decide::Changes changes) {
    for (const Policy& policy : changes.policies) policies[policy.id] = policy;
    coupons.insert(coupons.end(), changes.coupons.begin(), changes.coupons.end());
    for (const CouponLife& life : changes.lives) lives[{life.policy, life.sequence}] = life;
    listed.insert(listed.end(), changes.listed.begin(), changes.listed.end());
    codes.insert(codes.end(), changes.imported_codes.begin(), changes.imported_codes.end());
    state = changes.state;
  }
  [[nodiscard]] bool is_live(PolicyId policy) const { return !is_over(policies.at(policy), state.clock); }
  [[nodiscard]] decide::Decider load() const {
    decide::Decider decider(kSelf, kPartitions);
    decider.load(state);
    for (const auto& [id, policy] : policies) decider.load(policy);
    for (const Coupon& coupon : coupons) {
      if (is_live(coupon.policy)) decider.load(coupon);
    }
    for (const auto& [coupon, life] : lives) {
      if (is_live(coupon.first)) decider.load(life);
    }
    for (const ListedUser& user : listed) {
      if (is_live(user.policy)) decider.load(user);
    }
    for (const ImportedCode& code : codes) {
      if (is_live(code.policy)) decider.load(code);
    }
    return decider;
  }
};

check::JournalRecord as_read(const journal::RawRecord& raw, std::vector<check::RecordHeader>& headers) {
  headers.clear();
  for (const journal::Header& header : raw.headers) headers.push_back({header.key, header.value});
  return {.offset = raw.offset,
          .timestamp = raw.timestamp,
          .log_append_time = raw.log_append_time,
          .value = raw.value,
          .headers = headers};
}

}  // namespace

/// Lines. The first byte of each: 1 a policy's command, 2 rules, 4 an origin follows up to a blank, 8 not
/// stamped by the log, 16 a hole before it, 32 saved and loaded before it, 64 a coupon's command; the second how much later it came.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Bytes bytes(data, size);
  journal::RecordDecoder decoder;
  decide::Decider decider(kSelf, kPartitions);
  check::NaiveModel model(kPartitions, kPartitions);
  Rows rows;
  rows.state = decider.state();
  Offset offset = 0;
  std::int64_t at = 1'700'000'000'000;
  Record record;
  std::vector<check::RecordHeader> read_headers;
  while (!bytes.empty()) {
    const std::uint8_t kind = bytes.byte();
    at += bytes.byte();
    std::vector<journal::Header> headers;
    if ((kind & 1) != 0) headers.push_back({journal::kKindHeader, "policy"});
    if ((kind & 2) != 0) headers.push_back({journal::kKindHeader, "rules"});
    if ((kind & 64) != 0) headers.push_back({journal::kKindHeader, journal::kCouponKind});
    if ((kind & 4) != 0) headers.push_back({journal::kOriginHeader, bytes.until(' ')});
    if ((kind & 16) != 0) ++offset;
    if ((kind & 32) != 0) {
      rows.save(decider.take_changes());
      const std::uint64_t hash = decider.hash();
      decider = rows.load();
      CHECK(decider.loaded_well() && decider.hash() == hash);
    }
    const journal::RawRecord raw{.offset = offset,
                                 .timestamp = Timestamp{milliseconds{at}},
                                 .log_append_time = (kind & 8) == 0,
                                 .value = bytes.until('\n'),
                                 .headers = headers};
    decoder.decode(raw, decider.rules(), record);
    Code decided{};
    try {
      decided = decider.apply(record).code;
    } catch (const decide::UnsupportedRules&) {
      return 0;  // where a node stops
    }
    model.add(kSelf, as_read(raw, read_headers));
    CHECK(model.at({kSelf, offset})->code == decided);
    ++offset;
  }
  for (const PolicyId id : decider.policies()) {
    const Policy& policy = *decider.find(id);
    const check::ModelPolicy* decided = model.policy(id);
    CHECK(decided != nullptr && decided->coupons.size() == static_cast<std::size_t>(policy.issued_count));
    CHECK(policy.active_count <= policy.max_count);
    const check::ModelTally tally = decided->tally_before(offset);
    CHECK(policy.used_count == tally.used && policy.cancelled_count == tally.cancelled);
    CHECK(policy.active_count == policy.issued_count - tally.gave_back);
    CHECK(decided->before(offset)->listed_count == policy.listed_count);
    CHECK(decided->before(offset)->code_count == policy.code_count);
  }
  return 0;
}
