#include <algorithm>
#include <tuple>

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

/// Checks the rows of one place: a POST, and the requests for its ticket.
class PlaceCheck {
 public:
  PlaceCheck(const Evidence& evidence, std::vector<LateResult>& late, std::vector<bool>& compared,
             Report& report)
      : evidence_(evidence), late_(late), compared_(compared), report_(report) {}

  void check(const Placed* begin, const Placed* end) {
    const HistoryRow* post = nullptr;
    const HistoryRow* first = nullptr;
    for (const Placed* placed = begin; placed != end; ++placed) {
      const HistoryRow& row = at(*placed);
      if (row.request != RequestKind::Ticket) {
        if (post != nullptr) {
          report_.found(Invariant::C7, "{}: got the ticket of {}, as another caller did ({})",
                        RowLabel{evidence_, row}, placed->place(), LineLabel{evidence_, *post});
        }
        if (post == nullptr) post = &row;
      }
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
    if (post->response == ResponseKind::Pending) add_late(*post, begin, end);
  }

 private:
  [[nodiscard]] const HistoryRow& at(const Placed& placed) const { return evidence_.history[placed.row]; }
  [[nodiscard]] RowNumber number(const HistoryRow& row) const {
    return static_cast<RowNumber>(&row - evidence_.history.data());
  }

  void add_late(const HistoryRow& post, const Placed* begin, const Placed* end) {
    const HistoryRow* earliest = nullptr;
    for (const Placed* placed = begin; placed != end; ++placed) {
      const HistoryRow& row = at(*placed);
      if (row.response == ResponseKind::Decided && (earliest == nullptr || row.answered < earliest->answered))
        earliest = &row;
    }
    if (earliest != nullptr) late_.push_back({number(post), number(*earliest)});
  }

  const Evidence& evidence_;
  std::vector<LateResult>& late_;
  std::vector<bool>& compared_;
  Report& report_;
};

}  // namespace

std::vector<LateResult> check_tickets(const Evidence& evidence, std::vector<bool>& compared, Report& report) {
  const std::vector<Placed> rows = by_place(evidence);
  std::vector<LateResult> late;
  PlaceCheck place(evidence, late, compared, report);
  const Placed* const end = rows.data() + rows.size();
  for (const Placed* begin = rows.data(); begin != end;) {
    const Placed* next = begin + 1;
    while (next != end && next->place() == begin->place()) ++next;
    place.check(begin, next);
    begin = next;
  }
  return late;
}

}  // namespace firstcome::check
