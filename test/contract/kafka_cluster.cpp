#include "kafka_cluster.h"

#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "domain/check.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace firstcome::test {
namespace {

std::string read_line(int file) {
  std::string line;
  for (char one = 0; read(file, &one, 1) == 1 && one != '\n';) line += one;
  return line;
}

/// proc(5): the state follows the name in parentheses.
bool is_running(const std::filesystem::path& thread) {
  std::ifstream file(thread / "stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  return name_end != std::string::npos && line.compare(name_end + 1, 2, " T") != 0;
}

KafkaCluster* const kTheOne = [] {
  auto* cluster = new KafkaCluster;
  testing::AddGlobalTestEnvironment(cluster);  // owns it
  return cluster;
}();

}  // namespace

KafkaCluster& kafka() { return *kTheOne; }

void KafkaCluster::SetUp() {
  int to_script[2];
  int from_script[2];
  CHECK(pipe2(to_script, O_CLOEXEC) == 0 && pipe2(from_script, O_CLOEXEC) == 0);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, to_script[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, from_script[1], STDOUT_FILENO);
  std::string script = FIRSTCOME_KAFKA_CLUSTER;
  std::string guarded = "--guarded";
  char* const words[] = {script.data(), guarded.data(), nullptr};
  const int spawned = posix_spawn(&script_, script.c_str(), &files, nullptr, words, environ);
  posix_spawn_file_actions_destroy(&files);
  close(to_script[0]);
  close(from_script[1]);
  commands_ = to_script[1];  // the script ends when the pipe closes, also after a crash of this process
  ASSERT_EQ(spawned, 0) << script;
  const std::string line = read_line(from_script[0]);
  close(from_script[0]);
  ASSERT_FALSE(line.empty()) << "no broker: see the output of " << script << " above";
  const auto started = nlohmann::json::parse(line);
  bootstrap_ = started.at("bootstrap");
  const auto& listeners = started.at("brokers").at(0).at("guarded");
  tls_ = listeners.at("tls");
  sasl_ = listeners.at("sasl");
  authority_ = listeners.at("authority");
  user_ = listeners.at("user");
  password_ = listeners.at("password");
  classpath_ = started.at("classpath");
  broker_ = started.at("brokers").at(0).at("pid");
  folder_ = std::filesystem::path(started.at("brokers").at(0).at("log").get<std::string>()).parent_path();
}

void KafkaCluster::TearDown() {
  close(commands_);
  int status = 0;
  if (script_ > 0) waitpid(script_, &status, 0);
}

journal::KafkaSettings KafkaCluster::fresh_settings() const {
  static std::atomic<int> topics{0};
  journal::KafkaSettings settings;
  settings.servers = bootstrap_;
  settings.topic = "requests-" + std::to_string(++topics);
  settings.dead_letter_topic = settings.topic + "-dlt";
  settings.group = settings.topic + "-group";
  return settings;
}

journal::KafkaSettings KafkaCluster::by_tls(journal::KafkaSettings settings) const {
  settings.servers = tls_;
  settings.properties = {{"security.protocol", "ssl"}, {"ssl.ca.location", authority_}};
  return settings;
}

journal::KafkaSettings KafkaCluster::with_password(journal::KafkaSettings settings,
                                                   const std::string& password) const {
  settings.servers = sasl_;
  settings.properties = {{"security.protocol", "sasl_ssl"},
                         {"ssl.ca.location", authority_},
                         {"sasl.mechanism", "PLAIN"},
                         {"sasl.username", user_},
                         {"sasl.password", password}};
  return settings;
}

void KafkaCluster::freeze() const {
  CHECK(kill(broker_, SIGSTOP) == 0);
  for (const auto& thread :
       std::filesystem::directory_iterator("/proc/" + std::to_string(broker_) + "/task")) {
    while (is_running(thread.path())) std::this_thread::yield();
  }
}

void KafkaCluster::thaw() const { CHECK(kill(broker_, SIGCONT) == 0); }

std::string KafkaCluster::partition_folder(const std::string& topic, Partition partition) const {
  return folder_ + "/data/" + topic + '-' + std::to_string(partition);
}

std::unique_ptr<journal::Journal> make_and_open(const journal::KafkaSettings& settings) {
  const Status made = journal::create_topics(settings, {.partitions = 3, .replication = 1});
  if (!made.ok()) ADD_FAILURE() << made.error().text();
  auto opened = journal::open_kafka_journal(settings);
  if (!opened.ok()) ADD_FAILURE() << opened.error().text();
  return std::move(*opened);
}

namespace operators {
namespace {

/// A client for one request to the brokers.
class Admin {
 public:
  explicit Admin(const journal::KafkaSettings& settings) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    CHECK(rd_kafka_conf_set(conf, "bootstrap.servers", settings.servers.c_str(), why, sizeof why) ==
          RD_KAFKA_CONF_OK);
    CHECK(rd_kafka_conf_set(conf, "group.id", settings.group.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK);
    handle_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    CHECK(handle_ != nullptr);
    queue_ = rd_kafka_queue_new(handle_);
    options_ = rd_kafka_AdminOptions_new(handle_, RD_KAFKA_ADMIN_OP_ANY);
    rd_kafka_AdminOptions_set_request_timeout(options_, 30'000, why, sizeof why);
  }
  ~Admin() {
    rd_kafka_AdminOptions_destroy(options_);
    rd_kafka_queue_destroy(queue_);
    rd_kafka_destroy(handle_);
  }
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  [[nodiscard]] rd_kafka_t* handle() const { return handle_; }
  [[nodiscard]] rd_kafka_queue_t* queue() const { return queue_; }
  [[nodiscard]] const rd_kafka_AdminOptions_t* options() const { return options_; }
  void wait() const {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, -1);
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_event_error_string(event);
    rd_kafka_event_destroy(event);
  }

