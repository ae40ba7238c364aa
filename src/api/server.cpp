#include "api/server.h"

#include <fmt/core.h>
#include <sodium.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <optional>
#include <set>
#include <utility>

#include "api/memory_return.h"
#include "api/query_thread.h"
#include "api/readiness.h"
#include "api/scrape_thread.h"
#include "api/worker.h"
#include "domain/check.h"
#include "net/listener.h"
#include "net/listening.h"
#include "store/record_trust.h"

namespace firstcome::api {
namespace {

constexpr milliseconds kLookAtReadiness{250};
/// After a round that found too few idle connections. It looks at every connection: about a millisecond for 10,000.
constexpr milliseconds kBetweenRounds{20};
constexpr std::size_t kPassedOverMost = 8;
/// Waiting questions about the counts of coupons. Each can take seconds.
constexpr std::size_t kCountsMost = 16;

/// 24 random bits, not 0 and not used in this process yet.
std::uint32_t draw_sender(const replica::AnswerRoutes& routes) {
  constexpr std::uint32_t kSenders = 1U << 24;
  while (true) {
    const std::uint32_t sender = randombytes_uniform(kSenders);
    if (sender != 0 && routes.find(sender) == nullptr) return sender;
  }
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerSettings settings, ServerParts parts)
      : settings_(std::move(settings)),
        parts_(std::move(parts)),
        tickets_(parts_.store_settings.key, parts_.store_settings.incarnations),
        codes_(parts_.store_settings.key, parts_.store_settings.incarnations),
        record_mac_(store::record_mac(parts_.store_settings)),
        connections_(settings_.max_connections, kAdminConnections),
        queries_(parts_.store, parts_.logs, parts_.snapshots, parts_.store_settings.era, codes_,
                 {.name = "edge-query", .most = settings_.max_queries}),
        counts_(parts_.store, parts_.logs, parts_.snapshots, parts_.store_settings.era, codes_,
                {.name = "edge-count", .most = kCountsMost, .stays_connected = false}),
        scrapes_(parts_.write_metrics),
        readiness_(parts_.snapshots, {.max_unsaved = settings_.admission.max_unsaved}),
        limits_(settings_.limits),
        address_limits_(settings_.address_limits, settings_.trusted_proxies) {
    CHECK(settings_.threads > 0);
    CHECK(sodium_init() >= 0);
    const WorkerShared shared{settings_, parts_,   tickets_,   codes_,    record_mac_,  queries_,
                              counts_,   scrapes_, readiness_, draining_, connections_, wrong_credentials_,
                              memory_,   limits_};
    const int edges = settings_.has_users ? settings_.threads : 0;
    for (int i = 0; i < edges; ++i) add_worker(shared, fmt::format("edge-{}", i));
    add_worker(shared, "admin");
  }

  ~Impl() {
    queries_.stop();
    counts_.stop();
    scrapes_.stop();
    for (auto& worker : workers_) worker->stop();
    memory_.stop();
    for (const net::ListeningSocket& socket : {users_socket_, admin_socket_}) {
      if (!started_ && socket.native >= 0) ::close(socket.native);
    }
  }

  Status listen() {
    if (settings_.has_users) {
      ASSIGN_OR_RETURN(users_socket_, net::listen_on(settings_.listen, "--listen"));
    }
    ASSIGN_OR_RETURN(admin_socket_, net::listen_on(settings_.admin_listen, "--admin-listen"));
    return Done{};
  }

  Status start() {
    CHECK(admin_socket_.native >= 0 && !started_);
    RETURN_IF_ERROR(queries_.start());
    RETURN_IF_ERROR(counts_.start());
    scrapes_.start();
    memory_.start();
    started_ = true;
    for (auto& worker : workers_) worker->start();
    if (settings_.has_users) {
      net::EventLoop& loop = workers_.front()->loop();
      loop.post([this, &loop] {
        users_.emplace(loop, users_socket_.native,
                       [this](int native, const net::PeerAddress& peer) { hand_out(native, peer); });
        users_->start();
      });
    }
    net::EventLoop& loop = admin_worker().loop();
    loop.post([this, &loop] {
      admin_.emplace(loop, admin_socket_.native,
                     [this](int native, const net::PeerAddress& peer) { take_admin(native, peer); });
      admin_->start();
      watch_readiness(loop);
    });
    return Done{};
  }

