// The cost of a decision, compared with the minimum that any program must do for it.
//
//   decide_bench [--rounds N] [--users N] [--json]
//
// A million random users send two requests each, in random order, for a stock of a million:
//   bare        find in boost's flat map, insert when absent
//   owners      find or add in decide::CouponOwners
//   decider     the same requests through decide::Decider
//   parse       simdjson parses the same journal values (DOM), then the bare loop
//   journal     journal values through RecordDecoder and Decider: the work of a replica per record
// Each round runs all five, one after the other; ratios are computed within a round.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "decide/decider.h"
#include "journal/record_json.h"
#include "measurement.h"
#include "options.h"

namespace {

using namespace firstcome;
using bench::must;
using bench::print;
using bench::seconds;
using bench::spread;
using bench::Spread;

constexpr PolicyId kPolicy{1};

struct Workload {
  std::vector<UserId> users;        ///< in the order of their requests
  std::vector<std::string> values;  ///< the same requests as journal values
  std::size_t distinct = 0;
};

Workload make_workload(std::size_t users) {
  std::mt19937_64 random(7);
  Workload load;
  load.distinct = users;
  for (std::size_t i = 0; i < users; ++i) {
    const UserId user{static_cast<std::int64_t>(random() >> 2) + 1};
    load.users.push_back(user);
    load.users.push_back(user);
  }
  std::shuffle(load.users.begin(), load.users.end(), random);
  std::uint64_t sequence_number = std::uint64_t{0xabcdef} << 39;
  for (const UserId user : load.users) {
    journal::encode(IssueRequest{user, kPolicy, ++sequence_number}, from_millis(1795442400000),
                    load.values.emplace_back());
  }
  return load;
}

using OwnerMap = IdMap<UserId, decide::OwnedCoupon>;

std::size_t bare_step(OwnerMap& owned, UserId user) {
  if (owned.find(user) != owned.end()) return 0;
  owned.emplace(user, decide::OwnedCoupon{.sequence = static_cast<std::int64_t>(owned.size()) + 1});
  return 1;
}

void run_bare(const Workload& load) {
  OwnerMap owned;
  std::size_t issued = 0;
  for (const UserId user : load.users) issued += bare_step(owned, user);
  must(issued == load.distinct, "the bare loop issued a wrong number");
}

void run_owners(const Workload& load) {
  decide::CouponOwners owners;
  std::size_t issued = 0;
  for (const UserId user : load.users) issued += owners.find_or_add(user, {}) ? 0 : 1;
  must(issued == load.distinct, "the loop over owners issued a wrong number");
}

void run_parse(const Workload& load) {
  OwnerMap owned;
  simdjson::dom::parser parser;
  std::vector<char> padded(4096);
  std::size_t issued = 0;
  for (const std::string& value : load.values) {
    std::memcpy(padded.data(), value.data(), value.size());
    const simdjson::dom::element root = parser.parse(padded.data(), value.size(), false);
    issued += bare_step(owned, UserId{std::int64_t(root["userId"])});
  }
  must(issued == load.distinct, "the parsing loop issued a wrong number");
}

decide::Decider with_policy(std::int64_t stock) {
  decide::Decider decider(0, 1);
  PolicyCommand create{.policy = kPolicy, .name = "bench", .max_count = stock};
  must(decider.apply({.content = create}).code == Code::Accepted, "the policy was not created");
  return decider;
}

constexpr Offset kTakeEvery = 4096;

/// Decides as a replica does: announces some records ahead, and takes the changes every few thousand records.
class ReplicaLoop {
 public:
  explicit ReplicaLoop(const Workload& load)
      : decider_(with_policy(static_cast<std::int64_t>(load.distinct))) {}

  /// The next record, to be filled before decide_next().
  Record& next() { return ahead_[count_]; }
  void decide_next() {
    if (++count_ == ahead_.size()) decide_all();
  }
  std::size_t issued() {
    decide_all();
    return issued_;
  }

 private:
  void decide_all() {
    const std::span<const Record> records(ahead_.data(), std::exchange(count_, 0));
    decider_.expect(records);
    for (const Record& record : records) {
      issued_ += decider_.apply(record).code == Code::Success;
      if (record.offset % kTakeEvery == 0) decider_.take_changes();
    }
  }

  decide::Decider decider_;
  std::array<Record, decide::Decider::kMostExpected> ahead_;
  std::size_t count_ = 0;
  std::size_t issued_ = 0;
};

void run_decider(const Workload& load) {
  ReplicaLoop loop(load);
  Offset offset = 0;
  for (const UserId user : load.users) {
    Record& record = loop.next();
    record.offset = ++offset;
    record.appended_at = from_millis(1795442400000 + offset / 40);
    record.content = IssueRequest{user, kPolicy, 1};
    loop.decide_next();
  }
  must(loop.issued() == load.distinct, "the decider issued a wrong number");
}

void run_journal(const Workload& load) {
  ReplicaLoop loop(load);
  journal::RecordDecoder decoder;
  Offset offset = 0;
  for (const std::string& value : load.values) {
    ++offset;
    decoder.decode({.offset = offset, .timestamp = from_millis(1795442400000 + offset / 40), .value = value},
                   1, loop.next());
    loop.decide_next();
  }
  must(loop.issued() == load.distinct, "the journal loop issued a wrong number");
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t users = 1'000'000;
  std::int64_t rounds = 5;
  bool json = false;
  bench::read_options(argc, argv, {{"--rounds", &rounds}, {"--users", &users}, {"--json", &json}});
  const Workload load = make_workload(static_cast<std::size_t>(users));
  std::vector<double> bare, owners, decider, parse, journal, decider_ratio, journal_ratio;
  const double records = static_cast<double>(load.users.size());
  for (std::int64_t round = 0; round < rounds; ++round) {
    const double b = seconds([&] { run_bare(load); });
    const double h = seconds([&] { run_owners(load); });
    const double d = seconds([&] { run_decider(load); });
    const double p = seconds([&] { run_parse(load); });
    const double j = seconds([&] { run_journal(load); });
    bare.push_back(records / b / 1e6);
    owners.push_back(records / h / 1e6);
    decider.push_back(records / d / 1e6);
    parse.push_back(records / p / 1e6);
    journal.push_back(records / j / 1e6);
    decider_ratio.push_back(b / d);
    journal_ratio.push_back(p / j);
  }
  print(json, "bare loop", spread(bare), "million/s");
  print(json, "holders alone", spread(owners), "million/s");
  print(json, "decider", spread(decider), "million/s");
  print(json, "simdjson parse + bare loop", spread(parse), "million/s");
  print(json, "journal record to decision", spread(journal), "million/s");
  print(json, "decider / bare loop", spread(decider_ratio), "ratio");
  print(json, "record to decision / parse + bare loop", spread(journal_ratio), "ratio");
  return 0;
}
