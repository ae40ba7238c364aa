#include "api/queries.h"

#include <simdjson.h>

#include <algorithm>

namespace firstcome::api {
namespace {

using replica::DecidedLog;

/// Attempts per question if the tail was trimmed above the position just read. The tail keeps saved decisions for seconds,
/// so one retry is rare, and three failures have another cause.
constexpr int kTries = 3;

/// Applies one row of policy_change to the start of a policy. Changes nothing if the command has no issueStartsAt.
void read_issue_start(const std::string& command, std::optional<Timestamp>& start) {
  simdjson::dom::parser parser;
  simdjson::dom::element value;
  if (parser.parse(command)["issueStartsAt"].get(value) != simdjson::SUCCESS) return;
  std::string_view text;
  start = value.get_string().get(text) == simdjson::SUCCESS ? parse_rfc3339(text) : std::nullopt;
}

Error trimmed() {
  return Error::retryable(
      "Decisions are missing between the position of the store and the oldest decision in memory.");
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
  ASSIGN_OR_RETURN(const auto positions, reader_.positions());
  for (const store::Position& position : positions) {
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
    if (!same) return TicketAnswer{.kind = Kind::Foreign};
    return with_coupon(found.code, {*found.coupon, ticket.partition, era_});
  }
  if (found.code == Code::Accepted) return imported(ticket);
  return with_fields(ticket, found.code);
}

/// Commands have no tickets, so this is the ticket of an imported coupon.
Result<TicketAnswer> Queries::imported(const Ticket& ticket) {
  ASSIGN_OR_RETURN(const auto coupon, find_coupon(ticket));
  if (!coupon || coupon->coupon.offset != ticket.offset)
    return TicketAnswer{.kind = TicketAnswer::Kind::Gone};
  return with_coupon(Code::Success, *coupon);
}

Result<TicketAnswer> Queries::of_old_era(const Ticket& ticket) {
  ASSIGN_OR_RETURN(const auto issued, stored_coupon(ticket));
  if (issued && issued->era == ticket.era && issued->partition == ticket.partition &&
      issued->coupon.offset == ticket.offset) {
    return with_coupon(Code::Success, *issued);
  }
  // The store has the codes of an old era up to the end of the era.
  ASSIGN_OR_RETURN(const auto code, reader_.code_at(ticket.era, ticket.partition, ticket.offset));
  const Code stored = code.value_or(Code::None);
  if (stored == Code::AlreadyIssued) {
    ASSIGN_OR_RETURN(const auto named, stored_coupon(ticket));
    if (named) return with_coupon(stored, *named);
  }
  const bool has_fields =
      stored == Code::Success || stored == Code::AlreadyIssued || stored == Code::NotStarted;
  if (stored == Code::None || has_fields) return TicketAnswer{.kind = TicketAnswer::Kind::Gone};
  return TicketAnswer{.code = stored};
}

Result<TicketAnswer> Queries::below_memory(const Ticket& ticket) {
  using Kind = TicketAnswer::Kind;
  ASSIGN_OR_RETURN(const Offset position, position_of(ticket.partition));
  ASSIGN_OR_RETURN(const auto found, stored_coupon(ticket));
  if (found && found->era == era_ && found->partition == ticket.partition &&
      found->coupon.offset == ticket.offset) {
    return with_coupon(Code::Success, *found);
  }
  ASSIGN_OR_RETURN(const auto code, reader_.code_at(era_, ticket.partition, ticket.offset));
  if (code) return with_fields(ticket, *code);
  return TicketAnswer{.kind = ticket.offset >= position ? Kind::NotHeld : Kind::Gone};
}

Result<TicketAnswer> Queries::with_coupon(Code code, const store::CouponRow& row) {
  TicketAnswer answer{.code = code, .coupon = row.coupon};
  ASSIGN_OR_RETURN(answer.code_text, codes_.code_of(row, reader_));
  return answer;
}

/// Adds the fields that belong to the code.
Result<TicketAnswer> Queries::with_fields(const Ticket& ticket, Code code) {
  TicketAnswer answer{.code = code};
  if (code == Code::Success || code == Code::AlreadyIssued) {
    ASSIGN_OR_RETURN(const auto found, find_coupon(ticket));
    if (code == Code::Success && (!found || found->coupon.offset != ticket.offset)) {
      return TicketAnswer{.kind = TicketAnswer::Kind::Foreign};
    }
    if (!found) return TicketAnswer{.kind = TicketAnswer::Kind::NotHeld};
    return with_coupon(code, *found);
  }
  if (code == Code::NotStarted) {
    ASSIGN_OR_RETURN(answer.issue_starts_at, start_at_place(ticket));
  }
  return answer;
}

/// The coupon in the store that the ticket names: the one with its ordinal or, for a user at the limit, the newest one at
/// its place.
Result<std::optional<store::CouponRow>> Queries::stored_coupon(const Ticket& ticket) {
  return reader_.find_coupon(ticket.policy, ticket.user, ticket.ordinal, {ticket.era, ticket.offset + 1});
}

/// As stored_coupon(), from the store or the tail.
Result<std::optional<store::CouponRow>> Queries::find_coupon(const Ticket& ticket) {
  for (int i = 0; i < kTries; ++i) {
    ASSIGN_OR_RETURN(const Offset position, position_of(ticket.partition));
    ASSIGN_OR_RETURN(auto best, stored_coupon(ticket));
    if (best && (best->coupon.user_ordinal == ticket.ordinal || best->coupon.offset == ticket.offset))
      return best;
    const TailIndex* tail = tail_of(ticket.partition, position);
    if (tail == nullptr) continue;
    tail->each(ticket.user, [&](const Coupon& coupon) {
      if (coupon.policy != ticket.policy || coupon.offset > ticket.offset) return;
      if (coupon.user_ordinal > ticket.ordinal) return;
      if (!best || coupon.user_ordinal > best->coupon.user_ordinal) {
        best = store::CouponRow{coupon, ticket.partition, era_};
      }
    });
    return best;
  }
  return trimmed();
}

/// The start of issuing at the place of the ticket. The policy may change later; the result of a ticket never does.
Result<std::optional<Timestamp>> Queries::start_at_place(const Ticket& ticket) {
  for (int i = 0; i < kTries; ++i) {
    ASSIGN_OR_RETURN(const Offset position, position_of(ticket.partition));
    ASSIGN_OR_RETURN(const auto rows, reader_.policy_changes(ticket.policy, ticket.offset));
    const auto tail = log_of(ticket.partition)->chunks_from(position);
    if (!tail) continue;
    std::optional<Timestamp> start;
    for (const store::PolicyChangeRow& row : rows) read_issue_start(row.command, start);
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
    ASSIGN_OR_RETURN(const auto page, reader_.user_coupons(question.user, question.policy,
                                                           {question.cursor.policy, question.cursor.ordinal},
                                                           kCouponsPage + 1));
    std::vector<store::CouponRow> coupons;
    coupons.reserve(page.coupons.size());
    for (const store::CouponWithLife& coupon : page.coupons) coupons.push_back(coupon.row);
    bool complete = true;
    for (const store::Position& position : page.positions) {
      if (log_of(position.partition) == nullptr) continue;
      const TailIndex* tail = tail_of(position.partition, position.next_offset);
      complete = complete && tail != nullptr;
      if (!complete) break;
      tail->each(question.user, [&](const Coupon& coupon) {
        if (CouponCursor{coupon.policy, coupon.user_ordinal} <= question.cursor) return;
        if (question.policy && coupon.policy != *question.policy) return;
        coupons.push_back({coupon, position.partition, era_});
      });
    }
    if (!complete) continue;
    const auto by_policy = [](const store::CouponRow& row) {
      return std::pair{row.coupon.policy, row.coupon.sequence};
    };
    std::ranges::sort(coupons, {}, by_policy);
    const auto repeated = std::ranges::unique(coupons, {}, &store::CouponRow::coupon);
    coupons.erase(repeated.begin(), repeated.end());
    CouponsAnswer answer;
    if (coupons.size() > kCouponsPage) {
      coupons.resize(kCouponsPage);
      const Coupon& last = coupons.back().coupon;
      answer.next_cursor = CouponCursor{last.policy, last.user_ordinal};
    }
    for (const store::CouponRow& row : coupons) {
      ASSIGN_OR_RETURN(auto code, codes_.code_of(row, reader_));
      answer.coupons.push_back({row.coupon, std::move(code)});
    }
    return answer;
  }
  return trimmed();
}

QuestionAnswer Queries::answer(const Question& question) {
  if (const auto* asked = std::get_if<Ticket>(&question)) {
    ASSIGN_OR_RETURN(auto found, ticket(*asked));
    return found;
  }
  ASSIGN_OR_RETURN(auto found, coupons(std::get<CouponsQuestion>(question)));
  return found;
}

}  // namespace firstcome::api
