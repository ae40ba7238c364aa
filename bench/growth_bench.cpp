// The cost of a growing number of issued coupons and policies for a node's decider.
//
//   growth_bench [--users N] [--codes] [--json]
//
// --codes: only the memory with imported codes.
//
// One decider issues N coupons (20 million) of one policy to random users. It measures:
//   memory      of the process per coupon owner, from 5 million on; the worst value counts; the same with an imported
//               code of 16 characters for each coupon, whose list grows with the coupons; and of a user on a list
//   chosen ids  80,000 users whose ids were chosen to collide in a hash table, compared with ordinary ones
//   ended       the memory of a policy that is closed and saved
//   pause       the longest processor time between two consecutive decisions
//   decision    the time of one more decision of a warm policy with 1,000 and with 10 million coupons, and
//               with 10,000 policies of 1,000 coupons; by the decider alone, and with decoding the record

#include <fmt/core.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "decide/decider.h"
#include "journal/record_json.h"
#include "measurement.h"
#include "options.h"
#include "replica/policy_snapshots.h"
#include "test/kits/decide/chosen_ids.h"

namespace {

using namespace firstcome;
using bench::must;
using bench::print;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// Processor time of this thread in seconds, so that other processes do not count as pauses.
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// The user number `n`. Computed, so that the users need no memory.
UserId user_of(std::int64_t n) {
  auto x = static_cast<std::uint64_t>(n) * 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 32)) * 0xe9846af9b1a615dULL;
  return UserId{static_cast<std::int64_t>((x ^ (x >> 32)) >> 1) | 1};
}

class Bench {
 public:
  Bench() : decider_(0, 1) {}

  void create(PolicyId policy) {
    record_.content = PolicyCommand{.policy = policy, .name = "bench", .max_count = 1'000'000'000};
    must(apply().code == Code::Accepted, "the policy was not created");
  }
  void create_with_codes(PolicyId policy) {
    record_.content =
        PolicyCommand{.policy = policy, .name = "bench", .max_count = 0, .codes = CodeKind::Imported};
    must(apply().code == Code::Accepted, "the policy was not created");
  }
  /// Adds a chunk of codes and raises maxCount to their number.
  void add_codes(PolicyId policy, std::vector<std::string> codes) {
    const Policy before = *decider_.find(policy);
    PolicyCommand chunk{.kind = PolicyCommand::Kind::Codes, .policy = policy};
    const auto count = before.code_count + static_cast<std::int64_t>(codes.size());
    chunk.coupon_codes = {before.code_count + 1, std::move(codes)};
    record_.content = std::move(chunk);
    must(apply().code == Code::Accepted, "the codes were not added");
    PolicyCommand raise{.kind = PolicyCommand::Kind::Change, .policy = policy, .max_count = count};
    raise.revision = before.revision;
    record_.content = std::move(raise);
    must(apply().code == Code::Accepted, "maxCount was not raised");
    record_.content = Undecodable{};
    decider_.take_changes();
  }
  void create_listed(PolicyId policy) {
    record_.content = PolicyCommand{
        .policy = policy, .name = "bench", .max_count = 1'000'000'000, .eligible = Eligible::Listed};
    must(apply().code == Code::Accepted, "the policy was not created");
  }
  void list(PolicyId policy, std::vector<UserId> users) {
    PolicyCommand chunk{.kind = PolicyCommand::Kind::List, .policy = policy};
    chunk.listed = {decider_.find(policy)->listed_count + 1, std::move(users)};
    record_.content = std::move(chunk);
    must(apply().code == Code::Accepted, "the users were not listed");
    decider_.take_changes();
  }
  Code press(PolicyId policy, std::int64_t user) { return press(policy, user_of(user)); }
  Code press(PolicyId policy, UserId user) {
    record_.content = IssueRequest{user, policy, 1};
    return apply().code;
  }
  /// Nanoseconds per decision of records that were prepared before.
  double cost(const std::vector<std::string>& values) {
    return cost_of_each(values, [this](const std::string& value, Record& record) {
      decoder_.decode({.offset = offset_, .timestamp = now(), .value = value}, 1, record);
    });
  }
  double cost(const std::vector<IssueRequest>& requests) {
    return cost_of_each(requests, [this](const IssueRequest& request, Record& record) {
      record.offset = offset_;
      record.appended_at = now();
      record.content = request;
    });
  }
  decide::Decider& decider() { return decider_; }

 private:
  [[nodiscard]] Timestamp now() const { return from_millis(1795442400000 + offset_ / 40); }
  /// As a replica does, which announces some records to the decider.
  template <class Input, class MakeRecord>
  double cost_of_each(const std::vector<Input>& inputs, MakeRecord make_record) {
    std::array<Record, decide::Decider::kMostExpected> ahead;
    const double begin = thread_seconds();
    for (std::size_t i = 0; i < inputs.size(); i += ahead.size()) {
      const std::span<Record> records(ahead.data(), std::min(ahead.size(), inputs.size() - i));
      for (std::size_t k = 0; k < records.size(); ++k) {
        ++offset_;
        make_record(inputs[i + k], records[k]);
      }
      decider_.expect(records);
      for (const Record& record : records) decider_.apply(record);
      if (i % 4096 == 0) decider_.take_changes();
    }
    const double end = thread_seconds();
    decider_.take_changes();
    return (end - begin) / static_cast<double>(inputs.size()) * 1e9;
  }
  Decision apply() {
    record_.offset = ++offset_;
    record_.appended_at = now();
    const Decision decision = decider_.apply(record_);
    if (offset_ % 4096 == 0) decider_.take_changes();
    return decision;
  }

  decide::Decider decider_;
  journal::RecordDecoder decoder_;
  Record record_;
  Offset offset_ = 0;
};

/// Requests of a burst: half by coupon owners, half by new users.
std::vector<IssueRequest> burst(std::int64_t policies, std::int64_t coupons, std::int64_t& next_user) {
  constexpr int kPresses = 200'000;
  std::mt19937_64 random(11);
  std::vector<IssueRequest> requests;
  for (int i = 0; i < kPresses; ++i) {
    const auto policy = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(policies)) + 1;
    const bool again = random() % 2 == 0;
    const auto n =
        again ? static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(coupons)) : ++next_user;
    requests.push_back({user_of(n), PolicyId{policy}, static_cast<std::uint64_t>(i)});
  }
  return requests;
}

