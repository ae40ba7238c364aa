#include "partition_thread.h"

#include <algorithm>
#include <array>
#include <utility>

#include "journal/same_log.h"
#include "node.h"
#include "replica/snapshot_loader.h"
#include "store/record_trust.h"

namespace firstcome::simulation {

namespace {

issuer::Issuer::Settings settings_for(Node& node) {
  issuer::Issuer::Settings settings = node.world().plan.issuer;
  settings.saves = node.number() < node.world().plan.issuers;
  return settings;
}

}  // namespace

PartitionThread::PartitionThread(Node& node, Partition partition)
    : node_(node),
      partition_(partition),
      log_(partition, node.world().plan.ring_size),
      replica_(partition, node.world().plan.partitions, node.board(), log_, node.routes(),
               store::record_trust(node.world().settings), node.world().plan.replica),
      issuer_(partition, log_, node.board().partition(partition), settings_for(node)),
      relays_(node, partition) {}

void PartitionThread::start() {
  set_owner(node_.world().owner(partition_) == node_.number());
  node_.later(node_.world().delay(node_.world().plan.thread_most), [this] { load(); });
  ask_end();
}

// --- following ------------------------------------------------------------------------------------------

void PartitionThread::load() {
  ++loads_;
  node_.board().partition(partition_).begins_again();
  follower_.reset();
  held_.reset();
  const Status loaded = load_and_follow();
  if (!loaded.ok()) {
    if (!loaded.error().is_retryable()) return leave_service(loaded.error());
    node_.later(milliseconds{node_.world().between(1, 300)}, [this] { load(); });
    return;
  }
  node_.world().note("loaded", {node_.number(), partition_, replica_.position()});
  if (std::exchange(reloading_, false)) {
    issuer_.on_reloaded(node_.now());
    reported();
  }
  if (!std::exchange(loaded_, true)) step_issuer();
  poll();
}

/// Like the real thread: nothing more until it is loaded again.
void PartitionThread::leave_service(const Error& error) {
  follower_.reset();
  held_.reset();
  node_.board().partition(partition_).stop(error.message);
  node_.world().complain("stopped: " + error.message);
  if (std::exchange(reloading_, false)) {
    issuer_.on_reloaded(node_.now());
    reported();
  } else if (!std::exchange(loaded_, true)) {
    step_issuer();
  }
}

Status PartitionThread::load_and_follow() {
  World& world = node_.world();
  const std::array<replica::Replica*, 1> self{&replica_};
  if (Status read = replica::load_snapshot(world.store, self); !read.ok()) return read;
  const auto bounds = world.journal.bounds(partition_);
  if (!bounds.ok()) return bounds.error();
  const auto from = replica_.start(*bounds);
  if (!from.ok()) return from.error();
  auto follower = world.journal.follow(partition_, *from);
  if (!follower.ok()) return follower.error();
  follower_ = std::move(*follower);
  loaded_from_ = log_.begin();
  generation_ = world.journal.generation();
  return Done{};
}

void PartitionThread::poll() {
  World& world = node_.world();
  if (!follower_) return;
  node_.later(world.resting() ? milliseconds{5} : milliseconds{1} + world.delay(world.plan.thread_most),
              [this, load = loads_] {
                if (load == loads_) poll();  // else a reload polls by itself
              });
  if (world.timeline.now() < stalled_until_ || node_.board().partition(partition_).out_of_service()) return;
  if (!replica_.wants_records()) return world.saw("reading stopped");
  if (!held_ && world.timeline.now() < zombie_until_ && replica_.position() >= zombie_end_) return;
  if (!held_) {
    auto fetch = follower_->poll(milliseconds{0});
    if (!fetch.ok()) {
      if (!fetch.error().is_retryable()) leave_service(fetch.error());
      return;
    }
    held_ = std::move(*fetch);
  }
  if (held_->interrupted) {
    const Status same = replica_.compare_log(world.journal);
    if (!same.ok() && same.error().is_retryable()) return;  // asked again at the next poll
    world.saw("log compared");
    if (!same.ok()) return leave_service(same.error());
  }
  auto fetch = std::exchange(held_, std::nullopt);
  if (node_.number() == world.plan.deviant) read_one_wrong(*fetch);
  // One that has decided nothing has no log yet.
  if (!node_.board().partition(partition_).marks().newest) generation_ = world.journal.generation();
  if (!fetch->records.empty() && generation_ != world.journal.generation()) {
    world.complain("a record of another log was decided");
  }
  const Status applied = replica_.apply(*fetch, node_.now());
  if (!applied.ok()) return leave_service(applied.error());
  if (fetch->records.empty()) return;
  world.note("decided",
             {node_.number(), partition_, log_.end(), static_cast<std::int64_t>(replica_.state_hash())});
  for (std::size_t i = 0; i < node_.edges(); ++i) node_.edge(i).wake();
  if (!busy_) step_issuer();
}

void PartitionThread::ask_end() {
  World& world = node_.world();
  const Instant asked_at = node_.now().steady;
  node_.later(world.delay(world.plan.thread_most), [this, asked_at] {
    auto bounds = node_.world().journal.bounds(partition_);
    if (bounds.ok() && node_.world().timeline.now() < zombie_until_) bounds->end = zombie_end_;
    const milliseconds stalled =
        std::max(ends_stalled_until_ - node_.world().timeline.now(), milliseconds{0});
    node_.later(stalled + node_.world().delay(node_.world().plan.thread_most), [this, asked_at, bounds] {
      if (bounds.ok()) replica_.on_end(asked_at, bounds->end);
      node_.later(milliseconds{250}, [this] { ask_end(); });
    });
  });
}

void PartitionThread::stall(Timestamp until, bool ends_too) {
  stalled_until_ = until;
  if (ends_too) ends_stalled_until_ = until;
}

void PartitionThread::follow_zombie(Timestamp until) {
  zombie_until_ = until;
  zombie_end_ = node_.world().journal.end(partition_);
}

/// As if a bit of a request had flipped in this node's memory: another user.
void PartitionThread::read_one_wrong(journal::Fetch& fetch) {
  static constexpr std::string_view kUser = R"("userId":)";
  for (journal::RawRecord& record : fetch.records) {
    if (has_read_wrong_ || record.offset < 5 || !record.headers.empty() || !record.value) continue;
    const std::size_t digit = record.value->find(kUser);
    if (digit == std::string_view::npos) continue;
    struct Changed {
      std::shared_ptr<const void> rest;
      std::string value;
    };
    auto changed = std::make_shared<Changed>(Changed{fetch.memory, std::string(*record.value)});
    char& first = changed->value[digit + kUser.size()];
    first = first == '9' ? '1' : static_cast<char>(first + 1);
    record.value = changed->value;
    fetch.memory = changed;
    has_read_wrong_ = true;
    node_.world().saw("request read wrong");
    node_.world().note("read wrong", {node_.number(), partition_, record.offset});
  }
}

std::string PartitionThread::unrest() const {
  if (node_.board().partition(partition_).out_of_service()) return {};  // which is complained of elsewhere
  const auto& records = node_.world().journal.records(partition_);
  const Offset end = records.empty() ? 0 : records.back().offset + 1;
  const Offset saved = node_.world().store.tables().positions.at(partition_).next_offset;
  if (!loaded_ || reloading_) return "not loaded";
  if (!replica_.caught_up()) return "not caught up";
  if (log_.end() != end) return "decided " + std::to_string(log_.end()) + " of " + std::to_string(end);
  if (saved != end) return "saved " + std::to_string(saved) + " of " + std::to_string(end);
  return {};
}

// --- saving ---------------------------------------------------------------------------------------------

void PartitionThread::step_issuer() {
  if (busy_ || !loaded_) return;
  ++steps_;
  busy_ = true;
  issuer::Issuer::Action action = issuer_.next(node_.now());
  std::visit([this](const auto& what) { do_action(what); }, action);
}

/// The issuer has been told how its action ended.
void PartitionThread::reported() {
  busy_ = false;
  node_.later(node_.world().delay(milliseconds{2}), [this] { step_issuer(); });
}

void PartitionThread::do_action(const issuer::Issuer::Nothing& nothing) {
  busy_ = false;
  const auto wait = std::chrono::duration_cast<milliseconds>(nothing.until - node_.now().steady);
  node_.later(std::clamp(wait, milliseconds{1}, milliseconds{1'000}), [this, step = steps_] {
    if (step == steps_) step_issuer();
  });
}

void PartitionThread::do_action(const issuer::Issuer::ReadPosition&) {
  node_.later(node_.world().delay(node_.world().plan.store_most), [this] {
    const auto position = (*node_.world().store.make_writer())->position(partition_);
    node_.later(node_.world().delay(node_.world().plan.store_most), [this, position] {
      issuer_.on_position(position, node_.now());
      reported();
    });
  });
}

void PartitionThread::do_action(const issuer::Issuer::Save& save) {
  World& world = node_.world();
  // A save that was sent is carried out even if its sender dies; only the report needs somebody alive.
  auto result = std::make_shared<store::SaveResult>();
  const milliseconds there = world.delay(world.plan.store_most);
  world.timeline.after(there, [&world, batch = save.batch, result, number = node_.number()] {
    *result = (*world.store.make_writer())->save(batch);
    world.note_commits();
    world.note("save", {number, batch.after.partition, batch.first_offset, batch.after.next_offset,
                        static_cast<std::int64_t>(result->outcome)});
  });
  node_.later(there + milliseconds{1} + world.delay(world.plan.store_most), [this, result] {
    if (result->outcome == store::SaveOutcome::Saved && node_.world().owner(partition_) != node_.number()) {
      node_.world().saw("takeover");
    }
    issuer_.on_saved(*result, node_.now());
    reported();
  });
}

void PartitionThread::do_action(const issuer::Issuer::RelayRecords& relay) {
  relays_.send(relay.relays);
  await_relays(node_.now().steady + milliseconds{1'500});
}

void PartitionThread::await_relays(Instant give_up) {
  if (!relays_.over() && node_.now().steady < give_up) {
    node_.later(milliseconds{20}, [this, give_up] { await_relays(give_up); });
    return;
  }
  issuer_.on_relayed(relays_.finish(), node_.now());
  reported();
}

void PartitionThread::do_action(const issuer::Issuer::Halt& halt) {
  node_.world().complain("halt of partition " + std::to_string(partition_) + ": " + halt.reason);
  issuer_.on_halted((*node_.world().store.make_writer())->halt(partition_, halt.reason), node_.now());
  reported();
}

void PartitionThread::do_action(const issuer::Issuer::Reload& reload) {
  node_.world().note("reload", {node_.number(), partition_});
  node_.world().saw("reload");
  check_reload_is_needed();
  replica_.before_reload(reload.promises);
  reloading_ = true;
  follower_.reset();
  node_.later(node_.world().delay(node_.world().plan.store_most), [this] { load(); });
}

void PartitionThread::do_action(const issuer::Issuer::CheckLog& check) {
  node_.later(node_.world().delay(node_.world().plan.store_most), [this, position = check.position] {
    const Status compared = compare_log(position);
    if (!compared.ok() && !compared.error().is_retryable())
      node_.world().complain("check log: " + compared.error().message);
    issuer_.on_log_checked(compared, node_.now());
    reported();
  });
}

/// What was not seen saved is kept for ever, and what was, for a while in which the store may lose it again:
/// so only a store that loses older commits sends a node back to loading.
void PartitionThread::check_reload_is_needed() {
  World& world = node_.world();
  CHECK(issuer_.position());
  const Offset stood_at = issuer_.position()->next_offset;
  if (stood_at < loaded_from_) return;  // this node has never held what is missing
  const auto saved_at = world.first_saved_past(partition_, stood_at);
  const milliseconds slow_read = 10 * world.plan.store_most;  // it may tell of a commit that is lost by now
  if (!saved_at || world.store_crashed_at - *saved_at + slow_read < world.plan.issuer.keep) {
    world.complain("a node forgot what was not saved, or only just");
  }
}

Status PartitionThread::compare_log(const store::Position& position) {
  if (!position.has_checksum) return Done{};
  node_.world().saw("log checked");
  const auto same = journal::compare_log(
      node_.world().journal, {partition_, position.next_offset - 1, position.checksum}, position.next_offset);
  if (!same.ok()) return same.error();
  return Done{};
}

}  // namespace firstcome::simulation
