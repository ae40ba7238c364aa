#include "node/service_notifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <map>

#include "test/contract/temporary_folder.h"

namespace firstcome::node {
namespace {

using testing::MatchesRegex;

class Manager {
 public:
  explicit Manager(const std::string& name)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    variables["NOTIFY_SOCKET"] = name;
  }
  ~Manager() { close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// Empty: nothing was sent.
  [[nodiscard]] std::string read() const {
    std::array<char, 1'000> buffer{};
    const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
    return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }
  [[nodiscard]] ServiceNotifier::Variable environment() const {
    return [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
  }
  std::map<std::string, std::string> variables;

 private:
  const int socket_;
};

TEST(ServiceNotifier, EachChangeIsOneDatagramToAPathOrAName) {
  const test::TemporaryFolder folder;
  for (const std::string& name :
       {(folder.path() / "notify").string(), "@firstcome-test-" + std::to_string(getpid())}) {
    const Manager manager(name);
    const ServiceNotifier notifier(manager.environment());
    notifier.status("starting");
    EXPECT_EQ(manager.read(), "STATUS=starting") << name;
    notifier.ready("3 of 3 partitions");
    EXPECT_EQ(manager.read(), "READY=1\nSTATUS=3 of 3 partitions");
    notifier.reloading();
    EXPECT_THAT(manager.read(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
    notifier.alive();
    EXPECT_EQ(manager.read(), "WATCHDOG=1");
    notifier.stopping("saving");
    EXPECT_EQ(manager.read(), "STOPPING=1\nSTATUS=saving");
    EXPECT_EQ(manager.read(), "");
  }
}

TEST(ServiceNotifier, TheWatchdogIsThatOfThisProcess) {
  Manager manager("@firstcome-watchdog-" + std::to_string(getpid()));
  const auto watchdog = [&] { return ServiceNotifier(manager.environment()).watchdog(); };
  EXPECT_EQ(watchdog(), std::nullopt);
  manager.variables["WATCHDOG_USEC"] = "30000000";
  EXPECT_EQ(watchdog(), milliseconds{30'000});
  manager.variables["WATCHDOG_PID"] = std::to_string(getpid());
  EXPECT_EQ(watchdog(), milliseconds{30'000});
  manager.variables["WATCHDOG_PID"] = std::to_string(getpid() + 1);
  EXPECT_EQ(watchdog(), std::nullopt);
  manager.variables.erase("WATCHDOG_PID");
  for (const char* wrong : {"", "0", "-1", "30s", "99999999999999999999"}) {
    manager.variables["WATCHDOG_USEC"] = wrong;
    EXPECT_EQ(watchdog(), std::nullopt) << wrong;
  }
}

TEST(ServiceNotifier, WithoutAManagerItDoesNothing) {
  const test::TemporaryFolder folder;
  const std::string too_long = "/" + std::string(200, 'x');
  for (const std::string& name :
       {(folder.path() / "none").string(), too_long, std::string("relative"), std::string("@")}) {
    const ServiceNotifier notifier([&](const std::string& variable) {
      return variable == "NOTIFY_SOCKET" ? std::optional(name) : std::optional<std::string>("30000000");
    });
    notifier.ready("");
    EXPECT_EQ(notifier.watchdog(), std::nullopt) << name;
  }
  const ServiceNotifier notifier([](const std::string&) { return std::nullopt; });
  notifier.ready("");
  EXPECT_EQ(notifier.watchdog(), std::nullopt);
}

}  // namespace
}  // namespace firstcome::node
