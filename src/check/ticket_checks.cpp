#include <fmt/core.h>

#include <algorithm>

#include "check/checks.h"
#include "check/words.h"

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
    if (row.has_place()) rows.push_back({row.offset, row.partition, static_cast<RowNumber>(i)});
  }
  std::sort(rows.begin(), rows.end(), [](const Placed& a, const Placed& b) {
    return a.offset != b.offset         ? a.offset < b.offset
           : a.partition != b.partition ? a.partition < b.partition
                                        : a.row < b.row;
  });
  return rows;
}

std::string told(const HistoryRow& row) {
  return words(row.code) + (row.sequence == 0 ? "" : fmt::format(" {}", row.sequence));
}

bool says_the_same(const HistoryRow& a, const HistoryRow& b) {
  const bool same_time =
      a.issued_at == Timestamp{} || b.issued_at == Timestamp{} || a.issued_at == b.issued_at;
  return a.code == b.code && a.sequence == b.sequence && same_time;
}

/// All rows that name one place.
class OnePlace {
 public:
  OnePlace(const Evidence& evidence, std::vector<LateOutcome>& late, std::vector<bool>& compared,
           Report& report)
      : evidence_(evidence), late_(late), compared_(compared), report_(report) {}

  void check(const Placed* begin, const Placed* end) {
    const HistoryRow* first_post = nullptr;
    const HistoryRow* first_told = nullptr;
    for (const Placed* placed = begin; placed != end; ++placed) {
      const HistoryRow& row = at(*placed);
      if (row.asked != Asked::Ticket) {
        if (first_post != nullptr) given_twice(*first_post, row, placed->place());
        if (first_post == nullptr) first_post = &row;
      }
      if (row.told != Told::Decided) continue;
      if (first_told != nullptr) compared_[number(*first_told)] = compared_[placed->row] = true;
      if (first_told != nullptr && !says_the_same(*first_told, row)) changed(*first_told, row);
      if (first_told == nullptr) first_told = &row;
    }
    // What is acknowledged and nobody asked for again, only store or journal know.
    if (first_told != nullptr || evidence_.store || evidence_.journal != nullptr) {
      report_.looked_at(Invariant::C4, 1);
    } else {
      report_.not_judged(Invariant::C4, 1);
    }
    if (first_post == nullptr) return;  // somebody else's: what its ticket says was compared
    for (const Placed* placed = begin; placed != end; ++placed) {
      if (at(*placed).told == Told::Lost) lost(*first_post, at(*placed));
    }
    if (first_post->told == Told::Pending) add_late(*first_post, begin, end);
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
      if (row.told == Told::Decided && (earliest == nullptr || row.answered < earliest->answered))
        earliest = &row;
    }
    if (earliest != nullptr) late_.push_back({number(post), number(*earliest)});
  }

  void given_twice(const HistoryRow& first, const HistoryRow& row, Place place) {
    report_.found(Invariant::C7, [&] {
      return who(evidence_, row) + "another caller was given " + words(place) + " too (" +
             line(evidence_, first) + ")";
    });
  }
  void changed(const HistoryRow& first, const HistoryRow& row) {
    report_.found(Invariant::C7, [&] {
      return who(evidence_, row) + "a ticket says " + told(row) + " that said " + told(first) + " (" +
             line(evidence_, first) + ")";
    });
  }
  void lost(const HistoryRow& post, const HistoryRow& row) {
    report_.found(Invariant::C4, [&] {
      return who(evidence_, row) + "nobody knows the ticket that was given (" + line(evidence_, post) + ")";
    });
  }

  const Evidence& evidence_;
  std::vector<LateOutcome>& late_;
  std::vector<bool>& compared_;
  Report& report_;
};

}  // namespace

std::vector<LateOutcome> check_tickets(const Evidence& evidence, std::vector<bool>& compared,
                                       Report& report) {
  const std::vector<Placed> rows = by_place(evidence);
  std::vector<LateOutcome> late;
  OnePlace one(evidence, late, compared, report);
  const Placed* const end = rows.data() + rows.size();
  for (const Placed* begin = rows.data(); begin != end;) {
    const Placed* next = begin + 1;
    while (next != end && next->place() == begin->place()) ++next;
    one.check(begin, next);
    begin = next;
  }
  return late;
}

}  // namespace firstcome::check
