#include <fmt/core.h>

#include <cstdio>
#include <optional>

#include "cli/command.h"
#include "cli/command_result.h"
#include "cli/coupon_export.h"
#include "cli/error_context.h"
#include "cli/output_file.h"
#include "cli/progress_line.h"
#include "node/read_data.h"
#include "postgres/address.h"
#include "text/grouped.h"
#include "text/terminal.h"

namespace firstcome::cli {
namespace {

constexpr const char* kName = "coupons export";

/// What is wrong with the combination of options; empty: nothing.
std::string wrong_options(const Values& values) {
  if (values.has("store") && values.origin("data") != "default") return "use either --store or --data";
  if (values.text("ids") == "string" && values.text("format") == "csv")
    return "--ids string is for --format jsonl: CSV has no types";
  return {};
}

Result<node::ReadData> read_store(const Values& values) {
  if (!values.has("store")) return node::read_data(node::Folder{values.text("data")});
  // Before any message contains the address: it could have a password in it.
  if (auto address = postgres::Address::parse(values.text("store")); !address.ok()) {
    return in_context(values.origin("store"), address.error());
  }
  return node::read_store(values.text("store"));
}

CouponExport::Settings settings_of(const Values& values) {
  const bool is_csv = values.text("format") == "csv";
  return {.format = is_csv ? CouponExport::Format::Csv : CouponExport::Format::JsonLines,
          .ids = values.text("ids") == "string" ? IdForm::String : IdForm::Number,
          .state = values.has("state") ? values.text("state") : std::string()};
}

std::string describe(PolicyId policy, const CouponExport& done) {
  const store::Position& as_of = done.as_of();
  std::string text = fmt::format("exported {} of policy {} as of {}, before offset {} of partition {}\n",
                                 text::counted(done.exported(), "coupon"), policy,
                                 format_rfc3339(as_of.state.clock), as_of.next_offset, as_of.partition);
  if (!as_of.halted_reason.empty()) {
    text += fmt::format(
        "partition {} is HALTED, so the rows may contradict the journal: {}. Run firstcome audit.\n",
        as_of.partition, as_of.halted_reason);
  }
  return text;
}

Status run_export(PolicyId policy, node::ReadData& data, CouponExport& rows, OutputFile& out) {
  const Status read = data.store->export_coupons(policy, rows);
  RETURN_IF_ERROR(data.undisturbed());
  RETURN_IF_ERROR(read);
  if (!rows.found_policy()) {
    return Error::permanent("the store has no policy {}", policy)
        .with_hint("A policy that was created a moment ago is not saved yet.");
  }
  RETURN_IF_ERROR(rows.finish());
  return out.finish();
}

int run(const Values& values) {
  if (const std::string what = wrong_options(values); !what.empty()) return refuse(kName, what);
  auto data = read_store(values);
  if (!data.ok()) return fail(kName, data.error(), kWrongUsage);
  OutputFile out;
  if (values.has("out")) {
    if (const Status opened = out.open(values.text("out")); !opened.ok())
      return fail(kName, in_context("--out", opened.error()));
  }
  const PolicyId policy{values.number("policy")};
  // On a terminal, the line would be between those of the export.
  std::optional<ProgressLine> progress;
  if (!out.is_terminal()) progress.emplace(kName);
  CouponExport rows(settings_of(values), data->settings, out, progress ? &*progress : nullptr);
  const Status done = run_export(policy, *data, rows, out);
  progress.reset();
  if (!done.ok()) return fail(kName, done.error());
  std::fputs(text::lines_for_terminal(describe(policy, rows)).c_str(), stderr);
  return kFine;
}

}  // namespace

Command coupons_export_command() {
  const auto options = coupons_export_options();
  return {
      kName,
      "Write the coupons of a policy from the store as CSV or JSON",
      "  firstcome coupons export --policy 7 --out coupons.csv\n"
      "  firstcome coupons export --policy 7 --state USED --format jsonl | gzip > used.jsonl.gz\n"
      "  firstcome coupons export --policy 7 --store postgresql://firstcome_edge@db.example/firstcome\n"
      "\nThe export is one consistent view of what is saved, in the order of sequences; the last line on stderr says\n"
      "as of when. Servers may run meanwhile. Memory does not grow with the number of coupons. The view stays open\n"
      "until the last row is written, and the database keeps old versions of rows as long, so write to a file or\n"
      "to a fast reader.\n"
      "\nExit code 0: complete. 1: there is no such policy, or an error; then the file of --out does not exist, and\n"
      "stdout may have a part of the rows. 2: wrong usage, or there is no data.\n",
      {options.begin(), options.end()},
      run};
}

}  // namespace firstcome::cli