  void add_to(thread::Pulse& pulse) {
    for (const auto& worker : workers_) worker->add_to(pulse);
  }

  bool drain(milliseconds limit) {
    if (!started_ || std::exchange(drained_, true)) return true;
    const auto until = std::chrono::steady_clock::now() + limit;
    draining_.store(true, std::memory_order_release);
    if (settings_.has_users) on_thread_of(*workers_.front(), [this] { users_->close(); });
    on_thread_of(admin_worker(), [this] { admin_->close(); });
    bool drained = true;
    for (auto& worker : workers_) {
      const auto idle = std::make_shared<std::promise<void>>();
      worker->when_idle([idle] { idle->set_value(); });
      drained = idle->get_future().wait_until(until) == std::future_status::ready && drained;
    }
    queries_.give_up();  // the threads may be waiting for a store that does not answer
    counts_.give_up();
    scrapes_.stop();
    for (auto& worker : workers_) worker->stop();
    return drained;
  }

  [[nodiscard]] Figures figures() {
    Figures figures;
    for (const auto& worker : workers_) worker->add_to(figures);
    figures.connections = connections_.count();
    figures.evicted = evicted_.load(std::memory_order_relaxed);
    if (settings_.access_log) figures.dropped_access_lines = settings_.access_log->dropped();
    for (const Accepted* listener : {&users_accepted_, &admin_accepted_}) {
      figures.accepted += listener->accepted.value();
      figures.refused += listener->refused.value();
    }
    figures.refused_by_address = refused_by_address_.value();
    for (std::size_t kind = 0; kind < figures.query_errors.size(); ++kind) {
      figures.query_errors[kind] = queries_.errors().value(kind) + counts_.errors().value(kind);
    }
    readiness_.look(std::chrono::steady_clock::now());
    const Readiness::State state = readiness_.state();
    figures.ready = state.ready && !draining_.load(std::memory_order_relaxed);
    for (const Readiness::Partition& partition : state.partitions) {
      figures.answered.push_back(partition.answers);
    }
    return figures;
  }

  [[nodiscard]] const std::string& address() const { return users_socket_.address; }
  [[nodiscard]] const std::string& admin_address() const { return admin_socket_.address; }

 private:
  void add_worker(const WorkerShared& shared, std::string name) {
    const std::uint32_t sender = draw_sender(parts_.routes);
    workers_.push_back(std::make_unique<Worker>(shared, sender, std::move(name)));
    parts_.routes.add(sender, workers_.back()->inbox());
  }
  /// Has the admin listener's connections, so that operators and probes wait for no user.
  Worker& admin_worker() { return *workers_.back(); }
  [[nodiscard]] std::size_t edges() const { return workers_.size() - 1; }

  /// True: `connections_` counts one more.
  bool admit(int native, const net::PeerAddress& peer, bool admin) {
    Accepted& counters = admin ? admin_accepted_ : users_accepted_;
    if (!connections_.try_add(peer, admin)) {
      ::close(native);
      counters.refused.add();
      return false;
    }
    counters.accepted.add();
    return true;
  }

  /// On the first worker's thread. Near the limit of connections, the workers close the longest idle ones of the client that
  /// has most, so that there is room for others.
  void make_room() {
    if (making_room_.load(std::memory_order_acquire)) return;
    const auto surplus = connections_.surplus(passed_over_.load(std::memory_order_relaxed));
    if (!surplus) return;
    const Instant now = std::chrono::steady_clock::now();
    if (few_idle_.load(std::memory_order_relaxed) && now < next_round_) return;
    next_round_ = now + kBetweenRounds;
    making_room_.store(true, std::memory_order_relaxed);
    const auto round = std::make_shared<Round>(edges());
    for (std::size_t i = 0; i < edges(); ++i) {
      workers_[i]->make_room(*surplus, [this, round, surplus = *surplus](std::size_t closed) {
        round->closed.fetch_add(closed, std::memory_order_relaxed);
        if (round->left.fetch_sub(1, std::memory_order_acq_rel) == 1) made_room(surplus, round->closed);
      });
    }
  }