 private:
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
  rd_kafka_AdminOptions_t* options_ = nullptr;
};

}  // namespace

void delete_topic(const journal::KafkaSettings& settings) {
  const Admin admin(settings);
  rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(settings.topic.c_str());
  rd_kafka_DeleteTopics(admin.handle(), &topic, 1, admin.options(), admin.queue());
  admin.wait();
  rd_kafka_DeleteTopic_destroy(topic);
}

void delete_records(const journal::KafkaSettings& settings, Partition partition, Offset before) {
  const Admin admin(settings);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, settings.topic.c_str(), partition)->offset =
      before < 0 ? RD_KAFKA_OFFSET_END : before;
  rd_kafka_DeleteRecords_t* records = rd_kafka_DeleteRecords_new(list);
  rd_kafka_DeleteRecords(admin.handle(), &records, 1, admin.options(), admin.queue());
  admin.wait();
  rd_kafka_DeleteRecords_destroy(records);
  rd_kafka_topic_partition_list_destroy(list);
}

void add_partitions(const journal::KafkaSettings& settings, std::int32_t partitions) {
  const Admin admin(settings);
  char why[256];
  rd_kafka_NewPartitions_t* more = rd_kafka_NewPartitions_new(
      settings.topic.c_str(), static_cast<std::size_t>(partitions), why, sizeof why);
  CHECK(more != nullptr);
  rd_kafka_CreatePartitions(admin.handle(), &more, 1, admin.options(), admin.queue());
  admin.wait();
  rd_kafka_NewPartitions_destroy(more);
}

void set_config(const journal::KafkaSettings& settings,
                const std::vector<std::pair<std::string, std::string>>& config) {
  const Admin admin(settings);
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, settings.topic.c_str());
  for (const auto& [key, value] : config) {
    rd_kafka_ConfigResource_set_config(resource, key.c_str(), value.c_str());
  }
  rd_kafka_AlterConfigs(admin.handle(), &resource, 1, admin.options(), admin.queue());
  admin.wait();
  rd_kafka_ConfigResource_destroy(resource);
}

void allow(const journal::KafkaSettings& settings, rd_kafka_ResourceType_t kind, const std::string& name,
           rd_kafka_AclOperation_t operation) {
  const Admin admin(settings);
  char why[256];
  rd_kafka_AclBinding_t* rule =
      rd_kafka_AclBinding_new(kind, name.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:firstcome", "*",
                              operation, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof why);
  CHECK(rule != nullptr);
  rd_kafka_CreateAcls(admin.handle(), &rule, 1, admin.options(), admin.queue());
  admin.wait();
  rd_kafka_AclBinding_destroy(rule);
}

Offset committed(const journal::KafkaSettings& settings, Partition partition) {
  const Admin admin(settings);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, settings.topic.c_str(), partition);
  EXPECT_EQ(rd_kafka_committed(admin.handle(), list, 30'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  const Offset offset = list->elems[0].offset;
  rd_kafka_topic_partition_list_destroy(list);
  return offset < 0 ? -1 : offset;
}

}  // namespace operators
}  // namespace firstcome::test
