#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string_view>
#include <utility>
#include <vector>

#include "admission/reply.h"
#include "admission/waiting_request.h"
#include "journal/journal.h"
#include "replica/answer.h"

namespace firstcome::admission {

/// The callers of one edge thread that wait for records of the journal. Matches decisions and acknowledgements to them, and
/// answers them at their deadlines.
///
/// A request for a coupon joins an earlier one of the same user for the same policy and ordinal while that one is under
/// way, and gets no record of its own. Once that one is decided, it is evaluated again: if the user has a coupon now, it is in the cache; after a refusal it is appended. At its deadline it takes over 202.
///
/// Stepped by its thread; reads no clock.
class Waiters {
 public:
  using Answered = std::function<void(Caller, const Reply&)>;
  /// Receives each request that had joined another one, once that one is decided or was not written.
  using Again = std::function<void(const WaitingRequest&, Now)>;

  Waiters(std::size_t partitions, Answered answered, Again again);

  /// Waits for the record with this sequence number, which is appended already: the thread itself calls on_answers(),
  /// so no answer can arrive before.
  void add(std::uint64_t number, const WaitingRequest& request);
  /// False: no request of this user for this policy and ordinal is under way. `number`: not used before.
  bool join(std::uint64_t number, WaitingRequest request, Now now);

  void on_answer(const replica::Answer& answer, Now now);
  void on_acknowledged(const journal::Acknowledgement& acknowledgement, Now now);
  /// Answers the requests whose deadline has passed.
  void on_time(Instant now);

  // Requests that have a record, or will have one, but no decision. Those that joined are not counted.
  void add_pending(PolicyId policy, Partition partition);
  void remove_pending(PolicyId policy, Partition partition);
  [[nodiscard]] std::size_t pending_of(Partition partition) const {
    return pending_by_partition_[static_cast<std::size_t>(partition)];
  }
  [[nodiscard]] std::size_t pending_of(PolicyId policy) const;

  /// Who has appended the record; none if it is decided.
  [[nodiscard]] std::optional<Caller> caller_of(std::uint64_t number) const;
  /// Requests that wait here.
  [[nodiscard]] std::size_t size() const { return records_.size() + joined_.size(); }

 private:
  /// A record under way, and the request that was appended as it.
  struct Record {
    WaitingRequest request;
    std::optional<Offset> acknowledged_at;
    std::uint32_t joined = 0;
    bool answered = false;  ///< only those that joined it still wait
  };
  struct Asked {
    PolicyId policy;
    UserId user;
    std::int32_t ordinal = 1;
    bool operator==(const Asked&) const = default;
  };
  struct AskedHash {
    using is_avalanching = void;
    std::size_t operator()(const Asked& asked) const noexcept;
  };
  /// The number of the record, and of the request that joined it.
  using JoinedNumber = std::pair<std::uint64_t, std::uint64_t>;
  template <class Number>
  struct Deadline {
    Instant at;
    Number number;
    bool operator>(const Deadline& other) const { return at > other.at; }
  };
  template <class Number>
  using Deadlines = std::priority_queue<Deadline<Number>, std::vector<Deadline<Number>>, std::greater<>>;
  using Records = boost::unordered_flat_map<std::uint64_t, Record>;

  void expire(std::uint64_t number);
  void expire(JoinedNumber number);
  void acknowledged(Records::iterator found);
  /// Answers the caller of the record, and has the requests that joined it evaluated again.
  void finish(Records::iterator found, const Reply& reply, Now now);
  void remove(Records::iterator found);
  static Reply pending_reply(const WaitingRequest& request, Offset offset);
  /// At the deadline.
  static Reply late_reply(const WaitingRequest& request, const Record& record);

  const Answered answered_;
  const Again again_;
  Records records_;
  boost::unordered_flat_map<Asked, std::uint64_t, AskedHash> under_way_;  ///< records of requests for coupons
  std::map<JoinedNumber, WaitingRequest> joined_;
  std::deque<Deadline<std::uint64_t>> ordinary_deadlines_;  ///< in order, because most waits are equally long
  Deadlines<std::uint64_t> other_deadlines_;
  Deadlines<JoinedNumber> joined_deadlines_;
  std::vector<std::size_t> pending_by_partition_;
  IdMap<PolicyId, std::size_t> pending_by_policy_;
};

}  // namespace firstcome::admission
