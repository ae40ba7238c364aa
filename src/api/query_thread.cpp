#include "api/query_thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "admission/unavailable.h"
#include "api/policy_pages.h"
#include "domain/home.h"

namespace firstcome::api {
namespace {

/// How often the tails are trimmed while there are no questions.
constexpr milliseconds kTrimEvery{1'000};

/// The partition of the question; nothing: all partitions.
std::optional<Partition> partition_of(const Question& question, const replica::PolicySnapshots& snapshots) {
  if (const auto* ticket = std::get_if<Ticket>(&question)) {
    const bool exists = ticket->partition >= 0 && ticket->partition < snapshots.partitions();
    return exists ? ticket->partition : home(ticket->policy, snapshots.homes());
  }
  if (const auto* coupon = std::get_if<CouponQuestion>(&question))
    return home(coupon->policy, snapshots.homes());
  if (const auto* page = std::get_if<PolicyCouponsQuestion>(&question))
    return home(page->policy, snapshots.homes());
  if (const auto* counts = std::get_if<CouponCountsQuestion>(&question))
    return home(counts->policy, snapshots.homes());
  const auto* coupons = std::get_if<CouponsQuestion>(&question);
  const auto& policy = coupons ? coupons->policy : std::get<PoliciesQuestion>(question).only;
  return policy ? std::optional(home(*policy, snapshots.homes())) : std::nullopt;
}

}  // namespace

QueryThread::QueryThread(store::Store& store, std::vector<replica::DecidedLog*> logs,
                         const replica::PolicySnapshots& snapshots, Era era, const CouponCodes& codes,
                         const Settings& settings)
    : store_(store),
      logs_(std::move(logs)),
      snapshots_(snapshots),
      era_(era),
      settings_(settings),
      codes_(snapshots, codes),
      tails_(logs_.size()),
      thread_(settings.name, [this] { return step(); }) {}

QueryThread::~QueryThread() { stop(); }

Status QueryThread::start() {
  if (settings_.stays_connected) {
    ASSIGN_OR_RETURN(reader_, store_.make_reader());
  }
  thread_.start();
  return Done{};
}

void QueryThread::give_up() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    asked_.clear();
  }
  thread_.give_up();
}

void QueryThread::stop() {
  give_up();
  thread_.stop();
}

bool QueryThread::try_ask(admission::Caller caller, const net::PeerAddress& from, const Question& question,
                          QuestionSink& sink) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || asked_.size() >= settings_.most || asked_.size(from) >= (settings_.most + 1) / 2)
      return false;
    asked_.add(from, {caller, question, &sink});
  }
  thread_.wake();
  return true;
}

Instant QueryThread::step() {
  std::optional<Asked> next;
  {
    const std::lock_guard lock(mutex_);
    if (!asked_.empty()) next = asked_.next();
  }
  if (next) {
    next->sink->question_answered(next->caller, answer(next->question));
    return {};
  }
  const Instant now = std::chrono::steady_clock::now();
  if (now >= trim_at_) {
    for (std::size_t i = 0; i < logs_.size(); ++i) tails_[i].trim(*logs_[i]);
    trim_at_ = now + kTrimEvery;
  }
  return trim_at_;
}

/// Memory has all decisions above the position of the store only while the partitions serve. So this reads their health
/// before and after: a partition that was loaded in between has lost them.
QuestionAnswer QueryThread::answer(const Question& question) {
  const std::optional<Partition> only = partition_of(question, snapshots_);
  const admission::Readable before = admission::readable(snapshots_, only);
  if (const std::string_view reason = admission::unavailable_reason(before, only); !reason.empty())
    return NotInService{reason};
  QuestionAnswer answer = ask_store(question);
  if (admission::readable(snapshots_, only) != before)
    return NotInService{admission::unavailable_reason(replica::Health::Replaying)};
  const auto leave_out = [&](auto& rows, auto id_of) {
    std::erase_if(rows, [&](const auto& row) {
      const Partition partition = home(id_of(row), snapshots_.homes());
      return std::ranges::find(before.left_out, partition) != before.left_out.end();
    });
    return before.left_out;
  };
  if (auto* coupons = std::get_if<CouponsAnswer>(&answer)) {
    coupons->left_out = leave_out(coupons->coupons, [](const UserCoupon& row) { return row.coupon.policy; });
  } else if (auto* policies = std::get_if<PoliciesAnswer>(&answer)) {
    policies->left_out = leave_out(policies->policies, [](const Policy& policy) { return policy.id; });
  }
  return answer;
}

QuestionAnswer QueryThread::ask_store(const Question& question) {
  if (!reader_) {
    auto reader = store_.make_reader();
    if (!reader) {
      errors_.add(reader.error());
      return reader.error();
    }
    reader_ = std::move(*reader);
  }
  QuestionAnswer answer = answer_from(*reader_, question);
  if (const Error* error = std::get_if<Error>(&answer)) {
    errors_.add(*error);
    reader_.reset();
  }
  if (!settings_.stays_connected) reader_.reset();
  return answer;
}

QuestionAnswer QueryThread::answer_from(store::Reader& reader, const Question& question) {
  const auto of_policy = [&](PolicyId policy) {
    const Partition partition = home(policy, snapshots_.homes());
    return CouponQueries(reader, partition, *logs_[static_cast<std::size_t>(partition)], era_, codes_);
  };
  if (const auto* coupon = std::get_if<CouponQuestion>(&question)) {
    ASSIGN_OR_RETURN(auto answer, of_policy(coupon->policy).coupon(*coupon));
    return answer;
  }
  if (const auto* coupons = std::get_if<PolicyCouponsQuestion>(&question)) {
    ASSIGN_OR_RETURN(auto answer, of_policy(coupons->policy).page(*coupons));
    return answer;
  }
  if (const auto* counts = std::get_if<CouponCountsQuestion>(&question)) {
    ASSIGN_OR_RETURN(auto answer, of_policy(counts->policy).counts(*counts));
    return answer;
  }
  const auto* policies = std::get_if<PoliciesQuestion>(&question);
  if (policies == nullptr) return Queries(reader, logs_, era_, codes_, &tails_).answer(question);
  ASSIGN_OR_RETURN(auto page, policies_everywhere(snapshots_, reader, *policies));
  return page;
}

}  // namespace firstcome::api
