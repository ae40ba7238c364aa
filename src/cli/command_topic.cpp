#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "cli/command_result.h"
#include "cli/location_options.h"
#include "journal/kafka/topics.h"
#include "log/log.h"
#include "node/kafka_log.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

using journal::KafkaSettings;
using journal::TopicFinding;
using Findings = std::vector<TopicFinding>;

constexpr std::int64_t kEnoughCopies = 3;

/// Logs the errors of brokers, which are more exact than the final error.
Result<KafkaSettings> settings_of(const Values& values) {
  ASSIGN_OR_RETURN(auto settings, kafka_settings(values));
  settings = node::logged(std::move(settings));
  settings.events_topic = events_topic(values);
  return settings;
}

std::vector<std::string> topics_of(const KafkaSettings& settings) {
  std::vector<std::string> topics = {settings.topic, settings.dead_letter_topic};
  if (!settings.events_topic.empty()) topics.push_back(settings.events_topic);
  return topics;
}

std::string as_json(const TopicFinding& finding) {
  return text::JsonObject()
      .truth("breaksAPromise", finding.breaks_a_promise)
      .text("topic", finding.topic)
      .text("brokers", finding.brokers)
      .text("setting", finding.setting)
      .text("is", finding.is)
      .text("shouldBe", finding.should_be)
      .text("why", finding.why)
      .text("mend", finding.fix)
      .str();
}

std::int64_t broken(const Findings& findings) {
  return std::ranges::count_if(findings, [](const TopicFinding& one) { return one.breaks_a_promise; });
}

int exit_code(const Findings& findings) { return broken(findings) == 0 ? kFine : kFailed; }

std::string format_findings(const Findings& findings) {
  std::string text;
  for (const TopicFinding& finding : findings) {
    text += fmt::format("{}: {}\n", finding.breaks_a_promise ? "broken" : "warning", finding.text());
  }
  return text;
}

// --- create -------------------------------------------------------------------------------------------

void warn_of_few_copies(std::int64_t copies) {
  if (copies >= kEnoughCopies) return;
  std::fprintf(
      stderr, "warning: --replication %lld: %s. Use it on a laptop only; otherwise use three brokers\n",
      static_cast<long long>(copies),
      copies == 1
          ? "while the broker of a partition is down, its policies issue no coupons; if its disk is lost, "
            "the journal is lost"
          : "a record that was acknowledged while one broker was down is lost if the disk of the other "
            "broker is lost");
}

bool existed(const std::string& topic, const Findings& before) {
  return std::ranges::none_of(
      before, [&](const TopicFinding& one) { return one.topic == topic && one.is_missing(); });
}

/// One topic after `create`.
struct Created {
  journal::TopicShape shape;
  bool is_new = false;
  std::vector<std::string> differences;  ///< from the requested values, one sentence each
};

std::string amount(std::int32_t number, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", number, (number == 1 ? one : many));
}

/// Compares an existing topic with the options that were given. Defaults do not count as given.
std::vector<std::string> differences(const Values& values, const journal::TopicShape& is) {
  const auto requested = [&](const char* option) {
    return values.origin(option) == "default" ? 0 : static_cast<std::int32_t>(values.number(option));
  };
  std::vector<std::string> all;
  if (const auto wanted = requested("partitions"); wanted != 0 && wanted != is.partitions) {
    all.push_back(
        fmt::format("it has {}, but {} requests {}. The number of partitions cannot be changed: leave the "
                    "option out, or name another topic in --journal",
                    amount(is.partitions, "partition", "partitions"), values.origin("partitions"), wanted));
  }
  if (const auto wanted = requested("replication"); wanted != 0 && wanted != is.replication) {
    all.push_back(
        fmt::format("it has each record on {}, but {} requests {}. Leave the option out, or change it with "
                    "kafka-reassign-partitions.sh",
                    amount(is.replication, "broker", "brokers"), values.origin("replication"), wanted));
  }
  return all;
}

std::string as_json(const Created& one) {
  return text::JsonObject()
      .text("topic", one.shape.topic)
      .truth("made", one.is_new)
      .number("partitions", one.shape.partitions)
      .number("replication", one.shape.replication)
      .json("differences",
            text::json_list(one.differences, [](const auto& text) { return text::json_text(text); }))
      .str();
}

std::string describe(const Created& one) {
  const std::string& topic = one.shape.topic;
  const std::string shape =
      fmt::format("{}, each record on {}", amount(one.shape.partitions, "partition", "partitions"),
                  amount(one.shape.replication, "broker", "brokers"));
  if (one.is_new) return fmt::format("topic '{}' is created: {}\n", topic, shape);
  if (one.differences.empty())
    return fmt::format("topic '{}' already exists and is not changed: {}\n", topic, shape);
  std::string text;
  for (const std::string& difference : one.differences) {
    text += fmt::format("differs: topic '{}' already exists and is not changed: {}\n", topic, difference);
  }
  return text;
}

