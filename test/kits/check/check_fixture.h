#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "check/judge.h"
#include "check/naive_model.h"

/// A small run in which everything is right, for tests to break in one place: policy 7 has two coupons, users
/// 1 and 2 get them.
namespace firstcome::check {

inline constexpr PolicyId kPolicy{7};

/// What the checks are given.
enum class Given : std::uint8_t { HistoryAlone, Store, StoreAndJournal };
inline constexpr Given kAllWays[] = {Given::HistoryAlone, Given::Store, Given::StoreAndJournal};
std::string_view name_of(Given given);

/// A row in a few words; times in milliseconds.
class Row {
 public:
  Row(Asked asked, std::int64_t user, int sent, int answered);
  Row& pending(Offset offset);
  Row& told(Code code, Offset offset);  ///< with a ticket
  Row& early(Code code, Offset as_of);
  Row& coupon(int sequence);  ///< issued a second past the epoch and as many milliseconds
  Row& not_taken();
  Row& lost(Offset offset);
  operator HistoryRow() const { return row_; }  // NOLINT(google-explicit-constructor)

 private:
  HistoryRow row_;
};
Row press(std::int64_t user, int sent, int answered);
Row ask_ticket(std::int64_t user, int sent, int answered);
HistoryRow command(PolicyCommand::Kind kind, int sent, int answered, int max_count, int revision);

/// A record of the journal with its own memory.
struct Written {
  std::string value;
  bool is_command = false;
};

class CheckFixture : public testing::Test {
 protected:
  CheckFixture();
  Report judge_with(Given given, std::size_t words_most = 100) const;
  /// The check must find it, in these words, when given these.
  void expect_found(Invariant check, const std::string& words, const std::vector<Given>& ways) const;
  /// And with whatever it is given.
  void expect_found(Invariant check, const std::string& words) const {
    expect_found(check, words, {std::begin(kAllWays), std::end(kAllWays)});
  }
  void expect_clean() const;

  /// Line n of the history, from 1.
  HistoryRow& line(std::size_t number) { return history.at(number - 1); }
  void add(const HistoryRow& row) { history.push_back(row); }
  /// The first coupon is not won by user 1's request, but comes in by an import that ends with it.
  void import_first_coupon();
  CouponFact& coupon_of(std::int64_t user);

  Evidence evidence;
  std::vector<HistoryRow>& history = evidence.history;
  StoreRows store;
  std::vector<Written> journal;
  std::vector<DeadLetter> dead_letters;
};

}  // namespace firstcome::check