std::vector<std::string> as_values(const std::vector<IssueRequest>& requests) {
  std::vector<std::string> values;
  for (const IssueRequest& request : requests) {
    journal::encode(request, from_millis(1795442400000), values.emplace_back());
  }
  return values;
}

struct Cost {
  double alone, record;
};

Cost measure(Bench& bench, std::int64_t policies, std::int64_t coupons) {
  std::int64_t next_user = 1'000'000'000;
  const auto first = burst(policies, coupons, next_user);
  const auto second = as_values(burst(policies, coupons, next_user));
  return {bench.cost(first), bench.cost(second)};
}

void press(Bench& bench, PolicyId policy, std::int64_t user) {
  must(bench.press(policy, user) == Code::Success, "a wrong answer");
}

/// The cost of a decision with `policies` policies of a thousand coupons each.
Cost with_policies(std::int64_t policies) {
  Bench bench;
  for (std::int64_t policy = 1; policy <= policies; ++policy) {
    bench.create(PolicyId{policy});
    for (std::int64_t n = 0; n < 1000; ++n) press(bench, PolicyId{policy}, n);
  }
  return measure(bench, policies, 1000);
}

struct Growth {
  double worst_bytes = 0;  ///< per coupon owner, from a quarter of all users on
  double longest_pause = 0;
  Cost halfway{};
};

Growth grow(std::int64_t users) {
  Bench bench;
  bench.create(PolicyId{1});
  bench.decider().take_changes();
  malloc_trim(0);
  const std::size_t before = resident_bytes();
  Growth growth;
  double last = thread_seconds();
  for (std::int64_t n = 1; n <= users; ++n) {
    press(bench, PolicyId{1}, n);
    const double now = thread_seconds();
    growth.longest_pause = std::max(growth.longest_pause, now - last);
    last = now;
    if (n >= users / 4 && n % (users / 400) == 0) {
      const auto bytes = static_cast<double>(resident_bytes() - before) / static_cast<double>(n);
      growth.worst_bytes = std::max(growth.worst_bytes, bytes);
      last = thread_seconds();
    }
    if (n == users / 2) {
      growth.halfway = measure(bench, 1, n);
      last = thread_seconds();
    }
  }
  return growth;
}

/// Coupons whose policy has an imported code of 16 characters for each of them.
Growth grow_with_codes(std::int64_t users) {
  constexpr std::int64_t kChunk = 1'000;
  Bench bench;
  bench.create_with_codes(PolicyId{1});
  malloc_trim(0);
  const std::size_t before = resident_bytes();
  Growth growth;
  for (std::int64_t n = 0; n + kChunk <= users;) {
    std::vector<std::string> codes;
    for (std::int64_t i = 1; i <= kChunk; ++i) {
      codes.push_back(fmt::format("{:016x}", static_cast<std::uint64_t>(user_of(n + i).value)));
    }
    double last = thread_seconds();
    const auto pause = [&] {
      const double now = thread_seconds();
      growth.longest_pause = std::max(growth.longest_pause, now - last);
      last = now;
    };
    bench.add_codes(PolicyId{1}, std::move(codes));
    pause();
    for (std::int64_t i = 0; i < kChunk; ++i) {
      press(bench, PolicyId{1}, ++n);
      pause();
    }
    if (n >= users / 4 && n % (users / 400) < kChunk) {
      const auto bytes = static_cast<double>(resident_bytes() - before) / static_cast<double>(n);
      growth.worst_bytes = std::max(growth.worst_bytes, bytes);
    }
  }
  return growth;
}