Result<std::vector<Created>> create_all(const Values& values, const KafkaSettings& settings,
                                        const Findings& before) {
  const journal::TopicPlan plan{.partitions = static_cast<std::int32_t>(values.number("partitions")),
                                .replication = static_cast<std::int32_t>(values.number("replication"))};
  RETURN_IF_ERROR(journal::create_topics(settings, plan));
  ASSIGN_OR_RETURN(auto shapes, journal::topic_shapes(settings));
  std::vector<Created> created;
  for (journal::TopicShape& shape : shapes) {
    const bool is_new = !existed(shape.topic, before);
    auto found = differences(values, shape);
    created.push_back({std::move(shape), is_new, std::move(found)});
  }
  return created;
}

int create(const Values& values) {
  const auto settings = settings_of(values);
  if (!settings.ok()) return refuse("topic create", settings.error());
  warn_of_few_copies(values.number("replication"));
  const auto before = journal::check_topics(*settings);
  if (!before.ok()) return fail("topic create", before.error());
  const auto created = create_all(values, *settings, *before);
  if (!created.ok()) return fail("topic create", created.error());
  // The findings about topics that existed before. The new ones have the requested settings.
  Findings found = *before;
  std::erase_if(found, [](const TopicFinding& one) { return one.is_missing(); });
  const bool as_requested =
      std::ranges::all_of(*created, [](const Created& one) { return one.differences.empty(); });
  const int code = as_requested ? exit_code(found) : kFailed;
  if (values.on("json")) {
    std::printf("%s\n",
                text::JsonObject()
                    .truth("fine", code == kFine)
                    .json("topics", text::json_list(*created, [](const auto& one) { return as_json(one); }))
                    .json("findings", text::json_list(found, [](const auto& one) { return as_json(one); }))
                    .str()
                    .c_str());
    return code;
  }
  for (const Created& one : *created) std::fputs(describe(one).c_str(), stdout);
  std::fputs(format_findings(found).c_str(), stdout);
  return code;
}

// --- check --------------------------------------------------------------------------------------------

/// Adds findings about brokers. They break no promise, so missing rights to read them are only a warning.
void add_brokers(const KafkaSettings& settings, Findings& findings) {
  const auto brokers = journal::check_brokers(settings);
  if (!brokers.ok())
    return log::warn(fmt::format("The settings of the brokers are not checked: {}", brokers.error().text()));
  findings.insert(findings.end(), brokers->begin(), brokers->end());
}

int check(const Values& values) {
  const auto settings = settings_of(values);
  if (!settings.ok()) return refuse("topic check", settings.error());
  const std::int64_t partitions = values.has("partitions") ? values.number("partitions") : 0;
  auto found = journal::check_topics(*settings, static_cast<std::int32_t>(partitions));
  if (!found.ok()) return fail("topic check", found.error());
  add_brokers(*settings, *found);
  if (values.on("json")) {
    std::printf("%s\n",
                text::JsonObject()
                    .truth("fine", broken(*found) == 0)
                    .json("findings", text::json_list(*found, [](const auto& one) { return as_json(one); }))
                    .str()
                    .c_str());
    return exit_code(*found);
  }
  for (const std::string& topic : topics_of(*settings)) {
    const bool fine =
        std::ranges::none_of(*found, [&](const TopicFinding& one) { return one.topic == topic; });
    if (fine) std::printf("topic '%s' has the required settings\n", topic.c_str());
  }
  std::fputs(format_findings(*found).c_str(), stdout);
  if (!found->empty() && broken(*found) == 0) std::puts("no setting breaks a promise");
  return exit_code(*found);
}

}  // namespace

std::vector<Command> topic_commands() {
  const auto create_options = topic_create_options();
  const auto check_options = topic_check_options();
  return {{"topic create",
           "Create the topics of a journal in Kafka with the required settings",
           "  firstcome topic create --journal kafka://a:9092,b:9092,c:9092\n"
           "  firstcome topic create --journal kafka://127.0.0.1:9092 --replication 1    on a laptop\n"
           "\nThe command does not change existing topics; it prints what is wrong with them.\n"
           "Exit code 0: all topics exist as requested. 1: one does not, or a setting breaks a promise.\n",
           {create_options.begin(), create_options.end()},
           create},
          {"topic check",
           "Check the settings of the topics and brokers of a journal in Kafka",
           "  firstcome topic check --journal kafka://a:9092,b:9092,c:9092\n"
           "  firstcome topic check --journal kafka://a:9092 --kafka-config /etc/firstcome/kafka --json\n"
           "\nExit code 0: no setting breaks a promise; there may be warnings. 1: one does, or no broker "
           "responds.\n",
           {check_options.begin(), check_options.end()},
           check}};
}

}  // namespace firstcome::cli
