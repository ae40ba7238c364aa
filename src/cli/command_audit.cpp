#include <fmt/core.h>

#include <cstdio>
#include <optional>

#include "audit/audit.h"
#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/location_options.h"
#include "cli/progress_line.h"
#include "node/read_data.h"
#include "text/grouped.h"
#include "text/json_object.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

constexpr const char* kName = "audit";

using audit::Difference;
using audit::PartitionReport;
using audit::Report;
using text::counted;

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
      .number("couponCommands", report.coupon_changes)
      .number("eligibleUsers", report.listed_users)
      .number("importedCodes", report.imported_codes)
      .number("batches", report.batches)
      .json("notes", text::json_list(report.notes, [](const auto& one) { return text::json_text(one); }))
      .str();
}

std::string format_partition(const PartitionReport& partition) {
  std::string line = fmt::format("partition {}: ", partition.partition);
  if (partition.verdict == audit::Verdict::NotJudged) return line + "not compared\n";
  line += partition.records == 0
              ? "no records to replay"
              : fmt::format("{} replayed, offsets {} to {}", counted(partition.records, "record"),
                            partition.compared_from, partition.compared_to - 1);
  if (partition.compared_from > partition.journal_start) {
    line +=
        fmt::format("; the journal begins at offset {}, and the first known state after it is at offset {}",
                    partition.journal_start, partition.compared_from);
  }
  if (partition.not_yet_saved() > 0)
    line += "; not yet saved: " + counted(partition.not_yet_saved(), "record");
  return line + "\n";
}

std::string format_verdicts(const Report& report) {
  std::string text;
  for (const PartitionReport& partition : report.partitions) {
    if (partition.verdict == audit::Verdict::Agree) continue;
    text += audit::advice(partition.verdict, partition.partition, partition.halted) + "\n";
  }
  return text;
}

std::string format_report(const Report& report) {
  std::string text;
  for (const PartitionReport& partition : report.partitions) text += format_partition(partition);
  text += fmt::format(
      "compared with {}, {}{}{}{}, {} and {} {} of results in the store\n", counted(report.coupons, "coupon"),
      report.coupon_changes == 0 ? "" : counted(report.coupon_changes, "command") + " of coupons, ",
      report.listed_users == 0 ? "" : counted(report.listed_users, "eligible user") + ", ",
      report.imported_codes == 0 ? "" : counted(report.imported_codes, "imported code") + ", ",
      counted(report.policies, "policy"), counted(report.changes, "policy change"),
      text::grouped(report.batches), report.batches == 1 ? "batch" : "batches");
  for (const std::string& note : report.notes) text += fmt::format("note: {}\n", note);
  const std::string verdicts = format_verdicts(report);
  if (report.clean()) return text + "clean: the store matches the journal\n" + verdicts;
  for (const Difference& difference : report.differences.kept()) text += difference.text + "\n";
  const std::int64_t hidden =
      report.differences.count() - static_cast<std::int64_t>(report.differences.kept().size());
  text += counted(report.differences.count(), "difference");
  if (hidden > 0)
    text += fmt::format(", of which {} are not shown (--differences shows more)", text::grouped(hidden));
  return text + "\n" + verdicts;
}

int run(const Values& values) {
  const auto location = data_location(values);
  if (!location.ok()) return refuse(kName, location.error());
  auto data = node::read_data(*location);
  if (!data.ok()) return fail(kName, data.error(), kWrongUsage);
  auto progress = std::make_optional<ProgressLine>(kName);
  const auto report = audit::audit(*data->journal, *data->store, *progress,
                                   static_cast<std::size_t>(values.number("differences")));
  progress.reset();
  // Before the report: a server that started meanwhile can look like a difference.
  if (const Status undisturbed = data->undisturbed(); !undisturbed.ok())
    return fail(kName, undisturbed.error());
  if (!report.ok()) return fail(kName, report.error());
  const std::string text = values.on("json") ? as_json(*report) + "\n" : format_report(*report);
  std::fputs(text::lines_for_terminal(text).c_str(), stdout);
  return report->clean() ? kFine : kFailed;
}

}  // namespace

Command audit_command() {
  const auto options = with_servers_options(audit_options());
  return {
      kName,
      "Replay the journal and compare the store with it, row by row",
      "  firstcome audit\n"
      "  firstcome audit --data /var/lib/firstcome    a server may run on it\n"
      "  firstcome audit --journal kafka://a:9092,b:9092 --store "
      "postgresql://firstcome_edge@db.example/firstcome\n"
      "  firstcome audit --json | jq .differenceCount\n"
      "\nExit code 0: the store matches the journal. 1: it does not, or a side cannot be read completely.\n"
      "2: wrong usage, or there is no data.\n",
      {options.begin(), options.end()},
      run};
}

}  // namespace firstcome::cli
