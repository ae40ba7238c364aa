#include "issuer/event_publisher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <tuple>

#include "domain/home.h"

namespace firstcome::issuer {
namespace {

using Sequences = std::vector<std::int64_t>;

const Error kAway{Error::Kind::Retryable, "away"};
constexpr std::int32_t kHomes = 3;

/// The coupons of a store and the events of a topic.
struct StoreAndTopic {
  std::map<PolicyId, std::int64_t> saved;      ///< last sequence
  std::map<PolicyId, std::int64_t> published;  ///< as saved in the store
  std::map<PolicyId, Sequences> topic;

  [[nodiscard]] std::vector<store::EventRange> unpublished() const {
    std::vector<store::EventRange> ranges;
    for (const auto& [policy, last] : saved) {
      const auto known = published.find(policy);
      const std::int64_t after = known == published.end() ? 0 : known->second;
      if (last > after) ranges.push_back({.policy = policy, .after = mark(after), .coupons = last - after});
    }
    return ranges;
  }
  static store::EventMark mark(std::int64_t sequence) {
    store::EventMark mark;
    mark.sequence = sequence;
    return mark;
  }
  static std::vector<store::SavedEvent> events(const std::vector<store::EventRange>& ranges) {
    std::vector<store::SavedEvent> events;
    for (const auto& range : ranges) {
      for (std::int64_t i = 1; i <= range.most; ++i) {
        const std::int64_t sequence = range.after.sequence + i;
        events.push_back({range.policy, mark(sequence), store::CouponRow{}});
      }
    }
    return events;
  }
  void write(const store::SavedEvent& event) { topic[event.policy].push_back(event.mark.sequence); }
  void move(const std::vector<store::PublishedRange>& ranges) {
    for (const auto& range : ranges) {
      std::int64_t& known = published[range.policy];
      known = std::max(known, range.up_to.sequence);
    }
  }
  /// The sequences of a policy's events, in the order of their first occurrence.
  [[nodiscard]] Sequences first_seen(PolicyId policy) const {
    Sequences seen;
    const auto found = topic.find(policy);
    if (found == topic.end()) return seen;
    for (const std::int64_t sequence : found->second) {
      if (std::ranges::find(seen, sequence) == seen.end()) seen.push_back(sequence);
    }
    return seen;
  }
};

/// Policy, sequence of the mark, and number of events.
using Taken = std::tuple<PolicyId, std::int64_t, std::int64_t>;
std::vector<Taken> taken(const std::vector<store::EventRange>& ranges) {
  std::vector<Taken> all;
  for (const auto& range : ranges) all.emplace_back(range.policy, range.after.sequence, range.most);
  return all;
}

Sequences up_to(std::int64_t last) {
  Sequences all;
  for (std::int64_t i = 1; i <= last; ++i) all.push_back(i);
  return all;
}

Now at(std::int64_t millis) { return {from_millis(millis), Instant{} + milliseconds{10'000 + millis}}; }

class APublisher : public testing::Test {
 protected:
  template <class Wanted>
  std::optional<Wanted> next(std::int64_t millis) {
    EventPublisher::Action action = publisher_.next(at(millis));
    auto* wanted = std::get_if<Wanted>(&action);
    return wanted ? std::optional<Wanted>(std::move(*wanted)) : std::nullopt;
  }
  void look(std::int64_t millis) {
    ASSERT_TRUE(next<EventPublisher::Look>(millis));
    publisher_.on_looked(data_.unpublished(), at(millis));
  }
  /// Performs its actions until it has nothing to do.
  void run(std::int64_t millis) {
    for (;;) {
      const EventPublisher::Action action = publisher_.next(at(millis));
      if (std::holds_alternative<EventPublisher::Nothing>(action)) return;
      if (std::holds_alternative<EventPublisher::Look>(action)) {
        publisher_.on_looked(data_.unpublished(), at(millis));
      } else if (const auto* read = std::get_if<EventPublisher::Read>(&action)) {
        publisher_.on_read(StoreAndTopic::events(read->ranges), at(millis));
      } else if (const auto* publish = std::get_if<EventPublisher::Publish>(&action)) {
        for (const auto& event : publish->events) data_.write(event);
        publisher_.on_published(std::vector<bool>(publish->events.size(), true), at(millis));
      } else {
        data_.move(std::get<EventPublisher::Move>(action).ranges);
        publisher_.on_moved(Done{}, at(millis));
      }
    }
  }
  Instant sleeps_until(std::int64_t millis) {
    const auto nothing = next<EventPublisher::Nothing>(millis);
    EXPECT_TRUE(nothing);
    return nothing ? nothing->until : Instant{};
  }

  StoreAndTopic data_;
  Partition not_mine_ = -1;
  EventPublisher publisher_{
      kHomes, [this](Partition partition) { return partition != not_mine_; }, {.batch = 10}};
};

TEST_F(APublisher, PublishesWhatIsSavedAndMovesTheMark) {
  data_.saved = {{PolicyId{1}, 3}, {PolicyId{2}, 25}, {PolicyId{9}, 1}};
  run(0);
  EXPECT_EQ(data_.topic[PolicyId{1}], up_to(3));
  EXPECT_EQ(data_.topic[PolicyId{2}], up_to(25));
  EXPECT_EQ(data_.topic[PolicyId{9}], up_to(1));
  EXPECT_EQ(data_.published, data_.saved);
  EXPECT_EQ(publisher_.unpublished(), 0);
}

TEST_F(APublisher, DoesNotPublishPoliciesThatOtherNodesSave) {
  not_mine_ = home(PolicyId{7}, kHomes);
  data_.saved = {{PolicyId{7}, 5}};
  run(0);
  EXPECT_TRUE(data_.topic.empty());
  EXPECT_EQ(publisher_.unpublished(), 0);
  not_mine_ = -1;
  publisher_.nudge();
  run(1'000);
  EXPECT_EQ(data_.topic[PolicyId{7}], up_to(5));
}

TEST_F(APublisher, LooksSoonAfterANudgeAndRarelyWithoutOne) {
  look(0);
  EXPECT_EQ(sleeps_until(1), at(1'000).steady);
  publisher_.nudge();
  EXPECT_EQ(sleeps_until(2), at(50).steady);
  look(50);
  EXPECT_EQ(sleeps_until(51), at(1'050).steady);
}

TEST_F(APublisher, LooksMoreRarelyIfALookTakesLong) {
  ASSERT_TRUE(next<EventPublisher::Look>(0));
  publisher_.on_looked(data_.unpublished(), at(80));
  publisher_.nudge();
  EXPECT_EQ(sleeps_until(81), at(800).steady);
}

TEST_F(APublisher, ContinuesAfterTheLastAcknowledgedEventOfEachPolicy) {
  data_.saved = {{PolicyId{1}, 3}, {PolicyId{2}, 3}, {PolicyId{3}, 2}};
  look(0);
  publisher_.on_read(StoreAndTopic::events(next<EventPublisher::Read>(0)->ranges), at(0));
  ASSERT_EQ(next<EventPublisher::Publish>(0)->events.size(), 8u);
  publisher_.on_published({false, true, true, true, true, false, true, true}, at(0));
  const auto move = next<EventPublisher::Move>(0);
  ASSERT_TRUE(move);
  const std::vector<store::PublishedRange> expected = {
      {PolicyId{2}, StoreAndTopic::mark(0), StoreAndTopic::mark(2)},
      {PolicyId{3}, StoreAndTopic::mark(0), StoreAndTopic::mark(2)}};
  EXPECT_EQ(move->ranges, expected);
  data_.move(move->ranges);
  publisher_.on_moved(Done{}, at(0));
  EXPECT_EQ(sleeps_until(1), at(100).steady) << "a loss is followed by a pause";
  look(100);
  const std::vector<Taken> left = {{PolicyId{1}, 0, 3}, {PolicyId{2}, 2, 1}};
  EXPECT_EQ(taken(next<EventPublisher::Read>(100)->ranges), left);
}

TEST_F(APublisher, NoPolicyWaitsForTheBacklogOfAnother) {
  data_.saved = {{PolicyId{1}, 1'000'000}, {PolicyId{2}, 2}, {PolicyId{3}, 1}};
  look(0);
  const std::vector<Taken> round = {{PolicyId{1}, 0, 7}, {PolicyId{2}, 0, 2}, {PolicyId{3}, 0, 1}};
  EXPECT_EQ(taken(next<EventPublisher::Read>(0)->ranges), round);
}

TEST_F(APublisher, DoublesThePauseWhileCallsFail) {
  data_.saved = {{PolicyId{1}, 3}};
  ASSERT_TRUE(next<EventPublisher::Look>(0));
  publisher_.on_looked(kAway, at(0));
  EXPECT_EQ(sleeps_until(1), at(100).steady);
  look(100);
  ASSERT_TRUE(next<EventPublisher::Read>(100));
  publisher_.on_read(kAway, at(100));
  EXPECT_EQ(sleeps_until(101), at(300).steady);
  run(300);
  EXPECT_EQ(data_.published, data_.saved);
}

TEST_F(APublisher, FinishesOnceEverythingSavedIsPublished) {
  look(0);
  data_.saved = {{PolicyId{1}, 25}};
  publisher_.hurry();
  EXPECT_FALSE(publisher_.finished());
  run(1);
  EXPECT_TRUE(publisher_.finished());
  EXPECT_EQ(data_.published, data_.saved);
}

TEST_F(APublisher, GivesUpAtTheFirstFailureWhenHurrying) {
  data_.saved = {{PolicyId{1}, 3}};
  publisher_.hurry();
  look(0);
  publisher_.on_read(StoreAndTopic::events(next<EventPublisher::Read>(0)->ranges), at(0));
  publisher_.on_published({false, false, false}, at(0));
  EXPECT_TRUE(publisher_.finished());
}

TEST_F(APublisher, LooksAgainWithinASecondAfterALongLook) {
  data_.saved[PolicyId{1}] = 5;
  ASSERT_TRUE(next<EventPublisher::Look>(0));
  publisher_.on_looked(data_.unpublished(), at(10'000));  // the database was frozen meanwhile
  run(10'000);
  EXPECT_EQ(data_.published[PolicyId{1}], 5);
  data_.saved[PolicyId{1}] = 9;
  publisher_.nudge();
  run(11'000);
  EXPECT_EQ(data_.published[PolicyId{1}], 9);
}

TEST_F(APublisher, ContinuesWithinASecondAfterALongOutage) {
  std::int64_t time = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(next<EventPublisher::Look>(time)) << time;
    publisher_.on_looked(kAway, at(time));
    const Instant until = sleeps_until(time);
    EXPECT_LE(until - at(time).steady, milliseconds{1'000});
    time = std::chrono::duration_cast<milliseconds>(until - at(0).steady).count();
  }
}

/// Publishers whose partitions overlap, whose events may be written without an acknowledgement, and which are
/// killed and replaced.
class Publishers {
 public:
  explicit Publishers(std::uint64_t seed) : chance_(seed) {
    for (int i = 0; i < 3; ++i) make(i);
  }
  StoreAndTopic data;

  void step(std::int64_t millis) {
    const int who = below(3);
    if (below(40) == 0) make(who);  // killed
    if (below(4) == 0) data.saved[PolicyId{1 + below(4)}] += below(15);
    act(*publishers_[static_cast<std::size_t>(who)], at(millis));
  }
  void settle(std::int64_t millis) {
    calm_ = true;
    for (int i = 0; i < 3; ++i) make(i);
    for (int i = 0; i < 2'000; ++i) act(*publishers_[static_cast<std::size_t>(i % 3)], at(millis + 10 * i));
  }

 private:
  int below(int limit) { return static_cast<int>(chance_() % static_cast<std::uint64_t>(limit)); }
  bool fails() { return !calm_ && below(10) == 0; }
  void make(int who) {
    publishers_[static_cast<std::size_t>(who)] = std::make_unique<EventPublisher>(
        kHomes, [this](Partition) { return calm_ || below(3) > 0; }, EventPublisher::Settings{.batch = 12});
  }
  void act(EventPublisher& publisher, Now now) {
    const EventPublisher::Action action = publisher.next(now);
    if (std::holds_alternative<EventPublisher::Look>(action)) {
      if (fails()) return publisher.on_looked(kAway, now);
      publisher.on_looked(data.unpublished(), now);
    } else if (const auto* read = std::get_if<EventPublisher::Read>(&action)) {
      if (fails()) return publisher.on_read(kAway, now);
      publisher.on_read(StoreAndTopic::events(read->ranges), now);
    } else if (const auto* publish = std::get_if<EventPublisher::Publish>(&action)) {
      publisher.on_published(write(publish->events), now);
    } else if (const auto* move = std::get_if<EventPublisher::Move>(&action)) {
      if (fails()) return publisher.on_moved(kAway, now);
      data.move(move->ranges);
      publisher.on_moved(Done{}, now);
    }
  }

  /// After a failure no later event of that policy is written. A written event may stay unacknowledged.
  std::vector<bool> write(std::span<const store::SavedEvent> events) {
    std::vector<bool> durable;
    std::optional<PolicyId> failed;
    for (const auto& event : events) {
      if (fails()) failed = event.policy;
      const bool written = failed != event.policy;
      if (written) data.write(event);
      durable.push_back(written && !fails());
    }
    return durable;
  }

  std::mt19937_64 chance_;
  bool calm_ = false;
  std::array<std::unique_ptr<EventPublisher>, 3> publishers_;
};

TEST(EventPublishers, PublishEveryEventInOrderDespiteFailures) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Publishers publishers(seed);
    for (int i = 0; i < 600; ++i) publishers.step(i * 7);
    publishers.settle(100'000);
    for (const auto& [policy, last] : publishers.data.saved) {
      ASSERT_EQ(publishers.data.first_seen(policy), up_to(last)) << "seed " << seed;
    }
    ASSERT_TRUE(publishers.data.unpublished().empty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace firstcome::issuer
