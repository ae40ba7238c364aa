#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "postgres_databases.h"
#include "store_kit.h"

namespace firstcome::test {
namespace {

using store::EventRange;
using store::PublishedRange;
using store::SaveOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr PolicyId kThree{3};
constexpr PolicyId kEight{8};

using Range = std::tuple<PolicyId, std::int64_t, std::int64_t>;

class PostgresOutboxTest : public testing::Test {
 protected:
  PostgresOutboxTest() {
    store_ = std::move(*store::open_postgres_store(database_.address()));
    CHECK(store_->create_if_missing({"a journal", {5, 6}}).ok());
    writer_ = std::move(*store_->make_writer());
    outbox_ = std::move(*store_->make_event_outbox());
  }
  void save(const store::Batch& batch) {
    const auto saved = writer_->save(batch);
    ASSERT_EQ(saved.outcome, SaveOutcome::Saved) << saved.error.text();
  }
  void issue(PolicyId policy, std::size_t count, std::int64_t max_count = 1'000'000) {
    users_ += 1'000;
    store::Batch batch = maker_.issue(policy, count, UserId{users_});
    Policy& saved = batch.policies.front();
    saved.revision = policies_[policy].revision;  // 0 at first: these policies have no row of their creation
    saved.max_count = max_count;
    saved.codes = policies_[policy].codes;
    policies_[policy] = saved;
    save(batch);
  }
  /// A record of one command of a coupon.
  void command(PolicyId policy, std::int64_t sequence, CouponCommand::Kind kind) {
    store::Batch batch = maker_.next({static_cast<std::uint8_t>(Code::Accepted)});
    const std::string reference = "order-" + std::to_string(batch.first_offset);
    CouponChange change = a_use(policy, sequence, reference, batch.first_offset);
    change.kind = kind;
    batch.coupon_changes.push_back(change);
    batch.lives.push_back(a_used_coupon(policy, sequence, reference));
    if (kind == CouponCommand::Kind::Cancel) {
      --policies_[policy].active_count;
      batch.policies.push_back(policies_[policy]);
    }
    save(batch);
  }
  void change(PolicyId policy) {
    store::Batch batch = maker_.next({static_cast<std::uint8_t>(Code::Accepted)});
    Policy& changed = policies_[policy];
    ++changed.revision;
    batch.changes.push_back(a_change(policy, changed.revision, batch.first_offset));
    batch.policies.push_back(changed);
    save(batch);
  }
  /// Policy, sequence of the mark and number of events of each range.
  std::vector<Range> unpublished() {
    std::vector<Range> all;
    const auto ranges = outbox_->unpublished();
    EXPECT_TRUE(ranges.ok()) << ranges.error().text();
    for (const EventRange& range : *ranges)
      all.emplace_back(range.policy, range.after.sequence, range.count());
    return all;
  }
  /// Of all ranges, at most `most` events each.
  std::vector<store::SavedEvent> events(std::int64_t most = 1'000) {
    std::vector<EventRange> ranges = *outbox_->unpublished();
    for (EventRange& range : ranges) range.most = std::min(most, range.count());
    auto events = outbox_->events(ranges);
    EXPECT_TRUE(events.ok()) << events.error().text();
    return std::move(*events);
  }
  /// One word for each event: what it reports, and of which policy.
  static std::vector<std::string> words(const std::vector<store::SavedEvent>& events) {
    std::vector<std::string> words;
    for (const store::SavedEvent& event : events) {
      std::string word = std::to_string(event.policy.value) + ':';
      if (const auto* coupon = std::get_if<store::CouponRow>(&event.what)) {
        word += "issued " + std::to_string(coupon->coupon.sequence);
      } else if (const auto* changed = std::get_if<store::CouponChangeRow>(&event.what)) {
        word += std::string(name_of(changed->stored.change.kind)) + ' ' +
                std::to_string(changed->stored.change.sequence);
      } else if (const auto* policy = std::get_if<store::StoredChange>(&event.what)) {
        word += "revision " + std::to_string(policy->change.revision);
      } else {
        word += std::get<store::StockChange>(event.what).stock.is_sold_out() ? "sold out" : "reopened";
      }
      words.push_back(std::move(word));
    }
    return words;
  }
  /// All of these events, which are those of unpublished(), are in the topic.
  void publish(const std::vector<store::SavedEvent>& events) {
    std::vector<PublishedRange> published;
    const std::vector<EventRange> ranges = *outbox_->unpublished();
    for (const EventRange& range : ranges) {
      published.push_back({range.policy, range.after, range.after, range.traced});
      for (const auto& event : events) {
        if (event.policy == range.policy) published.back().up_to = event.mark;
      }
    }
    const Status done = outbox_->published(published);
    ASSERT_TRUE(done.ok()) << done.error().text();
  }
  void publish() { publish(events()); }

