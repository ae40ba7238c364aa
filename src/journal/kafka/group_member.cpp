#include "journal/kafka/group_member.h"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "journal/kafka/client.h"
#include "journal/kafka/error.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal {
namespace kafka {
namespace {

using std::chrono::steady_clock;

constexpr int kServeMs = 100;
constexpr milliseconds kCommitEvery{1'000};
constexpr milliseconds kAskWhoIsThereEvery{30'000};
constexpr milliseconds kAskAgainAfter{5'000};  ///< after a request without a response
/// Short, because it blocks the member's thread.
constexpr milliseconds kAnswerWithin{1'000};

/// A subscribed consumer that never fetches. The broker counts the assigned partitions, not the fetched ones;
/// librdkafka gets an empty assignment and fetches nothing.
class GroupMember : public Ownership {
 public:
  GroupMember(std::unique_ptr<Client> client, std::function<void()> changed)
      : changed_(std::move(changed)),
        client_(std::move(client)),
        counters_(settings().group_counters != nullptr ? *settings().group_counters : unused_counters_) {}
  ~GroupMember() override;
  Status begin();

  [[nodiscard]] bool owns(Partition partition) const override {
    const std::lock_guard lock(mutex_);
    return owned_.contains(partition);
  }
  void saved(Partition partition, Offset next_offset) override {
    const std::lock_guard lock(mutex_);
    const auto found = owned_.find(partition);
    if (found != owned_.end()) found->second.saved = next_offset;
  }

 private:
  struct Progress {
    Offset saved = -1;
    Offset committed = -1;  ///< acknowledged by the coordinator of the group
  };

  // --- the member's thread
  void run();
  void leave();
  void serve();
  void rebalance(rd_kafka_event_t* event);
  void assigned(const rd_kafka_topic_partition_list_t& partitions);
  void revoked();
  void own(std::map<Partition, Progress> partitions);
  void commit();
  void committed(rd_kafka_event_t* event);
  bool ask_who_is_there();
  void found_foreign(bool foreign);
  void trouble(rd_kafka_resp_err_t code, const char* detail);

  [[nodiscard]] std::string what_to_do() const;

  [[nodiscard]] rd_kafka_t* handle() const { return client_->handle(); }
  [[nodiscard]] const KafkaSettings& settings() const { return client_->settings(); }

  const std::function<void()> changed_;
  const std::unique_ptr<Client> client_;
  GroupCounters unused_counters_;
  GroupCounters& counters_;
  QueueHandle events_;
  mutable std::mutex mutex_;
  std::map<Partition, Progress> owned_;  // guarded by mutex_
  int commits_under_way_ = 0;
  steady_clock::time_point ask_at_;
  rd_kafka_resp_err_t reported_ = RD_KAFKA_RESP_ERR_NO_ERROR;  ///< the last reported error
  bool cut_off_ = false;  ///< has lost its partitions and got no new ones since; reported
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

Status GroupMember::begin() {
  rd_kafka_poll_set_consumer(handle());
  events_.reset(rd_kafka_queue_get_consumer(handle()));
  CHECK(events_ != nullptr);
  const PartitionsHandle topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), settings().topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto code = rd_kafka_subscribe(handle(), topics.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error_of(code, fmt::format("joining group '{}'", settings().group));
  }
  thread_ = std::thread([this] { run(); });
  return Done{};
}

GroupMember::~GroupMember() {
  if (!thread_.joinable()) return;  // begin() failed
  stopping_ = true;
  rd_kafka_queue_yield(events_.get());
  thread_.join();
}

void GroupMember::run() {
  auto commit_at = steady_clock::now() + kCommitEvery;
  ask_at_ = steady_clock::now() + kAskWhoIsThereEvery;
  while (!stopping_) {
    serve();
    if (steady_clock::now() >= ask_at_) {
      const bool answered = counters_.joined.value() == 0 || ask_who_is_there();
      ask_at_ = steady_clock::now() + (answered ? kAskWhoIsThereEvery : kAskAgainAfter);
    }
    if (steady_clock::now() < commit_at) continue;
    if (commits_under_way_ == 0) commit();
    commit_at = steady_clock::now() + kCommitEvery;
  }
  leave();
}

/// The close revokes the partitions, and revoked() commits their offsets.
void GroupMember::leave() {
  const ErrorHandle failed(rd_kafka_consumer_close_queue(handle(), events_.get()));
  const auto give_up = steady_clock::now() + settings().request_timeout;
  while (!failed && rd_kafka_consumer_closed(handle()) == 0 && steady_clock::now() < give_up) serve();
}

void GroupMember::serve() {
  const EventHandle event(rd_kafka_queue_poll(events_.get(), kServeMs));
  if (!event) return;
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_REBALANCE: rebalance(event.get()); break;
    case RD_KAFKA_EVENT_OFFSET_COMMIT: committed(event.get()); break;
    case RD_KAFKA_EVENT_ERROR:
      trouble(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
      break;
    default: break;
  }
}

void GroupMember::rebalance(rd_kafka_event_t* event) {
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    assigned(*rd_kafka_event_topic_partition_list(event));
  } else {
    revoked();
  }
}

void GroupMember::assigned(const rd_kafka_topic_partition_list_t& partitions) {
  const PartitionsHandle nothing_to_read(rd_kafka_topic_partition_list_new(0));
  rd_kafka_assign(handle(), nothing_to_read.get());
  reported_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (std::exchange(cut_off_, false)) {
    note(settings(), fmt::format("Kafka, group '{}': this issuer is a member again.", settings().group));
  }
  std::map<Partition, Progress> mine;
  for (int i = 0; i < partitions.cnt; ++i) mine.try_emplace(partitions.elems[i].partition);
  counters_.joined.set(1);
  counters_.rebalances.add();
  own(std::move(mine));
  ask_at_ = steady_clock::now();
}

void GroupMember::revoked() {
  if (rd_kafka_assignment_lost(handle()) == 0) {
    commit();
  } else if (!std::exchange(cut_off_, true)) {
    report(settings(),
           Error::retryable("Kafka, group '{}': this issuer has lost its partitions, because it had no "
                            "contact with the coordinator of the group for too long. It joins again "
                            "automatically. Partitions without an owner are saved after 10 s.",
                            settings().group));
  }
  rd_kafka_assign(handle(), nullptr);
  counters_.joined.set(0);
  own({});
}

void GroupMember::own(std::map<Partition, Progress> partitions) {
  counters_.owned.set(static_cast<std::int64_t>(partitions.size()));
  {
    const std::lock_guard lock(mutex_);
    owned_ = std::move(partitions);
  }
  changed_();
}

void GroupMember::commit() {
  const PartitionsHandle offsets(rd_kafka_topic_partition_list_new(0));
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [partition, progress] : owned_) {
      if (progress.saved == progress.committed) continue;
      rd_kafka_topic_partition_list_add(offsets.get(), settings().topic.c_str(), partition)->offset =
          progress.saved;
    }
  }
  if (offsets->cnt == 0) return;
  const auto code = rd_kafka_commit_queue(handle(), offsets.get(), events_.get(), nullptr, nullptr);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++commits_under_way_;
  } else {
    trouble(code, nullptr);
  }
}

void GroupMember::committed(rd_kafka_event_t* event) {
  --commits_under_way_;
  switch (const auto code = rd_kafka_event_error(event)) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: break;
    // The group rebalances; the next owner of the partition commits its saved position.
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID: return;
    default: trouble(code, rd_kafka_event_error_string(event)); return;
  }
  const rd_kafka_topic_partition_list_t& offsets = *rd_kafka_event_topic_partition_list(event);
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < offsets.cnt; ++i) {
    const auto found = owned_.find(offsets.elems[i].partition);
    if (found != owned_.end()) found->second.committed = offsets.elems[i].offset;
  }
}

