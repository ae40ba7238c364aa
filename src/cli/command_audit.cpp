#include <fmt/core.h>

#include <cstdio>
#include <optional>

#include "audit/audit.h"
#include "audit/words.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/place_options.h"
#include "cli/progress_line.h"
#include "node/read_data.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

using audit::count;
using audit::Difference;
using audit::PartitionReport;
using audit::Report;

std::string as_json(const Difference& difference) {
  text::JsonObject object;
  object.text("about", name_of(difference.about));
  if (difference.partition >= 0) object.number("partition", difference.partition);
  if (difference.policy != PolicyId{}) object.number("policyId", difference.policy.value);
  return object.text("text", difference.text).str();
}

std::string as_json(const PartitionReport& partition) {
  return text::JsonObject()
      .number("partition", partition.partition)
      .number("journalStart", partition.journal_start)
      .number("comparedFrom", partition.compared_from)
      .number("comparedTo", partition.compared_to)
      .number("journalEnd", partition.journal_end)
      .number("records", partition.records)
      .number("notYetSaved", partition.not_yet_saved())
      .text("verdict", name_of(partition.verdict))
      .str();
}

std::string as_json(const Report& report) {
  return text::JsonObject()
      .truth("clean", report.clean())
      .number("differenceCount", report.differences.count())
      .json("differences",
            text::json_list(report.differences.kept(), [](const auto& one) { return as_json(one); }))
      .json("partitions", text::json_list(report.partitions, [](const auto& one) { return as_json(one); }))
      .number("policies", report.policies)
      .number("policyChanges", report.changes)
      .number("coupons", report.coupons)
      .number("batches", report.batches)
      .json("notes", text::json_list(report.notes, [](const auto& one) { return text::json_text(one); }))
      .str();
}

std::string in_words(const PartitionReport& partition) {
  std::string line = fmt::format("partition {}: ", partition.partition);
  if (partition.verdict == audit::Verdict::NotJudged) return line + "not compared\n";
  line += partition.records == 0
              ? "no records to replay"
              : fmt::format("{} replayed, offsets {} to {}", count(partition.records, "record"),
                            partition.compared_from, partition.compared_to - 1);
  if (partition.compared_from > partition.journal_start) {
    line +=
        fmt::format("; the journal begins at offset {}, the first place behind it whose state is known is {}",
                    partition.journal_start, partition.compared_from);
  }
  if (partition.not_yet_saved() > 0) line += "; not yet saved: " + count(partition.not_yet_saved(), "record");
  return line + "\n";
}

std::string verdicts_in_words(const Report& report) {
  std::string text;
  for (const PartitionReport& partition : report.partitions) {
    if (partition.verdict == audit::Verdict::Agree) continue;
    text += audit::in_words(partition.verdict, partition.partition, partition.halted) + "\n";
  }
  return text;
}

std::string in_words(const Report& report) {
  std::string text;
  for (const PartitionReport& partition : report.partitions) text += in_words(partition);
  text += "compared with " + count(report.coupons, "coupon") + ", " + count(report.policies, "policy") +
          ", " + count(report.changes, "policy change") + " and " + audit::grouped(report.batches) +
          (report.batches == 1 ? " batch" : " batches") + " of outcomes in the store\n";
  for (const std::string& note : report.notes) text += "note: " + note + "\n";
  const std::string verdicts = verdicts_in_words(report);
  if (report.clean()) return text + "clean: the store is what the journal decides\n" + verdicts;
  for (const Difference& difference : report.differences.kept()) text += difference.text + "\n";
  const std::int64_t hidden =
      report.differences.count() - static_cast<std::int64_t>(report.differences.kept().size());
  text += count(report.differences.count(), "difference");
  if (hidden > 0)
    text += ", of which " + audit::grouped(hidden) + " are not shown (--differences shows more)";
  return text + "\n" + verdicts;
}

int fail(const Error& error, int exit_code = kFailed) {
  std::fprintf(stderr, "firstcome audit: %s\n", error.message.c_str());
  return exit_code;
}

int run(const Values& values) {
  const auto place = data_place(values);
  if (!place.ok()) {
    std::fputs(wrong_usage("audit", place.error().message).text.c_str(), stderr);
    return kWrongUsage;
  }
  auto data = node::read_data(*place);
  if (!data.ok()) return fail(data.error(), kWrongUsage);
  auto progress = std::make_optional<ProgressLine>("audit");
  const auto report = audit::audit(*data->journal, *data->store, *progress,
                                   static_cast<std::size_t>(values.number("differences")));
  progress.reset();
  // Before anything is said: what looks like a difference may be a server that has started.
  if (const Status undisturbed = data->undisturbed(); !undisturbed.ok()) return fail(undisturbed.error());
  if (!report.ok()) return fail(report.error());
  const std::string text = values.on("json") ? as_json(*report) + "\n" : in_words(*report);
  std::fputs(text.c_str(), stdout);
  return report->clean() ? kFine : kFailed;
}

}  // namespace

Command audit_command() {
  const auto options = with_servers_options(audit_options());
  return {
      "audit",
      "replay the journal and compare the store with it, row by row",
      "  firstcome audit\n"
      "  firstcome audit --data /var/lib/firstcome    a server may run on it\n"
      "  firstcome audit --journal kafka://a:9092,b:9092 --store "
      "postgresql://firstcome_edge@db.example/firstcome\n"
      "  firstcome audit --json | jq .differenceCount\n"
      "\nExit code 0: the store is what the journal decides. 1: it is not, or cannot be read to its end.\n"
      "2: wrong usage, or there is nothing to audit.\n",
      {options.begin(), options.end()},
      run};
}

}  // namespace firstcome::cli