/// Bytes for each user on a list, the worst from a quarter of all users on.
double bytes_of_listed(std::int64_t users) {
  constexpr std::int64_t kChunk = 1'000;
  Bench bench;
  bench.create_listed(PolicyId{1});
  malloc_trim(0);
  const std::size_t before = resident_bytes();
  double worst = 0;
  for (std::int64_t n = 0; n < users;) {
    std::vector<UserId> chunk;
    for (std::int64_t i = 0; i < kChunk; ++i) chunk.push_back(user_of(++n));
    bench.list(PolicyId{1}, std::move(chunk));
    if (n >= users / 4 && n % (users / 400) < kChunk)
      worst = std::max(worst, static_cast<double>(resident_bytes() - before) / static_cast<double>(n));
  }
  return worst;
}

/// Seconds to issue a coupon to each of these users: the best of five runs.
double issue_all(const std::vector<UserId>& users) {
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    Bench bench;
    bench.create(PolicyId{1});
    const double begin = thread_seconds();
    for (const UserId user : users) {
      must(bench.press(PolicyId{1}, user) == Code::Success, "a wrong answer");
    }
    best = std::min(best, thread_seconds() - begin);
  }
  return best;
}

/// The cost of ids that were chosen to collide in a hash table without a secret key, relative to ordinary
/// ids.
double chosen_to_ordinary() {
  constexpr std::size_t kIds = 80'000;
  std::vector<UserId> ordinary;
  for (std::size_t n = 0; n < kIds; ++n) ordinary.push_back(user_of(static_cast<std::int64_t>(n)));
  return issue_all(decide::chosen_ids(kIds)) / issue_all(ordinary);
}

/// Bytes of memory of a policy that was created, published, closed and saved.
double bytes_of_an_ended_policy() {
  constexpr std::int64_t kPolicies = 200'000;
  decide::Decider decider(0, 1);
  replica::PolicySnapshots snapshots(1);
  malloc_trim(0);
  const std::size_t before = resident_bytes();
  Record record{.has_log_append_time = true};
  for (std::int64_t id = 1; id <= kPolicies; ++id) {
    record.content = PolicyCommand{.policy = PolicyId{id}, .name = "bench", .max_count = 1'000};
    must(decider.apply(record).code == Code::Accepted, "the policy was not created");
    record.content = PolicyCommand{.kind = PolicyCommand::Kind::Close, .policy = PolicyId{id}};
    must(decider.apply(record).code == Code::Accepted, "the policy was not closed");
    for (const Policy& policy : decider.take_changes().policies) {
      auto snapshot = std::make_shared<replica::PolicySnapshot>();
      snapshot->policy = policy;
      snapshots.publish(std::move(snapshot));
      decider.forget(policy.id);
      snapshots.retire(policy.id);
    }
  }
  malloc_trim(0);
  return static_cast<double>(resident_bytes() - before) / static_cast<double>(kPolicies);
}

/// Measured once per run.
bench::Spread one(double value) { return {value, value, value}; }

}  // namespace

int main(int argc, char** argv) {
  std::int64_t users = 20'000'000;
  bool json = false;
  bool only_codes = false;
  bench::read_options(argc, argv, {{"--users", &users}, {"--codes", &only_codes}, {"--json", &json}});
  const Growth with_codes = grow_with_codes(users);
  print(json, "memory a holder with an imported code, worst point of 5 to 20 million",
        one(with_codes.worst_bytes), "bytes");
  print(json, "longest pause while they become 20 million, with their codes",
        one(with_codes.longest_pause * 1e3), "ms");
  if (only_codes) return 0;
  print(json, "memory of a listed user, worst point of 5 to 20 million", one(bytes_of_listed(users)),
        "bytes");
  print(json, "80,000 chosen ids, in times of ordinary ones", one(chosen_to_ordinary()), "ratio");
  print(json, "memory of an ended policy", one(bytes_of_an_ended_policy()), "bytes");
  const Cost small = with_policies(1);
  const Cost many = with_policies(10'000);
  const Growth growth = grow(users);
  const Cost& large = growth.halfway;
  print(json, "memory a holder, worst point of 5 to 20 million", one(growth.worst_bytes), "bytes");
  print(json, "longest pause while they become 20 million", one(growth.longest_pause * 1e3), "ms");
  print(json, "decision at 1 thousand coupons", one(small.alone), "ns");
  print(json, "decision at 10 million coupons", one(large.alone), "ns");
  print(json, "decision with 10,000 policies", one(many.alone), "ns");
  print(json, "record to decision at 1 thousand coupons", one(small.record), "ns");
  print(json, "record to decision at 10 million coupons", one(large.record), "ns");
  print(json, "record to decision with 10,000 policies", one(many.record), "ns");
  print(json, "decision alone, coupons 1 thousand to 10 million", one(large.alone / small.alone), "ratio");
  print(json, "decision alone, policies 1 to 10,000", one(many.alone / small.alone), "ratio");
  print(json, "record to decision, coupons 1 thousand to 10 million", one(large.record / small.record),
        "ratio");
  print(json, "record to decision, policies 1 to 10,000", one(many.record / small.record), "ratio");
  return 0;
}