  /// On the thread of the worker that was the last.
  void made_room(const OpenConnections::Surplus& surplus, std::size_t closed) {
    few_idle_.store(closed < surplus.to_close, std::memory_order_relaxed);
    if (closed > 0) {
      evicted_.fetch_add(closed, std::memory_order_relaxed);
      parts_.report(fmt::format(
          "The limit of connections is near (--max-connections {}). Closed {} idle connections of {}, which had {}. If this is a "
          "proxy, let it close idle connections earlier, or raise the limit.",
          settings_.max_connections, closed, surplus.client.text(), surplus.open));
      passed_over_.store(0, std::memory_order_relaxed);
    } else {
      const std::size_t passed_over = passed_over_.load(std::memory_order_relaxed);
      passed_over_.store((passed_over + 1) % kPassedOverMost, std::memory_order_relaxed);
    }
    making_room_.store(false, std::memory_order_release);
  }

  /// With the PROXY protocol, only a trusted proxy may name clients.
  bool admits_address(const net::PeerAddress& peer) {
    if (settings_.proxy_protocol && !settings_.trusted_proxies.trust(peer)) return false;
    return address_limits_.admit(peer, connections_.of(peer), std::chrono::steady_clock::now());
  }

  /// On the first worker's thread, which accepts all users. They go to the workers in turn.
  void hand_out(int native, const net::PeerAddress& peer) {
    if (!admits_address(peer)) {
      ::close(native);
      return refused_by_address_.add();
    }
    const bool admitted = admit(native, peer, false);
    make_room();
    if (!admitted) return;
    next_worker_ = (next_worker_ + 1) % edges();
    workers_[next_worker_]->adopt(native, false, peer);
  }

  /// On the admin worker's thread.
  void take_admin(int native, const net::PeerAddress& peer) {
    if (admit(native, peer, true)) admin_worker().adopt(native, true, peer);
  }

  void watch_readiness(net::EventLoop& loop) {
    readiness_.look(std::chrono::steady_clock::now());
    loop.after(kLookAtReadiness, [this, &loop] { watch_readiness(loop); });
  }

  template <class Work>
  static void on_thread_of(Worker& worker, Work work) {
    std::promise<void> done;
    worker.loop().post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  /// The clients of one listener, counted on the thread that accepts them.
  struct Accepted {
    metrics::Counter accepted;
    metrics::Counter refused;
  };

  /// Of closing idle connections.
  struct Round {
    explicit Round(std::size_t workers) : left(workers) {}
    std::atomic<std::size_t> left;  ///< workers
    std::atomic<std::size_t> closed{0};
  };

  const ServerSettings settings_;
  const ServerParts parts_;
  const TicketCodec tickets_;
  const CouponCodes codes_;
  const journal::RecordMac record_mac_;
  std::atomic<bool> draining_{false};
  OpenConnections connections_;
  std::atomic<bool> making_room_{false};
  std::atomic<bool> few_idle_{false};        ///< the last round closed fewer than it wanted
  std::atomic<std::size_t> passed_over_{0};  ///< clients without an idle connection in the rounds before
  std::atomic<std::uint64_t> evicted_{0};
  Instant next_round_{};  ///< the first worker's thread
  access::RateLimiter wrong_credentials_{1, kWrongCredentialsAtOnce};
  Accepted users_accepted_;              ///< the first worker's thread
  Accepted admin_accepted_;              ///< the admin worker's thread
  metrics::Counter refused_by_address_;  ///< the first worker's thread
  QueryThread queries_;
  QueryThread counts_;
  ScrapeThread scrapes_;
  MemoryReturn memory_;
  Readiness readiness_;
  Limits limits_;
  AddressLimits address_limits_;
  std::vector<std::unique_ptr<Worker>> workers_;  ///< of users, then the admin worker
  net::ListeningSocket users_socket_;
  net::ListeningSocket admin_socket_;
  std::optional<net::Listener> users_;  ///< the first worker's thread
  std::optional<net::Listener> admin_;  ///< the admin worker's thread
  std::size_t next_worker_ = 0;         ///< the first worker's thread
  bool started_ = false;
  bool drained_ = false;
};

Server::Server(ServerSettings settings, ServerParts parts)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(parts))) {}
Server::~Server() = default;

Status Server::listen() { return impl_->listen(); }
std::string Server::address() const { return impl_->address(); }
std::string Server::admin_address() const { return impl_->admin_address(); }
Status Server::start() { return impl_->start(); }
void Server::add_to(thread::Pulse& pulse) { impl_->add_to(pulse); }
bool Server::drain(milliseconds most) { return impl_->drain(most); }
Figures Server::figures() { return impl_->figures(); }

}  // namespace firstcome::api
