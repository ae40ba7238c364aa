#include <algorithm>
#include <cstdio>

#include "app/command_line.h"
#include "app/data_place.h"
#include "app/json_object.h"
#include "app/log.h"
#include "app/verb.h"
#include "journal/kafka/topics.h"

namespace firstcome::app {
namespace {

using journal::KafkaSettings;
using journal::TopicFinding;
using Findings = std::vector<TopicFinding>;

constexpr std::int64_t kEnoughCopies = 3;

int fail(const char* verb, const Error& error) {
  std::fprintf(stderr, "firstcome %s: %s\n", verb, error.message.c_str());
  return kFailed;
}

int refuse(const char* verb, const Error& error) {
  std::fputs(wrong_usage(verb, error.message).text.c_str(), stderr);
  return kWrongUsage;
}

/// What brokers refuse is told on the way, more exactly than by what fails in the end.
Result<KafkaSettings> settings_of(const Values& values) {
  auto settings = kafka_settings(values);
  if (!settings.ok()) return settings;
  settings->report = [](const Error& error) { log::warn(error.message); };
  settings->events_topic = events_topic(values);
  return settings;
}

std::vector<std::string> topics_of(const KafkaSettings& settings) {
  std::vector<std::string> topics = {settings.topic, settings.dead_letter_topic};
  if (!settings.events_topic.empty()) topics.push_back(settings.events_topic);
  return topics;
}

std::string as_json(const TopicFinding& finding) {
  return JsonObject()
      .truth("breaksAPromise", finding.breaks_a_promise)
      .text("topic", finding.topic)
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

std::string as_json(const std::string& topic, bool made) {
  return JsonObject().text("topic", topic).truth("made", made).str();
}

void print_created(const std::vector<std::string>& topics, const Findings& before, const Findings& left) {
  const std::string made =
      json_list(topics, [&](const auto& topic) { return as_json(topic, !is_there(topic, before)); });
  const std::string findings = json_list(left, [](const auto& one) { return as_json(one); });
  std::printf("%s\n", JsonObject()
                          .truth("fine", broken(left) == 0)
                          .json("topics", made)
                          .json("findings", findings)
                          .str()
                          .c_str());
}

int create(const Values& values) {
  const auto settings = settings_of(values);
  if (!settings.ok()) return refuse("topic create", settings.error());
  const journal::TopicPlan plan{.partitions = static_cast<std::int32_t>(values.number("partitions")),
                                .replication = static_cast<std::int32_t>(values.number("replication"))};
  warn_of_few_copies(plan.replication);
  const auto before = journal::check_topics(*settings);
  if (!before.ok()) return fail("topic create", before.error());
  if (Status made = journal::create_topics(*settings, plan); !made.ok())
    return fail("topic create", made.error());
  // Of those that were there; the others are as they were asked for.
  Findings found = *before;
  std::erase_if(found, [](const TopicFinding& one) { return one.is_missing(); });
  if (values.on("json")) {
    print_created(topics_of(*settings), *before, found);
    return exit_code(found);
  }
  for (const std::string& topic : topics_of(*settings)) {
    if (is_there(topic, *before)) {
      std::printf("topic '%s' was there, and is left as it is\n", topic.c_str());
    } else {
      std::printf("topic '%s' is made: %d partitions, each record on %d broker%s\n", topic.c_str(),
                  plan.partitions, plan.replication, plan.replication == 1 ? "" : "s");
    }
  }
  std::fputs(in_words(found).c_str(), stdout);
  return exit_code(found);
}

// --- check --------------------------------------------------------------------------------------------

int check(const Values& values) {
  const auto settings = settings_of(values);
  if (!settings.ok()) return refuse("topic check", settings.error());
  const std::int64_t partitions = values.has("partitions") ? values.number("partitions") : 0;
  const auto found = journal::check_topics(*settings, static_cast<std::int32_t>(partitions));
  if (!found.ok()) return fail("topic check", found.error());
  if (values.on("json")) {
    std::printf("%s\n", JsonObject()
                            .truth("fine", broken(*found) == 0)
                            .json("findings", json_list(*found, [](const auto& one) { return as_json(one); }))
                            .str()
                            .c_str());
    return exit_code(*found);
  }
  std::fputs(in_words(*found).c_str(), stdout);
  if (found->empty()) {
    for (const std::string& topic : topics_of(*settings)) {
      std::printf("topic '%s' is as firstcome needs it\n", topic.c_str());
    }
  } else if (broken(*found) == 0) {
    std::puts("no promise is broken");
  }
  return exit_code(*found);
}

}  // namespace

std::vector<Verb> topic_verbs() {
  const auto create_options = topic_create_options();
  const auto check_options = topic_check_options();
  return {
      {"topic create",
       "make the topics of a journal in Kafka, with the settings it needs",
       "  firstcome topic create --journal kafka://a:9092,b:9092,c:9092\n"
       "  firstcome topic create --journal kafka://127.0.0.1:9092 --replication 1    on a laptop\n"
       "\nTopics that are there are not changed; what is wrong with them is told.\n"
       "Exit code 0: all are there. 1: not, or a setting breaks a promise.\n",
       {create_options.begin(), create_options.end()},
       create},
      {"topic check",
       "are the topics of a journal in Kafka as it needs them?",
       "  firstcome topic check --journal kafka://a:9092,b:9092,c:9092\n"
       "  firstcome topic check --journal kafka://a:9092 --kafka-config /etc/firstcome/kafka --json\n"
       "\nExit code 0: no promise is broken; there may be warnings. 1: one is, or nobody could be asked.\n",
       {check_options.begin(), check_options.end()},
       check}};
}

}  // namespace firstcome::app
