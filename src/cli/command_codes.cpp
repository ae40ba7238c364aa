#include <fmt/core.h>

#include <optional>

#include "cli/admin_client.h"
#include "cli/code_file.h"
#include "cli/command_result.h"
#include "cli/list_upload.h"
#include "cli/progress_line.h"
#include "domain/import.h"
#include "domain/policy.h"
#include "text/grouped.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr ListKind kKind{
    .command = "policy codes",
    .path = "/codes",
    .member = "codes",
    .count_field = "codeCount",
    .entry = "code",
    .no_list = "The policy has no list of codes: its codes are not imported.",
    .no_list_hint = "`policy create --codes imported --max-count 0` creates such a policy.",
    .append_hint = "Without --after, the file is added at the end."};

Status send(const CodeFile& codes, std::int64_t count, ListUpload& upload) {
  ProgressLine progress(kKind.command);
  std::int64_t read = 0;
  const Status sent = codes.read([&](const CodeFile::Entry& entry) -> Status {
    RETURN_IF_ERROR(upload.add(text::json_text(entry.code)));
    if (++read % static_cast<std::int64_t>(kImportChunkMost) == 0) progress.reached(read, count);
    return Done{};
  });
  return sent.ok() ? upload.end() : sent;
}

int run(const Values& values) {
  auto key = credential_for(Listener::Admin, values);
  if (!key) return fail(kKind.command, key.error(), kWrongUsage);
  const CodeFile codes(values.text("codes"));
  const auto survey = codes.survey();
  if (!survey) return fail(kKind.command, survey.error());
  for (const std::string& problem : describe(survey->problems)) fail(kKind.command, problem);
  if (survey->problems.count > 0) {
    return fail(kKind.command, "the file is not a list of codes; nothing was sent");
  }
  const std::int64_t policy = values.number("policy");
  RetryingClient client({.server = values.text("admin"),
                         .tls = tls_files(values),
                         .credential = std::move(*key),
                         .retry_for = values.duration("retry-for"),
                         .hint = ""});
  ListUpload upload(kKind, survey->codes, client, policy);
  std::optional<std::int64_t> after;
  if (values.has("after")) after = values.number("after");
  if (Status begun = upload.begin(after); !begun.ok()) return fail(kKind.command, begun.error());
  if (Status done = send(codes, survey->codes, upload); !done.ok()) {
    Error error = done.error();
    if (upload.refused_entry() > 0) {
      error.message += fmt::format(" It is in line {} of the file.", codes.line_of(upload.refused_entry()));
    }
    if (error.hint.empty()) error.hint = upload.hint();
    return fail(kKind.command, error);
  }
  text::JsonObject json;
  json.number("policyId", policy)
      .number("codes", survey->codes)
      .number("earlier", upload.earlier())
      .number("codeCount", upload.total());
  std::string text = fmt::format("added {} to policy {}", text::counted(survey->codes, "code"), policy);
  if (upload.earlier() > 0)
    text += fmt::format(", {} of them in an earlier run", text::grouped(upload.earlier()));
  return print_result(values, json,
                      text + fmt::format("; it has {}\n", text::counted(upload.total(), "code")));
}

}  // namespace

Command codes_command() {
  using enum Option::Kind;
  using enum Option::Where;
  std::vector<Option> options = {
      {"policy", Number, "", "Id of the policy", 1, INT64_MAX, Positional, true},
      {"codes", File, "", "File with one code a line; the first line may be the header code", 0, 0, FlagOnly,
       true},
      {"after", Number, "",
       "Number of codes that the policy had before those of the file: continues an interrupted run. Without it, the "
       "file is added at the end",
       0, kImportedCodesMost, FlagOnly},
      {"retry-for", Duration, "60s", "Time to retry a request while the server cannot process it", 0,
       86'400'000, FlagOnly},
      {"json", Switch, "", "Print the result as JSON", 0, 1, FlagOnly},
  };
  return {
      kKind.command, "Add a partner's codes to a policy",
      "  firstcome policy create --id 7 --name 'Partner' --max-count 0 --codes imported\n"
      "  firstcome policy codes 7 --codes partner.csv\n"
      "  firstcome policy change 7 --max-count 1000\n"
      "  firstcome policy codes 7 --codes partner.csv --after 0    continues after an error\n"
      "\nThe coupon with sequence n gets the n-th code, so maxCount is at most the number of codes. A second list adds\n"
      "codes, also while the policy issues. The file is checked first: an invalid line or a code that is in it twice is\n"
      "an error that names the line, and nothing is sent. Run one such command at a time for a policy.\n",
      with_admin_options(std::move(options)), run};
}

}  // namespace firstcome::cli
