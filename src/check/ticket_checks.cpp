#include <algorithm>
#include <tuple>
#include <utility>

#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

struct Placed {
  Offset offset = 0;
  Partition partition = 0;
  RowNumber row = 0;
  [[nodiscard]] Place place() const { return {partition, offset}; }
};

std::vector<Placed> by_place(const Evidence& evidence) {
  std::vector<Placed> rows;
  for (std::size_t i = 0; i < evidence.history.size(); ++i) {
    const HistoryRow& row = evidence.history[i];
    if (row.has_ticket()) rows.push_back({row.offset, row.partition, static_cast<RowNumber>(i)});
  }
  std::sort(rows.begin(), rows.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.offset, a.partition, a.row) < std::tie(b.offset, b.partition, b.row);
  });
  return rows;
}

/// "SUCCESS 17" or "SOLD_OUT"
std::string result_text(const HistoryRow& row) {
  return row.sequence == 0 ? std::string(name_of(row.code))
                           : fmt::format("{} {}", name_of(row.code), row.sequence);
}

bool is_same_result(const HistoryRow& a, const HistoryRow& b) {
  const bool same_time =
      a.issued_at == Timestamp{} || b.issued_at == Timestamp{} || a.issued_at == b.issued_at;
  return a.code == b.code && a.sequence == b.sequence && same_time;
}

/// Checks the rows of one place: a POST, those that joined it, and the requests for its ticket.
class PlaceCheck {
 public:
  PlaceCheck(const Evidence& evidence, TicketResults& results, std::vector<bool>& compared, Report& report)
      : evidence_(evidence), results_(results), compared_(compared), report_(report) {}

  void check(const Placed* begin, const Placed* end) {
    const HistoryRow* const post = find_post(begin, end);
    const HistoryRow* first = nullptr;
    for (const Placed* placed = begin; placed != end; ++placed) {
      const HistoryRow& row = at(*placed);
      if (row.request != RequestKind::Ticket && &row != post) check_joined(row, *post, placed->place());
      if (row.response != ResponseKind::Decided) continue;
      if (first == nullptr) {
        first = &row;
        continue;
      }
      compared_[number(*first)] = compared_[placed->row] = true;
      if (!is_same_result(*first, row)) {
        report_.found(Invariant::C7, "{}: got {}, but the same ticket gave {} ({})", RowLabel{evidence_, row},
                      result_text(row), result_text(*first), LineLabel{evidence_, *first});
      }
    }
    // If no row has the result, only the store or the journal has it.
    if (first != nullptr || evidence_.store || evidence_.journal != nullptr) {
      report_.judged(Invariant::C4, 1);
    } else {
      report_.not_judged(Invariant::C4, 1);
    }
    if (post == nullptr) return;  // the POST is not in the history
    for (const Placed* placed = begin; placed != end; ++placed) {
      if (at(*placed).response == ResponseKind::NotFound) {
        report_.found(Invariant::C4, "{}: the server returned 404 for a ticket that it gave ({})",
                      RowLabel{evidence_, at(*placed)}, LineLabel{evidence_, *post});
      }
    }
    add_late(begin, end);
  }

 private:
  [[nodiscard]] const HistoryRow& at(const Placed& placed) const { return evidence_.history[placed.row]; }
  [[nodiscard]] RowNumber number(const HistoryRow& row) const {
    return static_cast<RowNumber>(&row - evidence_.history.data());
  }

  /// The POST whose record is at this place: the one with the result, or the one that was sent first.
  [[nodiscard]] const HistoryRow* find_post(const Placed* begin, const Placed* end) const {
    const HistoryRow* post = nullptr;
    for (const Placed* placed = begin; placed != end; ++placed) {
      const HistoryRow& row = at(*placed);
      if (row.request == RequestKind::Ticket) continue;
      const auto rank = [](const HistoryRow& of) {
        return std::pair(of.response == ResponseKind::Pending, of.sent);
      };
      if (post == nullptr || rank(row) < rank(*post)) post = &row;
    }
    return post;
  }

  /// A request joins another one of the same user until that one is decided, and may get its ticket with 202.
  void check_joined(const HistoryRow& row, const HistoryRow& post, Place place) {
    results_.joined[number(row)] = true;
    const bool same = row.request == RequestKind::Coupon && post.request == RequestKind::Coupon &&
                      row.user == post.user && row.policy == post.policy;
    const bool under_way = post.response != ResponseKind::Decided || row.sent <= post.answered;
    if (same && under_way && row.response == ResponseKind::Pending) return;
    report_.found(Invariant::C7, "{}: got the ticket of {}, as another caller did ({})",
                  RowLabel{evidence_, row}, place, LineLabel{evidence_, post});
  }

  /// The results of the POSTs that got 202.
  void add_late(const Placed* begin, const Placed* end) {
    const HistoryRow* earliest = nullptr;
    for (const Placed* placed = begin; placed != end; ++placed) {
      const HistoryRow& row = at(*placed);
      if (row.response == ResponseKind::Decided && (earliest == nullptr || row.answered < earliest->answered))
        earliest = &row;
    }
    if (earliest == nullptr) return;
    for (const Placed* placed = begin; placed != end; ++placed) {
      const HistoryRow& row = at(*placed);
      if (row.request != RequestKind::Ticket && row.response == ResponseKind::Pending)
        results_.late.push_back({placed->row, number(*earliest)});
    }
  }

  const Evidence& evidence_;
  TicketResults& results_;
  std::vector<bool>& compared_;
  Report& report_;
};

}  // namespace

TicketResults check_tickets(const Evidence& evidence, std::vector<bool>& compared, Report& report) {
  const std::vector<Placed> rows = by_place(evidence);
  TicketResults results{.late = {}, .joined = std::vector<bool>(evidence.history.size())};
  PlaceCheck place(evidence, results, compared, report);
  const Placed* const end = rows.data() + rows.size();
  for (const Placed* begin = rows.data(); begin != end;) {
    const Placed* next = begin + 1;
    while (next != end && next->place() == begin->place()) ++next;
    place.check(begin, next);
    begin = next;
  }
  return results;
}

}  // namespace firstcome::check
