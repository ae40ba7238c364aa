#include "test/http/held_server.h"

namespace firstcome::test {
namespace {

store::Settings store_settings() { return {.partitions = 1, .era = 1, .journal_identity = "held"}; }

}  // namespace

class HeldAppender : public journal::Appender {
 public:
  HeldAppender(HeldJournal& journal, journal::AcknowledgementSink& sink) : journal_(journal), sink_(sink) {}
  bool try_append(const journal::Append& append) override {
    std::unique_lock lock(journal_.mutex_);
    ++journal_.waiting_workers_;
    journal_.changed_.notify_all();
    journal_.changed_.wait(lock, [this] { return !journal_.stuck_ || journal_.may_pass_ > 0; });
    if (journal_.stuck_) --journal_.may_pass_;
    --journal_.waiting_workers_;
    if (journal_.full_) return false;
    journal_.held_.push_back(
        {append.token, append.partition, std::string(append.value.value_or("")), &sink_});
    journal_.came_.notify_all();
    return true;
  }

 private:
  HeldJournal& journal_;
  journal::AcknowledgementSink& sink_;
};

Result<std::unique_ptr<journal::Follower>> HeldJournal::follow(Partition, Offset) {
  return Error{Error::Kind::Permanent, "held"};
}

std::unique_ptr<journal::Appender> HeldJournal::make_appender(journal::AcknowledgementSink& sink) {
  return std::make_unique<HeldAppender>(*this, sink);
}

HeldJournal::Held HeldJournal::next() {
  std::unique_lock lock(mutex_);
  const bool came = came_.wait_for(lock, std::chrono::seconds{10}, [this] { return held_.size() > taken_; });
  EXPECT_TRUE(came) << "there was no append";
  return came ? held_[taken_++] : Held{};
}

void HeldJournal::acknowledge(const Held& held, journal::AppendOutcome outcome,
                              std::optional<Offset> offset) {
  const journal::Acknowledgement acknowledgement{held.token, outcome, offset};
  held.sink->acknowledged({&acknowledgement, 1});
}

void HeldJournal::set_full(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

void HeldJournal::set_stuck(bool stuck) {
  const std::lock_guard lock(mutex_);
  stuck_ = stuck;
  changed_.notify_all();
}

void HeldJournal::let_one_pass() {
  const std::lock_guard lock(mutex_);
  ++may_pass_;
  changed_.notify_all();
}

void HeldJournal::wait_until_stuck() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(
      changed_.wait_for(lock, std::chrono::seconds{10}, [this] { return waiting_workers_ > may_pass_; }));
}

HeldServer::HeldServer() : store_(store_settings(), PartitionState{}, chance_) {
  settings_.listen = "127.0.0.1:0";
  settings_.admin_listen = "127.0.0.1:0";
  snapshots_.partition(0).set_caught_up(true);
  // There is no watch thread that requests the end.
  snapshots_.partition(0).end_asked_ms = std::chrono::milliseconds{std::chrono::hours{1'000'000}}.count();
  log_.reset({});
}

HeldServer::~HeldServer() {
  if (server_) server_->drain(milliseconds{0});
}

void HeldServer::start() {
  server_ = std::make_unique<api::Server>(
      settings_, api::ServerParts{snapshots_, {&log_}, journal_, store_, store_settings(), routes_});
  ASSERT_TRUE(server_->listen());
  ASSERT_TRUE(server_->start());
  client_ = std::make_unique<HttpClient>(server_->address());
}

void HeldServer::decide(const HeldJournal::Held& held, Code code, Offset offset) {
  journal::RecordDecoder decoder;
  Record record;
  const journal::RawRecord raw{.value = held.value};
  decoder.decode(raw, kNewestRules, record);
  const auto& request = std::get<IssueRequest>(record.content);
  const replica::Answer answer{
      .sequence_number = held.token,
      .policy = request.policy,
      .user = request.user,
      .partition = 0,
      .offset = offset,
      .decision = {.code = code, .sequence = code == Code::Success ? offset + 1 : 0}};
  routes_.find(replica::sender_of(held.token))->answered({&answer, 1});
}

void HeldServer::grow_tail(Offset offset, Code code) {
  auto chunk = std::make_shared<replica::Chunk>();
  chunk->first = log_.end();
  const auto count = static_cast<std::size_t>(offset + 1 - chunk->first);
  chunk->codes.assign(count, static_cast<std::uint8_t>(code));
  chunk->hashes.assign(count, 0);
  log_.append(chunk);
}

}  // namespace firstcome::test
