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
constexpr milliseconds kAskAgainAfter{5'000};  ///< when the question was not answered
/// The member's thread does nothing else meanwhile.
constexpr milliseconds kAnswerWithin{1'000};

/// A subscribed consumer that is never given anything to read. The broker asks which partitions a member was
/// assigned, not which it fetches: told that it has none, librdkafka fetches none.
class GroupMember : public Ownership {
 public:
  GroupMember(std::unique_ptr<Client> client, std::function<void()> changed)
      : changed_(std::move(changed)),
        client_(std::move(client)),
        counters_(settings().group_counters != nullptr ? *settings().group_counters : nobody_asks_) {}
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
  struct Standing {
    Offset saved = -1;
    Offset committed = -1;  ///< as the group's coordinator has acknowledged
  };

  // --- the member's thread
  void run();
  void leave();
  void serve();
  void rebalance(rd_kafka_event_t* event);
  void assigned(const rd_kafka_topic_partition_list_t& partitions);
  void revoked();
  void own(std::map<Partition, Standing> partitions);
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
  GroupCounters nobody_asks_;
  GroupCounters& counters_;
  QueueHandle events_;
  mutable std::mutex mutex_;
  std::map<Partition, Standing> owned_;  // guarded by mutex_
  int commits_under_way_ = 0;
  steady_clock::time_point ask_at_;
  rd_kafka_resp_err_t told_ = RD_KAFKA_RESP_ERR_NO_ERROR;  ///< trouble that is known
  bool cut_off_ = false;  ///< lost its partitions, and was not given any since; reported
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
    return error_of(code, "joining group '" + settings().group + '\'');
  }
  thread_ = std::thread([this] { run(); });
  return Done{};
}

GroupMember::~GroupMember() {
  if (!thread_.joinable()) return;  // never began
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

/// What it owned is revoked on the way, and committed with that.
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
  told_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (std::exchange(cut_off_, false)) {
    note(settings(), "Kafka, group '" + settings().group + "': this issuer is in it again.");
  }
  std::map<Partition, Standing> mine;
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
           {Error::Kind::Retryable,
            "Kafka, group '" + settings().group +
                "': this issuer has lost its partitions, because for too long the broker that "
                "coordinates the group and the issuer have not heard from each other. It joins again by "
                "itself; partitions that no one owns are saved after 10 s."});
  }
  rd_kafka_assign(handle(), nullptr);
  counters_.joined.set(0);
  own({});
}

void GroupMember::own(std::map<Partition, Standing> partitions) {
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
    for (const auto& [partition, standing] : owned_) {
      if (standing.saved == standing.committed) continue;
      rd_kafka_topic_partition_list_add(offsets.get(), settings().topic.c_str(), partition)->offset =
          standing.saved;
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
    // Somebody came or went; whoever has the partition then commits what it has saved.
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

/// A consumer of the new protocol (KIP-848) is let in by Kafka 4 whatever rule the others share by. To a
/// client that asks in the old protocol, a group with such a member in it is dead. False: no answer. Every
/// broker is asked, because librdkafka 2.0.2 aborts the process when a question to the group's coordinator
/// (rd_kafka_DescribeConsumerGroups) times out: docs/decisions/0019.
bool GroupMember::ask_who_is_there() {
  const rd_kafka_group_list* found = nullptr;
  const auto code = rd_kafka_list_groups(handle(), settings().group.c_str(), &found,
                                         static_cast<int>(kAnswerWithin.count()));
  const GroupListHandle groups(found);
  if (!groups || groups->group_cnt == 0) {
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      counters_.errors.add(error_of(code, "asking who is in group '" + settings().group + '\''));
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
  const Error error{Error::Kind::Retryable,
                    "Kafka, group '" + settings().group +
                        "': a consumer of the new group protocol (group.protocol=consumer) is in it, and may "
                        "have been given partitions." +
                        what_to_do()};
  counters_.errors.add(error);
  report(settings(), error);
}

/// Joining is tried again every second, and refused in the same words every time.
void GroupMember::trouble(rd_kafka_resp_err_t code, const char* detail) {
  Error error = error_of(code, "group '" + settings().group + '\'', detail != nullptr ? detail : "");
  if (code == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL) {
    error.message +=
        " Somebody in it shares partitions by another rule than firstcome's: a listener that was left over, "
        "or another program's." +
        what_to_do();
  }
  counters_.errors.add(error);
  if (code == told_) return;
  told_ = code;
  report_unless_of_a_connection(settings(), code, error);
}

std::string GroupMember::what_to_do() const {
  return " Stop it, or give it a group of its own; `kafka-consumer-groups --bootstrap-server " +
         settings().servers + " --describe --members --verbose --group " + settings().group +
         "` names it. Until then issuers save what is not theirs when nobody has for 10 s.";
}

}  // namespace
}  // namespace kafka

Result<std::unique_ptr<Ownership>> join_group(const KafkaSettings& settings, std::function<void()> changed) {
  auto client = kafka::Client::make(kafka::Role::Member, std::make_shared<const KafkaSettings>(settings));
  if (!client.ok()) return client.error();
  auto member = std::make_unique<kafka::GroupMember>(std::move(*client), std::move(changed));
  if (const Status begun = member->begin(); !begun.ok()) return begun.error();
  return std::unique_ptr<Ownership>(std::move(member));
}

}  // namespace firstcome::journal
