#include <fmt/core.h>

#include <optional>

#include "cli/admin_client.h"
#include "cli/command_result.h"
#include "cli/list_upload.h"
#include "cli/progress_line.h"
#include "cli/users_of_file.h"
#include "domain/import.h"
#include "domain/policy.h"
#include "text/grouped.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

constexpr ListKind kKind{.command = "policy eligible",
                         .path = "/eligible",
                         .member = "users",
                         .count_field = "listedCount",
                         .entry = "user",
                         .no_list = "The policy has no list: everyone can get a coupon of it.",
                         .no_list_hint = "`policy create --eligible listed` creates a policy with a list.",
                         .append_hint =
                             "Without --after, the file is added at the end. A user may be on the "
                             "list several times."};

Status send(const UsersOfFile& users, ListUpload& upload) {
  ProgressLine progress(kKind.command);
  std::int64_t read = 0;
  const Status sent = users.list.read([&](const UserList::User& user) -> Status {
    RETURN_IF_ERROR(upload.add(std::to_string(user.id.value)));
    if (++read % static_cast<std::int64_t>(kImportChunkMost) == 0) progress.reached(read, users.count);
    return Done{};
  });
  return sent.ok() ? upload.end() : sent;
}

int send(const Values& values, const UsersOfFile& users) {
  const std::int64_t policy = values.number("policy");
  RetryingClient client(users.server);
  ListUpload upload(kKind, users.count, client, policy);
  std::optional<std::int64_t> after;
  if (values.has("after")) after = values.number("after");
  if (Status begun = upload.begin(after); !begun.ok()) return fail(kKind.command, begun.error());
  if (Status done = send(users, upload); !done.ok()) {
    Error error = done.error();
    if (error.hint.empty()) error.hint = upload.hint();
    return fail(kKind.command, error);
  }
  text::JsonObject json;
  json.number("policyId", policy)
      .number("users", users.count)
      .number("earlier", upload.earlier())
      .number("listedCount", upload.total());
  std::string text =
      fmt::format("added {} to the list of policy {}", text::counted(users.count, "user"), policy);
  if (upload.earlier() > 0)
    text += fmt::format(", {} of them in an earlier run", text::grouped(upload.earlier()));
  return print_result(values, json,
                      text + fmt::format("; the list has {}\n", text::counted(upload.total(), "user")));
}

int run(const Values& values) {
  return with_users_of_file(kKind.command, values,
                            [&](const UsersOfFile& users) { return send(values, users); });
}

}  // namespace

Command eligible_command() {
  using enum Option::Kind;
  using enum Option::Where;
  std::vector<Option> options = {
      {"after", Number, "",
       "Number of users who were on the list before those of the file: continues an interrupted run. Without it, the "
       "file is added at the end",
       0, kListedMost, FlagOnly},
  };
  return {
      kKind.command, "Add users to the list of a policy",
      "  firstcome policy create --id 7 --name 'Members' --max-count 1000 --eligible listed\n"
      "  firstcome policy eligible 7 --users members.csv\n"
      "  firstcome policy eligible 7 --users members.csv --after 0    continues after an error\n"
      "\nOnly users on the list can get a coupon; others get NOT_ELIGIBLE. Users can be added while the policy\n"
      "issues. The file is checked first: an invalid line or a user who is in it twice is an error, and nothing "
      "is\nsent. Run one such command at a time for a policy.\n",
      with_users_of_file_options(std::move(options)), run};
}

}  // namespace firstcome::cli
