#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "cli/command_result.h"
#include "cli/place_options.h"
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

/// What brokers refuse is told on the way, more exactly than by what fails in the end.
Result<KafkaSettings> settings_of(const Values& values) {
  auto settings = kafka_settings(values);
  if (!settings.ok()) return settings;
  *settings = node::logged(std::move(*settings));
  settings->events_topic = events_topic(values);
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
      .text("mend", finding.mend)
      .str();
}

std::int64_t broken(const Findings& findings) {
  return std::ranges::count_if(findings, [](const TopicFinding& one) { return one.breaks_a_promise; });
}

int exit_code(const Findings& findings) { return broken(findings) == 0 ? kFine : kFailed; }

std::string in_words(const Findings& findings) {
  std::string text;
  for (const TopicFinding& finding : findings) {
    text += (finding.breaks_a_promise ? "broken: " : "warning: ") + finding.text() + '\n';
  }
  return text;
}

// --- create -------------------------------------------------------------------------------------------

void warn_of_few_copies(std::int64_t copies) {
  if (copies >= kEnoughCopies) return;
  std::fprintf(stderr, "warning: --replication %lld: %s. Fit for a laptop; else have three brokers\n",
               static_cast<long long>(copies),
               copies == 1
                   ? "while the one broker of a partition is away nobody is issued anything from it, and "
                     "its disk is all there is: lost, the journal is lost"
                   : "a record that was acknowledged while one broker was away is lost with the other "
                     "one's disk");
}

bool is_there(const std::string& topic, const Findings& before) {
  return std::ranges::none_of(
      before, [&](const TopicFinding& one) { return one.topic == topic && one.is_missing(); });
}

/// One topic after `create`.
struct Created {
  journal::TopicShape shape;
  bool made = false;
  std::vector<std::string> differences;  ///< from what was requested by name, a sentence each
};

std::string amount(std::int32_t number, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", number, (number == 1 ? one : many));
}

/// What is a default was not requested: a topic that is there may have been made with anything.
std::vector<std::string> differences(const Values& values, const journal::TopicShape& is) {
  const auto requested = [&](const char* option) {
    return values.origin(option) == "default" ? 0 : static_cast<std::int32_t>(values.number(option));
  };
  std::vector<std::string> all;
  if (const auto wanted = requested("partitions"); wanted != 0 && wanted != is.partitions) {
    all.push_back(
        fmt::format("it has {}, and {} requests {}. The number of partitions is permanent: leave the option "
                    "out, or name another topic in --journal",
                    amount(is.partitions, "partition", "partitions"), values.origin("partitions"), wanted));
  }
  if (const auto wanted = requested("replication"); wanted != 0 && wanted != is.replication) {
    all.push_back(
        fmt::format("it has each record on {}, and {} requests {}. Leave the option out, or change it by "
                    "kafka-reassign-partitions.sh",
                    amount(is.replication, "broker", "brokers"), values.origin("replication"), wanted));
  }
  return all;
}

std::string as_json(const Created& one) {
  return text::JsonObject()
      .text("topic", one.shape.topic)
      .truth("made", one.made)
      .number("partitions", one.shape.partitions)
      .number("replication", one.shape.replication)
      .json("differences",
            text::json_list(one.differences, [](const auto& text) { return text::json_text(text); }))
      .str();
}

std::string in_words(const Created& one) {
  const std::string shape = amount(one.shape.partitions, "partition", "partitions") + ", each record on " +
                            amount(one.shape.replication, "broker", "brokers");
  const std::string name = "topic '" + one.shape.topic + "'";
  if (one.made) return name + " is made: " + shape + "\n";
  if (one.differences.empty()) return name + " was there, and is left as it is: " + shape + "\n";
  std::string text;
  for (const std::string& difference : one.differences) {
    text += "differs: " + name + " was there, and is left as it is: " + difference + "\n";
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
    const bool made = !is_there(shape.topic, before);
    auto found = differences(values, shape);
    created.push_back({std::move(shape), made, std::move(found)});
  }
  return created;
}

int create(const Values& values) {
  const auto settings = settings_of(values);
  if (!settings.ok()) return refuse("topic create", settings.error().message);
  warn_of_few_copies(values.number("replication"));
  const auto before = journal::check_topics(*settings);
  if (!before.ok()) return fail("topic create", before.error());
  const auto created = create_all(values, *settings, *before);
  if (!created.ok()) return fail("topic create", created.error());
  // Of those that were there; the others are as they were requested.
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
  for (const Created& one : *created) std::fputs(in_words(one).c_str(), stdout);
  std::fputs(in_words(found).c_str(), stdout);
  return code;
}

// --- check --------------------------------------------------------------------------------------------

/// They break no promise, so a user who may not read them is not refused.
void add_brokers(const KafkaSettings& settings, Findings& findings) {
  const auto brokers = journal::check_brokers(settings);
  if (!brokers.ok()) return log::warn("The brokers' settings are not checked. " + brokers.error().message);
  findings.insert(findings.end(), brokers->begin(), brokers->end());
}

int check(const Values& values) {
  const auto settings = settings_of(values);
  if (!settings.ok()) return refuse("topic check", settings.error().message);
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
    if (fine) std::printf("topic '%s' is as firstcome needs it\n", topic.c_str());
  }
  std::fputs(in_words(*found).c_str(), stdout);
  if (!found->empty() && broken(*found) == 0) std::puts("no promise is broken");
  return exit_code(*found);
}

}  // namespace

std::vector<Command> topic_commands() {
  const auto create_options = topic_create_options();
  const auto check_options = topic_check_options();
  return {
      {"topic create",
       "make the topics of a journal in Kafka, with the settings it needs",
       "  firstcome topic create --journal kafka://a:9092,b:9092,c:9092\n"
       "  firstcome topic create --journal kafka://127.0.0.1:9092 --replication 1    on a laptop\n"
       "\nTopics that are there are not changed; the output names what is wrong with them.\n"
       "Exit code 0: all are there, as requested. 1: not, or a setting breaks a promise.\n",
       {create_options.begin(), create_options.end()},
       create},
      {"topic check",
       "are the topics and the brokers of a journal in Kafka as it needs them?",
       "  firstcome topic check --journal kafka://a:9092,b:9092,c:9092\n"
       "  firstcome topic check --journal kafka://a:9092 --kafka-config /etc/firstcome/kafka --json\n"
       "\nExit code 0: no promise is broken; there may be warnings. 1: one is, or nobody could be asked.\n",
       {check_options.begin(), check_options.end()},
       check}};
}

}  // namespace firstcome::cli
