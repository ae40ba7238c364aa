#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "check/judge.h"
#include "check/naive_model.h"

/// A small correct run that each test changes in one place: policy 7 has two coupons, users 1 and 2 get them.
namespace firstcome::check {

inline constexpr PolicyId kPolicy{7};

/// The evidence of a test.
enum class Given : std::uint8_t { HistoryAlone, Store, StoreAndJournal };
inline constexpr Given kAlone = Given::HistoryAlone;
inline constexpr Given kStore = Given::Store;
inline constexpr Given kBoth = Given::StoreAndJournal;
inline constexpr Given kAllWays[] = {kAlone, kStore, kBoth};
std::string_view name_of(Given given);

/// Builds a row; times in milliseconds.
class RowBuilder {
 public:
  RowBuilder(RequestKind request, std::int64_t user, int sent, int answered);
  RowBuilder& pending(Offset offset);
  RowBuilder& decided(Code code, Offset offset);  ///< with a ticket
  RowBuilder& early(Code code, Offset as_of);
  RowBuilder& coupon(int sequence);  ///< issued at 1 s + `sequence` ms after the Unix epoch
  RowBuilder& not_appended();
  RowBuilder& not_found(Offset offset);
  operator HistoryRow() const { return row_; }  // NOLINT(google-explicit-constructor)

 private:
  HistoryRow row_;
};
RowBuilder press(std::int64_t user, int sent, int answered);
RowBuilder ask_ticket(std::int64_t user, int sent, int answered);
HistoryRow command(PolicyCommand::Kind kind, int sent, int answered, int max_count, int revision);

struct RecordText {
  std::string value;
  bool is_command = false;
};

class CheckFixture : public testing::Test {
 protected:
  CheckFixture();
  Report judge_with(Given given, std::size_t texts_max = 100) const;
  /// The check reports a violation that contains `text`, with each of the given evidences.
  void expect_found(Invariant check, const std::string& text, const std::vector<Given>& ways) const;
  /// The same with every evidence.
  void expect_found(Invariant check, const std::string& text) const {
    expect_found(check, text, {std::begin(kAllWays), std::end(kAllWays)});
  }
  void expect_clean() const;

  /// Line n of the history, from 1.
  HistoryRow& line(std::size_t number) { return history.at(number - 1); }
  void add(const HistoryRow& row) { history.push_back(row); }
  /// Makes the first coupon an imported one. The import ends with it.
  void import_first_coupon();
  CouponFact& coupon_of(std::int64_t user);

  Evidence evidence;
  std::vector<HistoryRow>& history = evidence.history;
  StoreRows store;
  std::vector<RecordText> journal;
  std::vector<DeadLetter> dead_letters;
};

}  // namespace firstcome::check