/// Looks for a consumer of the new protocol (KIP-848). Kafka 4 accepts it, whatever the assignment strategy
/// of the others is, and reports the group as Dead to clients of the old protocol. False without a response.
/// Asks all brokers, because librdkafka 2.0.2 aborts the process if a request to the coordinator
/// (rd_kafka_DescribeConsumerGroups) times out: docs/decisions/0019.
bool GroupMember::ask_who_is_there() {
  const rd_kafka_group_list* found = nullptr;
  const auto code = rd_kafka_list_groups(handle(), settings().group.c_str(), &found,
                                         static_cast<int>(kAnswerWithin.count()));
  const GroupListHandle groups(found);
  if (!groups || groups->group_cnt == 0) {
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      counters_.errors.add(
          error_of(code, fmt::format("reading the members of group '{}'", settings().group)));
    }
    return false;
  }
  found_foreign(std::string_view(groups->groups[0].state) == "Dead");
  return true;
}

void GroupMember::found_foreign(bool foreign) {
  const bool known = counters_.foreign.value() == 1;
  counters_.foreign.set(foreign ? 1 : 0);
  if (!foreign || known) return;
  const Error error = Error::retryable(
      "Kafka, group '{}': it has a consumer of the new group protocol (group.protocol=consumer), which may "
      "have partitions.{}",
      settings().group, what_to_do());
  counters_.errors.add(error);
  report(settings(), error);
}

/// librdkafka tries to join every second and gets the same error every time, so only the first one is
/// reported.
void GroupMember::trouble(rd_kafka_resp_err_t code, const char* detail) {
  Error error = error_of(code, fmt::format("group '{}'", settings().group), detail != nullptr ? detail : "");
  if (code == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL) {
    error.message +=
        " A member has another assignment strategy than firstcome: an old listener or another program." +
        what_to_do();
  }
  counters_.errors.add(error);
  if (code == reported_) return;
  reported_ = code;
  report_unless_of_a_connection(settings(), code, error);
}

std::string GroupMember::what_to_do() const {
  return fmt::format(
      " Stop it, or give it a group of its own. To find it: kafka-consumer-groups --bootstrap-server {} "
      "--describe --members --verbose --group {}. Until then issuers also save partitions that have had no "
      "progress for 10 s.",
      settings().servers, settings().group);
}

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<Ownership>> join_group(const KafkaSettings& settings, std::function<void()> changed) {
  ASSIGN_OR_RETURN(auto client,
                   kafka::Client::make(kafka::Role::Member, std::make_shared<const KafkaSettings>(settings)));
  auto member = std::make_unique<kafka::GroupMember>(std::move(client), std::move(changed));
  RETURN_IF_ERROR(member->begin());
  return std::unique_ptr<Ownership>(std::move(member));
}

}  // namespace firstcome::journal