  const MigratedDatabase database_;
  std::unique_ptr<store::PostgresStore> store_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<store::EventOutbox> outbox_;
  BatchMaker maker_{0, 5};
  std::int64_t users_ = 0;
  std::map<PolicyId, Policy> policies_;
};

TEST_F(PostgresOutboxTest, SavedCouponsAreUnpublishedUntilTheyAreMarkedAsPublished) {
  EXPECT_THAT(unpublished(), IsEmpty());
  issue(kEight, 4);
  issue(kThree, 2);
  EXPECT_THAT(unpublished(), ElementsAre(Range{kThree, 0, 2}, Range{kEight, 0, 4}));
  publish(events(3));
  EXPECT_THAT(unpublished(), ElementsAre(Range{kEight, 3, 1}));
  issue(kThree, 1);
  EXPECT_THAT(unpublished(), ElementsAre(Range{kThree, 2, 1}, Range{kEight, 3, 1}));
}

TEST_F(PostgresOutboxTest, CouponsAreSortedByPolicyAndSequenceAndHaveTheirOffsets) {
  issue(kEight, 4);
  issue(kThree, 3);
  publish(events(1));
  const auto next = events(2);
  EXPECT_THAT(words(next), ElementsAre("3:issued 2", "3:issued 3", "8:issued 2", "8:issued 3"));
  EXPECT_EQ(std::get<store::CouponRow>(next.front().what).coupon.offset, 5)
      << "after four of the other policy and one of this policy";
  EXPECT_EQ(std::get<store::CouponRow>(next.front().what).era, 1);
}

TEST_F(PostgresOutboxTest, EventsOfAPolicyAreInTheOrderOfItsRecords) {
  using Kind = CouponCommand::Kind;
  issue(kEight, 2);
  issue(kThree, 1);
  command(kEight, 1, Kind::Reserve);
  command(kEight, 1, Kind::Use);
  change(kEight);
  command(kThree, 1, Kind::Use);
  issue(kEight, 1);
  command(kEight, 1, Kind::Restore);
  command(kEight, 2, Kind::Cancel);
  const std::vector<std::string> all = {"3:issued 1",   "3:use 1",    "8:issued 1",  "8:issued 2", "8:use 1",
                                        "8:revision 1", "8:issued 3", "8:restore 1", "8:cancel 2"};
  EXPECT_EQ(words(events()), all);
  // In steps of one event it is the same: whatever a step ends with, the next one continues there.
  std::vector<std::string> eight;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto step = events(1);
    if (step.empty()) break;
    for (const std::string& word : words(step)) {
      if (word.starts_with("8")) eight.push_back(word);
    }
    publish(step);
  }
  EXPECT_EQ(eight, std::vector(all.begin() + 2, all.end()));
  command(kEight, 3, Kind::Use);
  const auto use = events();
  ASSERT_THAT(words(use), ElementsAre("8:use 3"));
  const auto& row = std::get<store::CouponChangeRow>(use.front().what);
  EXPECT_EQ(row.coupon.coupon.user, UserId{3'000});
  EXPECT_EQ(row.coupon.coupon.sequence, 3);
  EXPECT_EQ(row.coupon.coupon.user_ordinal, 1);
  EXPECT_EQ(row.coupon.era, 1);
  EXPECT_EQ(row.stored.era, 1);
  EXPECT_EQ(row.stored.change.offset, maker_.position().next_offset - 1);
  EXPECT_EQ(use.front().mark.place, (store::EraOffset{1, row.stored.change.offset}));
}

TEST_F(PostgresOutboxTest, EventsOfCouponsHaveTheImportedCodes) {
  policies_[kEight].codes = CodeKind::Imported;
  store::Batch batch = maker_.next({static_cast<std::uint8_t>(Code::Accepted)});
  for (std::int64_t sequence = 1; sequence <= 3; ++sequence) {
    batch.imported_codes.push_back({.policy = kEight,
                                    .sequence = sequence,
                                    .code = "PARTNER-" + std::to_string(sequence),
                                    .offset = batch.first_offset});
  }
  save(batch);
  issue(kEight, 2);
  issue(kThree, 1);
  command(kEight, 2, CouponCommand::Kind::Use);
  std::vector<std::string> codes;
  for (const store::SavedEvent& event : events()) codes.push_back(event.imported_code);
  EXPECT_THAT(codes, ElementsAre("", "PARTNER-1", "PARTNER-2", "PARTNER-2"));
  auto session = database_.session();
  must(session, "DELETE FROM firstcome.coupon_code WHERE sequence = 2");
  const auto without = outbox_->events(*outbox_->unpublished());
  ASSERT_FALSE(without.ok());
  EXPECT_THAT(without.error().text(), HasSubstr("the code of coupon 2 of policy 8 is missing"));
}

TEST_F(PostgresOutboxTest, EventsHaveTheTracesOfTheirRecordsUntilTheyArePublished) {
  const auto trace = [](char digit) {
    const std::string parent =
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b" + std::string(1, digit) + "-01";
    return TraceContext::parse_shared(parent, "congo=t61rcWkgMzE");
  };
  const auto traces_of = [](const std::vector<store::SavedEvent>& all) {
    std::string digits;
    for (const store::SavedEvent& event : all) digits += event.trace ? event.trace->span_id().back() : '-';
    return digits;
  };
  auto session = database_.session();
  const auto stored = [&] {
    const auto rows = session.query("SELECT count(*)::text FROM firstcome.event_trace");
    return std::string((*rows)[0].field(0).value());
  };
  issue(kThree, 1);
  // Records 1, 2 and 3 of policy 8. Of the second one the trace is not for an event, such as that of a hold.
  store::Batch batch = maker_.issue(kEight, 3, UserId{5'000});
  for (Offset i = 0; i < 3; ++i) {
    batch.traces.push_back({kEight, batch.first_offset + i, trace(static_cast<char>('1' + i)), i != 1});
  }
  batch.policies.front().revision = 0;
  batch.policies.front().max_count = 1'000;
  save(batch);
  // A record with two coupons.
  store::Batch two = maker_.issue(kEight, 1, UserId{6'000});
  two.coupons.push_back(two.coupons.front());
  two.coupons.back().sequence = 5;
  two.coupons.back().user = UserId{6'001};
  two.policies.front().issued_count = two.policies.front().active_count = 5;
  two.policies.front().revision = 0;
  two.policies.front().max_count = 1'000;
  two.traces.push_back({kEight, two.first_offset, trace('4'), true});
  save(two);
  const auto all = events();
  ASSERT_THAT(words(all), ElementsAre("3:issued 1", "8:issued 1", "8:issued 2", "8:issued 3", "8:issued 4",
                                      "8:issued 5"));
  EXPECT_EQ(traces_of(all), "-1-344");
  EXPECT_EQ(all[1].trace->tracestate(), "congo=t61rcWkgMzE");
  EXPECT_EQ(stored(), "3");
  publish(events(2));
  EXPECT_EQ(traces_of(events()), "344");
  EXPECT_EQ(stored(), "2") << "those before the mark, which is at record 2";
  publish(events(2));
  EXPECT_EQ(traces_of(events()), "4") << "the rest of the record at the mark";
  publish();
  EXPECT_THAT(unpublished(), IsEmpty());
  EXPECT_EQ(stored(), "1") << "it goes with the next traced round of the policy";
  must(session, "UPDATE firstcome.event_trace SET traceparent = 'damaged'");
  must(session, "DELETE FROM firstcome.event_position");
  EXPECT_EQ(traces_of(events()), "------") << "an event without a trace rather than none";
}

TEST_F(PostgresOutboxTest, TheCouponsOfOneRecordComeBeforeTheChangeThatEndsTheirImport) {
  issue(kEight, 1);
  store::Batch end = maker_.issue(kEight, 1, UserId{5'000});
  end.coupons.push_back(end.coupons.front());
  end.coupons.back().sequence = 3;
  end.coupons.back().user = UserId{5'001};
  end.changes.push_back(a_change(kEight, 1, end.first_offset));
  end.policies.front().issued_count = 3;
  end.policies.front().active_count = 3;
  save(end);
  publish(events(2));
  EXPECT_THAT(words(events()), ElementsAre("8:issued 3", "8:revision 1"));
  publish(events(1));
  EXPECT_THAT(words(events()), ElementsAre("8:revision 1"));
  publish();
  EXPECT_THAT(unpublished(), IsEmpty());
}

TEST_F(PostgresOutboxTest, ThatAPolicyIsSoldOutOrReopenedIsReportedAfterItsCouponsAndOnceASecond) {
  issue(kEight, 3, 3);
  EXPECT_THAT(words(events(3)), ElementsAre("8:issued 1", "8:issued 2", "8:issued 3"))
      << "a later round reports it";
  EXPECT_THAT(words(events()), ElementsAre("8:issued 1", "8:issued 2", "8:issued 3", "8:sold out"));
  publish();
  EXPECT_THAT(unpublished(), IsEmpty());
  auto session = database_.session();
  must(session, "UPDATE firstcome.event_position SET stock_reported_at = now() + interval '0.5 hour'");
  command(kEight, 1, CouponCommand::Kind::Cancel);
  EXPECT_THAT(words(events()), ElementsAre("8:cancel 1", "8:reopened"))
      << "a clock that was wrong delays nothing";
  must(session, "UPDATE firstcome.event_position SET stock_reported_at = now()");
  EXPECT_THAT(words(events()), ElementsAre("8:cancel 1"));
  publish();
  must(session, "UPDATE firstcome.event_position SET stock_reported_at = now() - interval '1.1 seconds'");
  const auto reopened = events();
  ASSERT_THAT(words(reopened), ElementsAre("8:reopened"));
  EXPECT_EQ(reopened.front().mark.place, (store::EraOffset{1, 3})) << "the place of the cancellation";
  publish();
  EXPECT_THAT(unpublished(), IsEmpty());
}

TEST_F(PostgresOutboxTest, ALateCallDoesNotMoveAMarkBack) {
  issue(kEight, 4, 4);
  command(kEight, 1, CouponCommand::Kind::Use);
  const auto all = events();
  const store::EventMark& end = all.back().mark;
  const std::vector<PublishedRange> whole = {{kEight, {}, end}};
  const std::vector<PublishedRange> late = {{kEight, {}, all[1].mark}};
  ASSERT_TRUE(outbox_->published(whole).ok());
  ASSERT_TRUE(outbox_->published(late).ok());
  EXPECT_THAT(unpublished(), IsEmpty());
}

TEST_F(PostgresOutboxTest, APublisherDoesNotChangeAMarkThatAnOperatorHasSetBack) {
  issue(kThree, 4);
  issue(kEight, 4);
  publish(events(2));
  std::vector<PublishedRange> under_way;
  const std::vector<EventRange> ranges = *outbox_->unpublished();
  for (const EventRange& range : ranges) {
    under_way.push_back({range.policy, range.after, range.after});
    under_way.back().up_to.sequence = 4;
  }
  auto session = database_.session();
  must(session, "DELETE FROM firstcome.event_position WHERE policy_id = 3");
  must(session, "UPDATE firstcome.event_position SET published_sequence = 1 WHERE policy_id = 8");
  ASSERT_TRUE(outbox_->published(under_way).ok());
  EXPECT_THAT(unpublished(), ElementsAre(Range{kThree, 0, 4}, Range{kEight, 1, 3}));
}

TEST_F(PostgresOutboxTest, ADeletedRowIsAnErrorAndNoLaterOneIsRead) {
  issue(kEight, 4);
  change(kEight);
  const std::vector<EventRange> all = *outbox_->unpublished();
  auto session = database_.session();
  must(session, "DELETE FROM firstcome.policy_change");
  const auto no_change = outbox_->events(all);
  ASSERT_FALSE(no_change.ok());
  EXPECT_THAT(no_change.error().text(), HasSubstr("revision 1 of policy 8 is missing"));
  must(session, "DELETE FROM firstcome.coupon WHERE sequence = 3");
  const auto no_coupon = outbox_->events(all);
  ASSERT_FALSE(no_coupon.ok());
  EXPECT_THAT(no_coupon.error().text(), HasSubstr("coupon 3 of policy 8 is missing"));
}

}  // namespace
}  // namespace firstcome::test
