#include "api/queries.h"

#include <algorithm>

#include "api/stored_command.h"

namespace firstcome::api {
namespace {

using replica::DecidedLog;

/// How often a question is asked again because the tail was trimmed past the position just read. The tail
/// keeps what is saved for seconds, so once is rare and three times means that something else is wrong.
constexpr int kTries = 3;

Error trimmed() {
  return Error::retryable("Memory and store do not meet: the store's position is behind what memory holds.");
}

}  // namespace

DecidedLog* Queries::log_of(Partition partition) const {
  const auto index = static_cast<std::size_t>(partition);
  return partition >= 0 && index < logs_.size() ? logs_[index] : nullptr;
}

const TailIndex* Queries::tail_of(Partition partition, Offset from) {
  TailIndex& tail = tails_[static_cast<std::size_t>(partition)];
  tail.follow(*log_of(partition));
  return tail.reaches(from) ? &tail : nullptr;
}

Result<Offset> Queries::position_of(Partition partition) {
  const auto positions = reader_.positions();
  if (!positions) return positions.error();
  for (const store::Position& position : *positions) {
    if (position.partition == partition) return position.next_offset;
  }
  return Error::permanent("The store has no position for partition {}.", partition);
}

Result<TicketAnswer> Queries::ticket(const Ticket& ticket) {
  using Kind = TicketAnswer::Kind;
  if (ticket.era < era_) return of_old_era(ticket);
  const DecidedLog* log = log_of(ticket.partition);
  if (ticket.era > era_ || log == nullptr) return TicketAnswer{.kind = Kind::NotHeld};
  const auto found = log->find(ticket.offset);
  switch (found.held) {
    case DecidedLog::Held::NotYet: return TicketAnswer{.kind = Kind::Pending};
    case DecidedLog::Held::Below: return below_memory(ticket);
    case DecidedLog::Held::Here: break;
  }
  if (found.coupon) {
    const bool same = found.coupon->policy == ticket.policy && found.coupon->user == ticket.user;
    return same ? TicketAnswer{.code = found.code, .coupon = found.coupon}
                : TicketAnswer{.kind = Kind::Foreign};
  }
  if (found.code == Code::Accepted) return imported(ticket);
  return with_fields(ticket, found.code);
}

/// Commands have no tickets: this one names a coupon that came in by an import.
Result<TicketAnswer> Queries::imported(const Ticket& ticket) {
  const auto coupon = find_coupon(ticket);
  if (!coupon) return coupon.error();
  if (!coupon->has_value() || (*coupon)->offset != ticket.offset) {
    return TicketAnswer{.kind = TicketAnswer::Kind::Gone};
  }
  return TicketAnswer{.code = Code::Success, .coupon = **coupon};
}

Result<TicketAnswer> Queries::of_old_era(const Ticket& ticket) {
  const auto row = reader_.find_coupon(ticket.policy, ticket.user);
  if (!row) return row.error();
  const auto& found = *row;
  if (found && found->era == ticket.era && found->partition == ticket.partition &&
      found->coupon.offset == ticket.offset) {
    return TicketAnswer{.code = Code::Success, .coupon = found->coupon};
  }
  // At or above where the era ended nothing is known. Below, a refusal is what it was.
  const auto code = reader_.code_at(ticket.era, ticket.partition, ticket.offset);
  if (!code) return code.error();
  const Code stored = code->value_or(Code::None);
  if (stored == Code::AlreadyIssued && found) return TicketAnswer{.code = stored, .coupon = found->coupon};
  const bool has_fields =
      stored == Code::Success || stored == Code::AlreadyIssued || stored == Code::NotStarted;
  if (stored == Code::None || has_fields) return TicketAnswer{.kind = TicketAnswer::Kind::Gone};
  return TicketAnswer{.code = stored};
}

Result<TicketAnswer> Queries::below_memory(const Ticket& ticket) {
  using Kind = TicketAnswer::Kind;
  const auto position = position_of(ticket.partition);
  if (!position) return position.error();
  const auto row = reader_.find_coupon(ticket.policy, ticket.user);
  if (!row) return row.error();
  const auto& found = *row;
  if (found && found->era == era_ && found->partition == ticket.partition &&
      found->coupon.offset == ticket.offset) {
    return TicketAnswer{.code = Code::Success, .coupon = found->coupon};
  }
  const auto code = reader_.code_at(era_, ticket.partition, ticket.offset);
  if (!code) return code.error();
  const std::optional<Code>& stored = *code;
  if (stored) return with_fields(ticket, *stored);
  return TicketAnswer{.kind = ticket.offset >= *position ? Kind::NotHeld : Kind::Gone};
}

/// Adds what the code alone does not say.
Result<TicketAnswer> Queries::with_fields(const Ticket& ticket, Code code) {
  TicketAnswer answer{.code = code};
  if (code == Code::Success || code == Code::AlreadyIssued) {
    auto coupon = find_coupon(ticket);
    if (!coupon) return coupon.error();
    const auto& found = *coupon;
    if (code == Code::Success && (!found || found->offset != ticket.offset)) {
      return TicketAnswer{.kind = TicketAnswer::Kind::Foreign};
    }
    if (!found) return TicketAnswer{.kind = TicketAnswer::Kind::NotHeld};
    answer.coupon = *found;
  }
  if (code == Code::NotStarted) {
    const auto start = start_at_place(ticket);
    if (!start) return start.error();
    answer.issue_starts_at = *start;
  }
  return answer;
}

/// The one coupon of the ticket's user, saved or not yet.
Result<std::optional<Coupon>> Queries::find_coupon(const Ticket& ticket) {
  for (int i = 0; i < kTries; ++i) {
    const auto position = position_of(ticket.partition);
    if (!position) return position.error();
    const auto row = reader_.find_coupon(ticket.policy, ticket.user);
    if (!row) return row.error();
    const auto& found = *row;
    if (found) return std::optional<Coupon>{found->coupon};
    const TailIndex* tail = tail_of(ticket.partition, *position);
    if (tail == nullptr) continue;
    std::optional<Coupon> first;
    tail->each(ticket.user, [&](const Coupon& coupon) {
      if (coupon.policy == ticket.policy) first = coupon;
    });
    return first;
  }
  return trimmed();
}

/// When issuing was to start, as of the ticket's place: a ticket's answer never changes, the policy may.
Result<std::optional<Timestamp>> Queries::start_at_place(const Ticket& ticket) {
  for (int i = 0; i < kTries; ++i) {
    const auto position = position_of(ticket.partition);
    if (!position) return position.error();
    const auto rows = reader_.policy_changes(ticket.policy, ticket.offset);
    if (!rows) return rows.error();
    const auto tail = log_of(ticket.partition)->chunks_from(*position);
    if (!tail) continue;
    std::optional<Timestamp> start;
    for (const store::PolicyChangeRow& row : *rows) read_issue_start(row.command, start);
    for (const auto& chunk : *tail) {
      for (const store::PolicyChangeRow& row : chunk->changes) {
        if (row.policy == ticket.policy && row.offset <= ticket.offset) read_issue_start(row.command, start);
      }
    }
    return start;
  }
  return trimmed();
}

Result<CouponsAnswer> Queries::coupons(const CouponsQuestion& question) {
  for (int i = 0; i < kTries; ++i) {
    const auto page = reader_.user_coupons(question.user, question.policy, question.cursor, kCouponsPage + 1);
    if (!page) return page.error();
    std::vector<Coupon> coupons;
    for (const store::CouponRow& row : page->coupons) coupons.push_back(row.coupon);
    bool whole = true;
    for (const store::Position& position : page->positions) {
      if (log_of(position.partition) == nullptr) continue;
      const TailIndex* tail = tail_of(position.partition, position.next_offset);
      whole = whole && tail != nullptr;
      if (!whole) break;
      tail->each(question.user, [&](const Coupon& coupon) {
        if (coupon.policy <= question.cursor) return;
        if (!question.policy || coupon.policy == *question.policy) coupons.push_back(coupon);
      });
    }
    if (!whole) continue;
    const auto by_policy = [](const Coupon& a, const Coupon& b) {
      return std::pair{a.policy, a.sequence} < std::pair{b.policy, b.sequence};
    };
    std::ranges::sort(coupons, by_policy);
    coupons.erase(std::unique(coupons.begin(), coupons.end()), coupons.end());
    CouponsAnswer answer;
    if (coupons.size() > kCouponsPage) {
      coupons.resize(kCouponsPage);
      answer.next_cursor = coupons.back().policy;
    }
    answer.coupons = std::move(coupons);
    return answer;
  }
  return trimmed();
}

QuestionAnswer Queries::answer(const Question& question) {
  if (const auto* asked = std::get_if<Ticket>(&question)) {
    auto found = ticket(*asked);
    if (!found) return found.error();
    return *found;
  }
  auto found = coupons(std::get<CouponsQuestion>(question));
  if (!found) return found.error();
  return std::move(*found);
}

}  // namespace firstcome::api
