#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "issuer/issuer.h"
#include "replica/decided_log.h"
#include "replica/relay.h"
#include "replica/replica.h"

namespace firstcome::simulation {

class Node;

/// Sends the relays that an issuer asks for through a gapless appender and counts what is acknowledged from
/// the first one on.
class RelaySender : public journal::AcknowledgementSink {
 public:
  RelaySender(Node& node, Partition self);
  void send(const std::vector<replica::Relay>& relays);
  void acknowledged(std::span<const journal::Acknowledgement> acknowledgements) override;
  [[nodiscard]] bool over() const { return failed_ || acknowledged_from_first() == count_; }
  /// Ends this attempt. After anything but success the appender is made anew next time.
  std::size_t finish();

 private:
  [[nodiscard]] std::size_t acknowledged_from_first() const;

  Node& node_;
  replica::RelayWriter writer_;
  std::unique_ptr<journal::GaplessAppender> appender_;
  std::uint64_t first_token_ = 0;
  std::uint64_t next_token_ = 0;
  std::size_t count_ = 0;
  std::set<std::uint64_t> done_;
  bool failed_ = false;
};

/// What a node does for one partition: the thread that follows and decides, the one that saves, and the
/// one that asks for the journal's end; stepped by the timeline instead.
class PartitionThread {
 public:
  PartitionThread(Node& node, Partition partition);

  void start();
  void set_owner(bool owner) { issuer_.set_owner(owner); }
  /// Neither reads nor decides until then; with `ends_too`, does not hear of the journal's end either.
  void stall(Timestamp until, bool ends_too);
  /// Until then its leader has no quorum: it brings nothing new and gives the end of now.
  void follow_zombie(Timestamp until);
  replica::DecidedLog& log() { return log_; }
  /// What is left to do, in words; empty at rest.
  [[nodiscard]] std::string unrest() const;

 private:
  // The partition's own thread.
  void load();
  Status load_and_follow();
  void leave_service(const Error& error);
  void poll();
  // The saving thread.
  void step_issuer();
  void do_action(const issuer::Issuer::Nothing& nothing);
  void do_action(const issuer::Issuer::ReadPosition&);
  void do_action(const issuer::Issuer::Save& save);
  void do_action(const issuer::Issuer::RelayRecords& relay);
  void do_action(const issuer::Issuer::Halt& halt);
  void do_action(const issuer::Issuer::Reload& reload);
  void do_action(const issuer::Issuer::CheckLog& check);
  void await_relays(Instant give_up);
  void check_reload_is_needed();
  Status compare_log(const store::Position& position);
  void read_one_wrong(journal::Fetch& fetch);
  void reported();
  // The one that asks for ends.
  void ask_end();

  Node& node_;
  const Partition partition_;
  replica::DecidedLog log_;
  replica::Replica replica_;
  issuer::Issuer issuer_;
  RelaySender relays_;
  std::unique_ptr<journal::Follower> follower_;
  std::uint64_t loads_ = 0;  ///< planned polls from before the last one are void
  Timestamp stalled_until_{};
  Timestamp ends_stalled_until_{};
  Timestamp zombie_until_{};
  Offset zombie_end_ = 0;
  Offset loaded_from_ = 0;  ///< the store's position when it was last loaded
  bool loaded_ = false;
  bool has_read_wrong_ = false;
  std::optional<journal::Fetch> held_;  ///< read, and not yet known to be of the same log
  int generation_ = 0;                  ///< of the journal, when it was loaded
  bool reloading_ = false;
  bool busy_ = false;        ///< an action of the issuer is under way
  std::uint64_t steps_ = 0;  ///< planned looks at the issuer that are older are void
};

}  // namespace firstcome::simulation
